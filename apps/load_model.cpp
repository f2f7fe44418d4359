#include "apps/load_model.hpp"

#include <algorithm>

#include "graph/device_node.hpp"
#include "io/dataset/dataset_statistics.hpp"
#include "io/engine_choices_file.hpp"
#include "io/model_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {

namespace {

ProposalSource proposal_source(const std::string& name) {
  if (name == "rpn") return ProposalSource::rpn;
  if (name == "data_set") return ProposalSource::data_set;
  require(name == "selective_search", ErrorCode::usage,
          "--proposals: expected rpn, data_set or selective_search, found '{}'", name);
  return ProposalSource::selective_search;
}

/// Whose proposals the model classifies: its own choice, or that of --proposals.
void choose_proposals(ModelDescription& description, const ParsedOptions& options,
                      const std::string& model_path, const DatasetReader& data) {
  if (options.has("proposals")) {
    require(description.is_detector(), ErrorCode::usage,
            "{}: a segmenter classifies pixels, not regions; --proposals is for detectors",
            model_path);
    description.proposals.source = proposal_source(options.get<std::string>("proposals"));
    require(description.kind != ModelKind::fast_rcnn || !description.has_rpn(), ErrorCode::usage,
            "{}: a Fast R-CNN has no region proposal network; --proposals can be data_set or "
            "selective_search",
            model_path);
  }
  const bool from_data = description.proposals.source == ProposalSource::data_set;
  require(
      !from_data || data.info().has_proposals, ErrorCode::bad_data,
      "{}: the data set has no proposals (pack --proposals); --proposals selective_search finds "
      "some in the images",
      data.path());
}

ModelStages make_stages(const ModelDescription& description, const Weights& weights,
                        const DeviceChoice& device) {
  if (description.is_detector()) {
    if (device.cuda) return make_detector_cuda(description, weights, device.gpu);
    return make_detector_cpu(description, weights);
  }
  if (device.cuda) return make_segmenter_cuda(description, weights, device.gpu);
  return make_segmenter_cpu(description, weights);
}

/// Of a decoded image, by a sample of the data set.
std::int64_t mean_image_bytes(const DatasetReader& data) {
  const std::int64_t sample = std::min<std::int64_t>(data.size(), 256);
  std::int64_t bytes = 0;
  for (std::int64_t i = 0; i < sample; ++i) {
    const ImageRecord record = data.record(i * data.size() / sample);
    bytes += std::int64_t{3} * record.height * record.width;
  }
  return sample > 0 ? bytes / sample : 0;
}

std::shared_ptr<EngineChoices> choices_of(const DeviceChoice& device) {
  if (!device.plans) return std::make_shared<EngineChoices>();
  if (device.gpu.tune && !std::filesystem::exists(*device.plans)) {
    return std::make_shared<EngineChoices>();
  }
  return std::make_shared<EngineChoices>(read_engine_choices(*device.plans));
}

std::vector<std::string> names_of(std::span<const GpuInfo> found, const DeviceChoice& device) {
  std::vector<std::string> names;
  if (!device.cuda) return names;
  for (const int index : device.gpu.devices) {
    names.push_back(std::ranges::find(found, index, &GpuInfo::index)->name);
  }
  return names;
}

}  // namespace

void add_model_options(Options& options) {
  options.add()(
      "proposals", po::value<std::string>()->value_name("SOURCE"),
      "regions to classify: rpn (the network's own), data_set (packed with the images) or "
      "selective_search; default: what the model says. A Faster R-CNN with proposals from "
      "outside is a Fast R-CNN");
}

LoadedModel load_model(const std::string& model_path, const ParsedOptions& options,
                       const DatasetReader& data,
                       const std::function<void(ModelDescription&)>& change,
                       const DeviceChoice& device) {
  const std::vector<GpuInfo> found = device.cuda ? find_gpus() : std::vector<GpuInfo>{};
  require_gpus(device, found,
               found.empty() ? fmt::format("{} ({})", gpu_backend_text(), why_no_gpu())
                             : gpu_backend_text());
  const ModelFile model = read_model(model_path);
  ModelDescription description = parse_model_description(model.description, model_path);
  choose_proposals(description, options, model_path, data);
  if (change) change(description);
  LoadedModel loaded{std::move(description), {}, {}, device, names_of(found, device)};
  if (device.cuda) loaded.choices = choices_of(device);
  loaded.device.gpu.choices = loaded.choices.get();
  loaded.stages = make_stages(loaded.description, model.weights, loaded.device);
  return loaded;
}

int LoadedModel::default_in_flight(int workers, const DatasetReader& data) const {
  if (const auto* detector = std::get_if<BatchDetector>(&stages)) {
    return roiflow::default_in_flight<DeviceDetections>(detector->engines, workers,
                                                        mean_image_bytes(data));
  }
  if (const auto* segmenter = std::get_if<BatchSegmenter>(&stages)) {
    return roiflow::default_in_flight<LabelMap>(segmenter->engines, workers,
                                                mean_image_bytes(data));
  }
  return workers + 2;
}

void keep_choices(const LoadedModel& model) {
  if (!model.device.gpu.tune || !model.device.plans) return;
  write_engine_choices(*model.device.plans, model.choices->all());
}

EvaluationTypes types_to_evaluate(const DatasetReader& data, bool masks) {
  const DatasetStatistics statistics = dataset_statistics(data.path());
  return {.bbox = statistics.annotations > 0,
          .segm = masks && statistics.annotations > 0 && statistics.segmentations[0] == 0};
}

std::optional<SemanticClasses> classes_to_evaluate(const DatasetReader& data) {
  if (!data.has_label_maps()) return std::nullopt;
  return classes_of(data.categories(), data.info().ignore_label);
}

}  // namespace roiflow
