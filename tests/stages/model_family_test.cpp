/// The descriptions in configs/ build the networks that their names promise: shapes, names and
/// numbers of parameters as the papers and torchvision publish them.
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <sstream>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/model/detector.hpp"
#include "stages/model/inverted_residual.hpp"
#include "stages/model/resnet.hpp"
#include "stages/model/vgg.hpp"

using namespace roiflow;

namespace {

namespace fs = std::filesystem;

const fs::path configs = fs::path(ROIFLOW_SOURCE_DIR) / "configs";

ModelDescription described(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(configs / (name + ".ini")).rdbuf();
  return parse_model_description(text.str(), name + ".ini");
}

std::int64_t elements(const std::vector<std::int64_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

/// What torch counts as parameters: not the statistics of batch norm, and nothing of a frozen one.
std::int64_t parameters(const TensorShapes& tensors, bool frozen_batch_norm) {
  std::int64_t count = 0;
  for (const auto& [name, shape] : tensors) {
    if (name.find(".running_") != std::string::npos) continue;
    const std::string prefix = name.substr(0, name.rfind('.'));
    const bool of_batch_norm = tensors.contains(prefix + ".running_var");
    if (!(of_batch_norm && frozen_batch_norm)) count += elements(shape);
  }
  return count;
}

Shape<4> output_shape(const ModelGraph& graph, const std::string& name, const Shape<4>& input) {
  const ValueShapes shapes = infer_shapes(graph, std::span(&input, 1));
  for (const GraphOutput& output : graph.outputs) {
    if (output.name == name) return shapes.at(output.value);
  }
  return {};
}

}  // namespace

TEST_CASE("model family: every description in configs/ builds a network") {
  int found = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(configs)) {
    if (entry.path().extension() != ".ini") continue;
    CAPTURE(entry.path().string());
    const ModelDescription description = described(entry.path().stem().string());
    CHECK(description.name == entry.path().stem().string());
    if (description.is_detector()) CHECK(!expected_tensors(build_detector(description)).empty());
    ++found;
  }
  CHECK(found >= 10);
}

// "num_params" of the published weights in torchvision 0.14.
TEST_CASE("model family: as many parameters as torchvision says") {
  struct Case {
    const char* name;
    std::int64_t parameters;
    bool frozen_batch_norm;
  };
  const Case cases[] = {
      {"faster_rcnn_r50_fpn", 41755286, true},
      {"mask_rcnn_r50_fpn", 44401393, true},
      {"faster_rcnn_r50_fpn_v2", 43712278, false},
      {"mask_rcnn_r50_fpn_v2", 46359409, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const TensorShapes tensors = expected_tensors(build_detector(described(c.name)));
    CHECK(parameters(tensors, c.frozen_batch_norm) == c.parameters);
  }
}

// Published counts of the classifiers, less their last layers: resnet101 44,549,160 - 2,049,000,
// vgg16 138,357,544 - 123,642,856.
TEST_CASE("model family: as many parameters of the backbones as torchvision says") {
  const auto count = [](const BackboneDescription& backbone) {
    ModelGraph graph;
    graph.inputs = {{"image", {-1, -1, -1, 3}}};
    add_backbone(graph, "image", backbone);
    return parameters(expected_tensors(graph), false);
  };
  CHECK(count(described("faster_rcnn_r101_fpn").backbone) == 42500160);
  CHECK(count(described("faster_rcnn_vgg16").backbone) == 14714688);
}

// 15.35 GMAC: Simonyan and Zisserman's network D at 224 x 224 without the three last layers.
TEST_CASE("model family: VGG-16 has the published arithmetic") {
  ModelGraph graph;
  graph.inputs = {{"image", {-1, -1, -1, 3}}};
  add_backbone(graph, "image", described("faster_rcnn_vgg16").backbone);
  const Shape<4> image[] = {{1, 224, 224, 3}};
  double multiplications = 0;
  for (const LayerCost& cost : layer_costs(graph, image)) {
    if (cost.parameters > 0) multiplications += cost.flops / 2;
  }
  CHECK(multiplications == 15346630656.0);
}

TEST_CASE("model family: shapes of Faster R-CNN on VGG-16 and on C4") {
  const DetectorGraphs vgg = build_detector(described("faster_rcnn_vgg16"));
  const Shape<4> image{1, 608, 800, 3};
  CHECK(output_shape(vgg.trunk, "features.0", image) == Shape<4>{1, 38, 50, 512});
  CHECK(output_shape(vgg.trunk, "objectness.0", image) == Shape<4>{1, 38, 50, 9});
  CHECK(output_shape(vgg.trunk, "deltas.0", image) == Shape<4>{1, 38, 50, 36});
  CHECK(output_shape(vgg.box_head, "logits", {3, 7, 7, 512}) == Shape<4>{3, 1, 1, 21});
  CHECK(expected_tensors(vgg.box_head).at("roi_heads.box_head.fc6.weight") ==
        std::vector<std::int64_t>{4096, 25088});
  CHECK(expected_tensors(vgg.trunk).contains("backbone.features.28.weight"));
  CHECK(!expected_tensors(vgg.trunk).contains("backbone.features.30.weight"));

  const DetectorGraphs c4 = build_detector(described("faster_rcnn_r50_c4"));
  CHECK(output_shape(c4.trunk, "features.0", {1, 800, 1088, 3}) == Shape<4>{1, 50, 68, 1024});
  CHECK(output_shape(c4.trunk, "objectness.0", {1, 800, 1088, 3}) == Shape<4>{1, 50, 68, 15});
  CHECK(output_shape(c4.box_head, "deltas", {2, 14, 14, 1024}) == Shape<4>{2, 1, 1, 364});
  CHECK(expected_tensors(c4.box_head).at("roi_heads.box_predictor.cls_score.weight") ==
        std::vector<std::int64_t>{91, 2048});
  CHECK(expected_tensors(c4.box_head)
            .contains("roi_heads.box_head.layer4.0.downsample.1.running_var"));
}

TEST_CASE("model family: Fast R-CNN has no region proposal network") {
  const ModelDescription fast = described("fast_rcnn_vgg16");
  CHECK(fast.proposals.source == ProposalSource::selective_search);
  CHECK(fast.proposals.max_count == 2000);
  const DetectorGraphs graphs = build_detector(fast);
  CHECK(graphs.trunk.outputs.size() == 1);
  for (const auto& tensor : expected_tensors(graphs)) {
    CHECK_MESSAGE(!tensor.first.starts_with("rpn."), tensor.first);
  }
}

// torchvision's resnet50(replace_stride_with_dilation=[False, True, True]): dilations of the 3x3
// convolutions, layer by layer.
TEST_CASE("model family: a dilated ResNet keeps its size") {
  BackboneDescription backbone;
  backbone.dilated_layers = 2;
  ModelGraph graph;
  graph.inputs = {{"image", {-1, -1, -1, 3}}};
  const BackboneOutputs outputs = add_resnet(graph, "image", "backbone", backbone);
  const Shape<4> image[] = {{1, 64, 96, 3}};
  const ValueShapes shapes = infer_shapes(graph, image);
  CHECK(shapes.at(outputs.values[1]) == Shape<4>{1, 8, 12, 512});
  CHECK(shapes.at(outputs.values[3]) == Shape<4>{1, 8, 12, 2048});
  std::map<std::string, std::int64_t> dilation;
  for (const Layer& layer : graph.layers) {
    if (const auto* conv = std::get_if<Conv2d>(&layer.kind))
      dilation[layer.name] = conv->dilation.h;
  }
  CHECK(dilation.at("backbone.layer2.3.conv2") == 1);
  CHECK(dilation.at("backbone.layer3.0.conv2") == 1);
  CHECK(dilation.at("backbone.layer3.1.conv2") == 2);
  CHECK(dilation.at("backbone.layer4.0.conv2") == 2);
  CHECK(dilation.at("backbone.layer4.2.conv2") == 4);
}

TEST_CASE("model family: keys without effect are refused") {
  struct Case {
    const char* what;
    std::string ini;
    const char* key;
  };
  const std::string head = "[model]\nname = m\nclasses = 3\nkind = ";
  const Case cases[] = {
      {"an RPN in Fast R-CNN", head + "fast_rcnn\n[rpn]\nconvs = 1\n", "rpn.convs"},
      {"proposals in Faster R-CNN", head + "faster_rcnn\n[proposals]\nmax_count = 9\n",
       "proposals.max_count"},
      {"blocks of a VGG", head + "faster_rcnn\n[backbone]\nkind = vgg\nblocks = 3\n",
       "backbone.blocks"},
      {"a pyramid on a VGG", head + "faster_rcnn\n[backbone]\nkind = vgg\n[fpn]\nkind = pyramid\n",
       "fpn.kind"},
      {"samples of RoI pooling",
       head +
           "faster_rcnn\n[backbone]\nkind = vgg\n[box]\npooling = roi_pool\nsampling_ratio = 2\n",
       "box.sampling_ratio"},
      {"RoI pooling from a pyramid", head + "faster_rcnn\n[box]\npooling = roi_pool\n",
       "box.pooling"},
      {"a preprocessing that there is not", head + "faster_rcnn\n[preprocess]\nmode = opencv\n",
       "preprocess.mode"},
      {"values of 0 .. 255 with the mean of 0 .. 1",
       head + "faster_rcnn\n[preprocess]\nmode = caffe\n", "preprocess.mean"},
      {"more layers than an image can be halved",
       head + "faster_rcnn\n[backbone]\nblocks = 1,1,1,1,1,1,1,1,1\n", "backbone.blocks"},
      {"anchors without a size", head + "faster_rcnn\n[anchors]\nsizes = 0;1;1;1;1\n",
       "anchors.sizes"},
      {"res5 behind a pyramid", head + "faster_rcnn\n[box]\nkind = res5\n", "box.kind"},
      {"a box head in an FCN", head + "fcn\n[backbone]\nkind = vgg\n[box]\nhidden = 9\n",
       "box.hidden"},
      {"a stride that there is not", head + "fcn\n[backbone]\nkind = vgg\n[fcn]\nstride = 4\n",
       "fcn.stride"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    std::string message = "accepted";
    try {
      parse_model_description(c.ini, "file.ini");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::usage);
      message = error.what();
    }
    CHECK_MESSAGE(message.find("file.ini") != std::string::npos, message);
    CHECK_MESSAGE(message.find(c.key) != std::string::npos, message);
  }
}

TEST_CASE("model family: D2Go's networks have the shapes of their exported files") {
  const DetectorGraphs graphs = build_detector(described("d2go_mask_rcnn"));
  CHECK(output_shape(graphs.trunk, "features.0", {1, 320, 426, 3}) == Shape<4>{1, 20, 27, 112});
  CHECK(output_shape(graphs.trunk, "objectness.0", {1, 320, 426, 3}) == Shape<4>{1, 20, 27, 15});
  CHECK(output_shape(graphs.box_head, "logits", {7, 6, 6, 112}) == Shape<4>{7, 1, 1, 81});
  CHECK(output_shape(*graphs.mask_head, "logits", {7, 14, 14, 112}) == Shape<4>{7, 28, 28, 81});
  const TensorShapes tensors = expected_tensors(graphs);
  CHECK(tensors.at("backbone.body.trunk3.fbnetv2_3_7.dw.conv.weight") ==
        std::vector<std::int64_t>{448, 1, 5, 5});
  CHECK(!tensors.contains("backbone.body.trunk3.fbnetv2_3_7.dw.conv.bias"));
  CHECK(!tensors.contains("backbone.body.trunk0.fbnetv2_0_1.pw.conv.weight"));
  const DetectorGraphs boxes = build_detector(described("d2go_faster_rcnn"));
  CHECK(!boxes.mask_head.has_value());
}

TEST_CASE("inverted residuals: the text of a description") {
  const auto stages =
      parse_inverted_stages("k3 c16; k5 e64 c32 s2, k3 e96 c32 up2 x2", "m.ini", "backbone.blocks");
  REQUIRE(stages.size() == 2);
  REQUIRE(stages[0].size() == 1);
  CHECK(stages[0][0].hidden == 0);
  CHECK(stages[0][0].channels == 16);
  REQUIRE(stages[1].size() == 3);
  CHECK(stages[1][0].kernel == 5);
  CHECK(stages[1][0].stride == 2);
  CHECK(stages[1][2].enlarge == 2);
  CHECK(stages[1][2].hidden == 96);
  for (const char* wrong : {"", "k3", "k4 c8", "k3 c8 z1", "c", "k3 c-1", "k3 c8 s", "k3 c8 s2x",
                            "k3 c99999999", "k3 c8 up1", "k3 c8; ", "k3 cc8", "k3 c8 x0"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(parse_inverted_stages(wrong, "m.ini", "backbone.blocks"), Error);
  }
}
