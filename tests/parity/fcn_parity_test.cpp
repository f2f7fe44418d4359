// Segmenters against torch, score map by score map: what tests/reference/make_fcn_dump.py wrote.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <fmt/format.h>

#include "io/model_file.hpp"
#include "io/weights/weights_import.hpp"
#include "stages/model/fcn.hpp"
#include "stages/segmenter/segmenter.hpp"
#include "tests/support/parity_dump.hpp"

namespace roiflow::test {
namespace {

namespace fs = std::filesystem;

const fs::path source_dir = ROIFLOW_SOURCE_DIR;

/// The dump's name of a map, and the value of our graph.
const std::map<std::string, std::string> values_of_maps = {
    {"features/pool3", "pool3"},
    {"features/pool4", "pool4"},
    {"features/pool5", "pool5"},
    {"features/fc7", "relu7"},
    {"features/layer4", "backbone.layer4.2.relu"},
    {"scores/score_fr", "score_fr"},
    {"scores/score_pool4", "score_pool4"},
    {"scores/fuse_pool4", "fuse_pool4"},
    {"scores/score_pool3", "score_pool3"},
    {"scores/fuse_pool3", "fuse_pool3"},
    {"scores/classifier", "classifier.4"},
};

/// Every map that the dump has, from a network that gives all of them out.
void compare_maps(const ParityImage& expected, const ModelDescription& description,
                  const Weights& weights, const NetworkInput& input) {
  ModelGraph graph = build_fcn(description).graph;
  graph.outputs.clear();
  for (const auto& [map, value] : values_of_maps) {
    if (expected.has(map)) graph.outputs.push_back({map, value});
  }
  REQUIRE(!graph.outputs.empty());
  const auto network = make_network_cpu(graph, weights);
  std::vector<Tensor<float, 4>> found;
  std::vector<TensorView<float, 4>> views;
  for (const Shape<4>& shape : network->output_shapes(std::span(&input.pixels.shape(), 1))) {
    views.push_back(found.emplace_back(shape).view());
  }
  const auto pixels = input.pixels.view();
  network->run(views, std::span(&pixels, 1));
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::string& map = graph.outputs[i].name;
    CAPTURE(map);
    const hdf5::Shape shape = expected.shape(map);
    REQUIRE(found[i].shape() == Shape<4>{1, shape[0], shape[1], shape[2]});
    check_tensor(map, found[i].view().span(), expected.floats(map));
  }
}

/// Pixels that may have another label: torch's own score of it is as good as the best one. Dumps in
/// the repository have no scores of every pixel; there it is those that the dump calls unsure.
class Excuses {
 public:
  explicit Excuses(const ParityImage& expected)
      : unsure_(expected.integers("unsure")), classes_(0) {
    if (!expected.has("upsampled")) return;
    upsampled_ = expected.floats("upsampled");
    classes_ = static_cast<std::size_t>(expected.shape("upsampled")[2]);
    for (const float score : upsampled_) largest_ = std::max(largest_, std::fabs(score));
  }

  [[nodiscard]] bool allow(std::size_t pixel, std::uint8_t expected, std::uint8_t found) const {
    if (upsampled_.empty())
      return std::ranges::count(unsure_, static_cast<std::int64_t>(pixel)) > 0;
    const float* scores = upsampled_.data() + pixel * classes_;
    return scores[expected] - scores[found] <= 1e-5F * largest_;
  }

 private:
  std::vector<std::int64_t> unsure_;
  std::vector<float> upsampled_;
  std::size_t classes_;
  float largest_ = 0;
};

void compare_labels(const ParityImage& expected, const LabelMap& found, const std::string& from) {
  CAPTURE(from);
  const std::vector<std::uint8_t> labels = expected.bytes("labels");
  REQUIRE(found.labels.size() == labels.size());
  const Excuses excuses(expected);
  int others = 0, wrong = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (found.labels[i] == labels[i]) continue;
    ++others;
    if (!excuses.allow(i, labels[i], found.labels[i])) ++wrong;
  }
  CHECK(wrong == 0);
  if (others > 0) {
    MESSAGE(expected.name() << ": " << others << " of " << labels.size()
                            << " labels differ where the best scores are equal but for rounding");
  }
}

/// torch's scores in, torch's labels out.
ScoreMap given_scores(const ParityImage& expected, const std::string& map,
                      const ImageGeometry& geometry) {
  const hdf5::Shape shape = expected.shape(map);
  ScoreMap given{Tensor<float, 4>({1, shape[0], shape[1], shape[2]}), geometry};
  std::ranges::copy(expected.floats(map), given.scores.view().data);
  return given;
}

std::string last_map(const ModelDescription& description) {
  if (description.fcn.head == FcnHead::torchvision) return "scores/classifier";
  if (description.fcn.stride == 32) return "scores/score_fr";
  return description.fcn.stride == 16 ? "scores/fuse_pool4" : "scores/fuse_pool3";
}

void compare_all(const fs::path& dump, ModelDescription description, const Weights& weights) {
  const hdf5::File file = hdf5::open_file(dump);
  const hdf5::Group root = file.root();
  // All dumps are made of pictures as they are, normalised as torchvision does.
  description.preprocess = {.min_size = 0, .size_divisible = 1};
  description.backbone.batch_norm_eps = std::get<double>(root.attribute("batch_norm_eps"));
  if (description.fcn.head == FcnHead::skip) {
    description.fcn.pool4_scale =
        static_cast<float>(std::get<double>(root.attribute("pool4_scale")));
    description.fcn.pool3_scale =
        static_cast<float>(std::get<double>(root.attribute("pool3_scale")));
    CHECK(root.integer_attribute("stride") == description.fcn.stride);
    CHECK(root.integer_attribute("crop_last") == build_fcn(description).upsampling.offset);
  }
  // Values of the network's own classes, whatever a data set calls them.
  description.category_ids.clear();
  const SegmenterStages stages = make_segmenter_cpu(description, weights);
  const auto images = parity_images(file);
  REQUIRE(images.size() >= 5);
  for (const ParityImage& expected : images) {
    CAPTURE(expected.name());
    const NetworkInput input = stages.preprocess(expected.image());
    if (expected.has("input")) {
      check_tensor("input", input.pixels.view().span(), expected.floats("input"));
    }
    compare_maps(expected, description, weights, input);
    compare_labels(expected, stages.label_map(stages.network(input)), "the image");
    compare_labels(expected,
                   stages.label_map(given_scores(expected, last_map(description), input.geometry)),
                   "torch's scores");
  }
}

/// Makes the dump of a full-size model with random weights, or says why not. One that is there
/// (ROIFLOW_PARITY_DUMPS) is taken as it is.
bool make_dump(const std::string& model, const fs::path& dump, const fs::path& weights) {
  if (fs::exists(dump) && fs::exists(weights)) return true;
  if (std::system("/usr/bin/python3 -c 'import torchvision, h5py' 2>/dev/null") != 0) {
    MESSAGE("SKIPPED parity with torch, " << model
                                          << ": /usr/bin/python3 has no torchvision or no h5py");
    return false;
  }
  const std::string script = (source_dir / "tests/reference/make_fcn_dump.py").string();
  REQUIRE(std::system(fmt::format("/usr/bin/python3 {} --model {} --seed 5 -o {} --state-dict {}",
                                  script, model, dump.string(), weights.string())
                          .c_str()) == 0);
  return true;
}

void compare_full_model(const std::string& model, const std::string& config_name) {
  const char* kept = std::getenv("ROIFLOW_PARITY_DUMPS");  // makes a second run quick
  const fs::path parent = kept != nullptr ? fs::path(kept) : fs::temp_directory_path();
  const fs::path folder = parent / ("roiflow_parity_" + model);
  fs::create_directories(folder);
  if (!make_dump(model, folder / "dump.h5", folder / "weights.pth")) return;
  const fs::path config = source_dir / "configs" / config_name;
  std::ostringstream text;
  text << std::ifstream(config).rdbuf();
  const ImportedWeights imported = read_weights((folder / "weights.pth").string());
  compare_all(folder / "dump.h5", parse_model_description(text.str(), config.string()),
              imported.weights);
  if (kept == nullptr) fs::remove_all(folder);
}

void compare_shipped_model(const std::string& name) {
  const ModelFile model = read_model(source_dir / "configs" / (name + ".h5"));
  compare_all(source_dir / "tests/golden" / (name + ".h5"),
              parse_model_description(model.description, name), model.weights);
}

}  // namespace

TEST_CASE("fcn parity: FCN-32s on VGG-16 with random weights equals torch") {
  compare_full_model("fcn32s", "fcn32s_vgg16.ini");
}

TEST_CASE("fcn parity: FCN-16s on VGG-16 with random weights equals torch") {
  compare_full_model("fcn16s", "fcn16s_vgg16.ini");
}

TEST_CASE("fcn parity: FCN-8s on VGG-16 with random weights equals torch") {
  compare_full_model("fcn8s", "fcn8s_vgg16.ini");
}

TEST_CASE("fcn parity: fcn_resnet50 with random weights equals torchvision") {
  compare_full_model("fcn_resnet50", "fcn_resnet50.ini");
}

TEST_CASE("fcn parity: fcn_resnet101 with random weights equals torchvision") {
  compare_full_model("fcn_resnet101", "fcn_resnet101.ini");
}

TEST_CASE("fcn parity: the shipped FCNs equal torch") {
  for (const char* name : {"tiny_fcn32s", "tiny_fcn16s", "tiny_fcn8s"}) {
    CAPTURE(name);
    compare_shipped_model(name);
  }
}

}  // namespace roiflow::test
