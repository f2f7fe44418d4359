#include "tests/support/cpu_engines.hpp"

#include "stages/detector/detector.hpp"
#include "stages/preprocess/described_preprocess.hpp"
#include "stages/segmenter/segmenter.hpp"

namespace roiflow::test {
namespace {

template <class Result>
class CpuEngine : public BatchEngine<Result> {
 public:
  using Compute = std::function<Result(const BatchImage&)>;

  CpuEngine(Preprocess preprocess, Compute compute, const CpuEngineOptions& options,
            std::shared_ptr<std::atomic<int>> finished)
      : preprocess_(std::move(preprocess)),
        compute_(std::move(compute)),
        options_(options),
        finished_(std::move(finished)),
        under_way_(static_cast<std::size_t>(options.lanes)) {}

  [[nodiscard]] int batch_size() const override { return options_.batch; }
  [[nodiscard]] int lanes() const override { return options_.lanes; }
  [[nodiscard]] Shape<2> bucket(int height, int width) const override {
    const ImageGeometry geometry = preprocess_.geometry(height, width);
    return {geometry.padded_height, geometry.padded_width};
  }
  void submit(int lane, std::span<const BatchImage> images) override {
    options_.on_batch(images.size());
    under_way_.at(static_cast<std::size_t>(lane)).assign(images.begin(), images.end());
  }
  std::vector<Result> finish(int lane) override {
    options_.on_finish((*finished_)++);
    std::vector<Result> results;
    for (const BatchImage& image :
         std::exchange(under_way_.at(static_cast<std::size_t>(lane)), {})) {
      results.push_back(compute_(image));
    }
    return results;
  }
  std::vector<StageTime> profile(std::span<const BatchImage> images) override {
    for (const BatchImage& image : images) (void)compute_(image);
    return {{"everything", 1.5}};
  }

 private:
  const Preprocess preprocess_;
  const Compute compute_;
  const CpuEngineOptions options_;
  const std::shared_ptr<std::atomic<int>> finished_;
  std::vector<std::vector<BatchImage>> under_way_;  // by lane
};

template <class Result>
auto make_engines(const ModelDescription& description,
                  const typename CpuEngine<Result>::Compute& compute,
                  const CpuEngineOptions& options) {
  std::vector<std::unique_ptr<BatchEngine<Result>>> engines;
  const auto finished = std::make_shared<std::atomic<int>>(0);
  for (int i = 0; i < options.engines; ++i) {
    engines.push_back(std::make_unique<CpuEngine<Result>>(
        described_preprocess(description.preprocess), compute, options, finished));
  }
  return engines;
}

/// The whole image as the part.
BoxMask to_box_mask(const Rle& rle) {
  BoxMask mask{{0, 0, rle.height, rle.width}, {}};
  mask.words.resize(static_cast<std::size_t>(mask.part.words()));
  std::int64_t pixel = 0;
  bool set = false;
  for (const std::uint32_t run : rle.runs) {
    for (const std::int64_t end = pixel + run; pixel < end; ++pixel) {
      const auto row = pixel % rle.height, column = pixel / rle.height;
      const auto word = static_cast<std::size_t>(column * mask.part.words_per_column() + row / 32);
      if (set) mask.words[word] |= std::uint32_t{1} << (row % 32);
    }
    set = !set;
  }
  return mask;
}

/// Of a mask whose part is the whole image, pixel by pixel.
Rle whole_image_rle(const BoxMask& mask) {
  Rle rle{mask.part.height, mask.part.width, {0}};
  bool set = false;
  for (int column = 0; column < rle.width; ++column) {
    for (int row = 0; row < rle.height; ++row) {
      const auto word = static_cast<std::size_t>(column * mask.part.words_per_column() + row / 32);
      const bool now = ((mask.words[word] >> (row % 32)) & 1U) != 0;
      if (now != set) rle.runs.push_back(0);
      set = now;
      ++rle.runs.back();
    }
  }
  return rle;
}

DeviceDetections detect(const DetectorStages& stages, const BatchImage& image) {
  const NetworkInput input = stages.needs_proposals()
                                 ? stages.preprocess_proposed({*image.image, image.regions})
                                 : stages.preprocess(*image.image);
  const Detected found = stages.detect(stages.box_head(stages.propose(stages.trunk(input))));
  DeviceDetections result{input.geometry, found.boxes, {}};
  if (!stages.has_masks()) return result;
  for (const Detection& detection : stages.paste(stages.mask_head(found)).detections) {
    result.masks.push_back(to_box_mask(*detection.mask));
  }
  return result;
}

ImageDetections to_detections(const ModelDescription& description, const DeviceDetections& in) {
  ImageDetections result;
  for (const ScoredBox& box : to_original(in.boxes, in.geometry)) {
    result.detections.push_back({box.box, box.score, description.category_id(box.label), {}});
  }
  for (std::size_t i = 0; i < in.masks.size(); ++i) {
    result.detections[i].mask = whole_image_rle(in.masks[i]);
  }
  return result;
}

}  // namespace

BatchDetector detector_on_cpu(const ModelFile& model, const CpuEngineOptions& options) {
  const ModelDescription description = parse_model_description(model.description, "the model");
  const auto stages =
      std::make_shared<const DetectorStages>(make_detector_cpu(description, model.weights));
  return {make_engines<DeviceDetections>(
              description, [stages](const BatchImage& image) { return detect(*stages, image); },
              options),
          [description](const DeviceDetections& in) { return to_detections(description, in); },
          stages->has_masks(), stages->find_regions};
}

BatchSegmenter segmenter_on_cpu(const ModelFile& model, const CpuEngineOptions& options) {
  const ModelDescription description = parse_model_description(model.description, "the model");
  const auto stages =
      std::make_shared<const SegmenterStages>(make_segmenter_cpu(description, model.weights));
  return {make_engines<LabelMap>(
              description,
              [stages](const BatchImage& image) {
                return stages->label_map(stages->network(stages->preprocess(*image.image)));
              },
              options),
          stages->values};
}

}  // namespace roiflow::test
