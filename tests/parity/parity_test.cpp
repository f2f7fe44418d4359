#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "io/model_file.hpp"
#include "io/weights/weights_import.hpp"
#include "stages/model/model_description.hpp"
#include "tests/parity/compare_stages.hpp"

namespace roiflow::test {
namespace {

namespace fs = std::filesystem;

const fs::path source_dir = ROIFLOW_SOURCE_DIR;

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void compare_all(const fs::path& dump, const DetectorStages& stages) {
  const hdf5::File file = hdf5::open_file(dump);
  const auto images = parity_images(file);
  REQUIRE(images.size() >= 5);
  for (const ParityImage& image : images) compare_stages(image, stages);
}

/// Makes the dump of a full-size model with random weights, or says why not. One that is there
/// (ROIFLOW_PARITY_DUMPS) is taken as it is.
bool make_dump(const std::string& model, int proposals, const fs::path& dump,
               const fs::path& weights) {
  if (fs::exists(dump) && fs::exists(weights)) return true;
  const std::string script = (source_dir / "tests/reference/make_parity_dump.py").string();
  if (std::system("/usr/bin/python3 -c 'import torchvision, h5py' 2>/dev/null") != 0) {
    MESSAGE("SKIPPED parity with torchvision, "
            << model << ": /usr/bin/python3 has no torchvision or no h5py");
    return false;
  }
  const std::string command = "/usr/bin/python3 " + script + " --model " + model +
                              " --min-size 320 --seed 5 --rois 16 --proposals " +
                              std::to_string(proposals) + " -o " + dump.string() +
                              " --state-dict " + weights.string();
  REQUIRE(std::system(command.c_str()) == 0);
  return true;
}

/// The dump is made with torchvision's default numbers, which are not those of every paper, and at
/// a smaller size.
void as_dumped(ModelDescription& description, const hdf5::Group& dump) {
  const ModelDescription defaults;
  description.preprocess.min_size = static_cast<int>(dump.integer_attribute("min_size"));
  description.preprocess.max_size = defaults.preprocess.max_size;
  description.backbone.batch_norm_eps = std::get<double>(dump.attribute("batch_norm_eps"));
  description.rpn.pre_nms_top_n = static_cast<int>(dump.integer_attribute("pre_nms_top_n"));
  description.rpn.post_nms_top_n = static_cast<int>(dump.integer_attribute("post_nms_top_n"));
  description.box.nms_threshold = defaults.box.nms_threshold;
}

/// `proposals`: fewer where the box head is heavy.
void compare_full_model(const std::string& model, int proposals = 1000) {
  const char* kept = std::getenv("ROIFLOW_PARITY_DUMPS");  // makes a second run quick
  const fs::path parent = kept != nullptr ? fs::path(kept) : fs::temp_directory_path();
  const fs::path folder = parent / ("roiflow_parity_" + model);
  fs::create_directories(folder);
  if (!make_dump(model, proposals, folder / "dump.h5", folder / "weights.pth")) return;
  const fs::path config = source_dir / "configs" / (model + ".ini");
  ModelDescription description = parse_model_description(text_of(config), config.string());
  as_dumped(description, hdf5::open_file(folder / "dump.h5").root());
  const ImportedWeights imported = read_weights((folder / "weights.pth").string());
  compare_all(folder / "dump.h5", make_detector_cpu(description, imported.weights));
  if (kept == nullptr) fs::remove_all(folder);
}

void compare_shipped_model(const std::string& name) {
  const ModelFile model = read_model(source_dir / "configs" / (name + ".h5"));
  ModelDescription description = parse_model_description(model.description, name + ".h5");
  const fs::path dump = source_dir / "tests/golden" / (name + ".h5");
  // Small pictures keep the file small, so they are not enlarged as much as the model would.
  description.preprocess.min_size =
      static_cast<int>(hdf5::open_file(dump).root().integer_attribute("min_size"));
  compare_all(dump, make_detector_cpu(description, model.weights));
}

}  // namespace

TEST_CASE("parity: the shipped Mask R-CNN equals torchvision, step by step") {
  compare_shipped_model("tiny_mask_rcnn");
}

TEST_CASE("parity: the shipped Faster R-CNN equals torchvision's parts, step by step") {
  compare_shipped_model("tiny_faster_rcnn");
}

TEST_CASE("parity: maskrcnn_resnet50_fpn with random weights equals torchvision") {
  compare_full_model("mask_rcnn_r50_fpn");
}

TEST_CASE("parity: fasterrcnn_resnet50_fpn with random weights equals torchvision") {
  compare_full_model("faster_rcnn_r50_fpn");
}

TEST_CASE("parity: Faster R-CNN on ResNet-101-FPN equals torchvision") {
  compare_full_model("faster_rcnn_r101_fpn", 200);
}

TEST_CASE("parity: Mask R-CNN on ResNet-101-FPN equals torchvision") {
  compare_full_model("mask_rcnn_r101_fpn", 200);
}

TEST_CASE("parity: fasterrcnn_resnet50_fpn_v2 equals torchvision") {
  compare_full_model("faster_rcnn_r50_fpn_v2", 200);
}

TEST_CASE("parity: maskrcnn_resnet50_fpn_v2 equals torchvision") {
  compare_full_model("mask_rcnn_r50_fpn_v2", 200);
}

TEST_CASE("parity: Faster R-CNN on ResNet-50-C4 equals torchvision's parts") {
  compare_full_model("faster_rcnn_r50_c4", 100);
}

TEST_CASE("parity: Faster R-CNN on VGG-16 with RoI max pooling equals torchvision's parts") {
  compare_full_model("faster_rcnn_vgg16", 300);
}

}  // namespace roiflow::test
