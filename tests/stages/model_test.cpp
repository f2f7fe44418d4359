#include <cmath>
#include <fstream>
#include <sstream>
#include <tuple>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/model/detector.hpp"
#include "stages/model/fold_batch_norm.hpp"
#include "stages/model/fuse.hpp"
#include "stages/model/lower.hpp"
#include "stages/model/resnet.hpp"

using namespace roiflow;

namespace {

std::string read_config(const std::string& name) {
  std::ifstream file(std::string(ROIFLOW_SOURCE_DIR) + "/configs/" + name);
  REQUIRE(file.good());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

ModelDescription mask_rcnn() {
  return parse_model_description(read_config("mask_rcnn_r50_fpn.ini"), "mask_rcnn_r50_fpn.ini");
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string message_of(const std::string& ini) {
  try {
    parse_model_description(ini, "file.ini");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("model description: the shipped configs are torchvision's models") {
  const ModelDescription mask = mask_rcnn();
  CHECK(mask.kind == ModelKind::mask_rcnn);
  CHECK(mask.classes == 91);
  CHECK(mask.levels() == 5);
  CHECK(mask.anchors_per_position() == 3);
  CHECK(mask.backbone.blocks == std::vector<int>{3, 4, 6, 3});
  CHECK(mask.backbone.batch_norm_eps == 0.0);
  CHECK(mask.box.weights == std::array<float, 4>{10, 10, 5, 5});
  CHECK(mask.anchors.sizes[4] == std::vector<float>{512});
  const ModelDescription faster =
      parse_model_description(read_config("faster_rcnn_r50_fpn.ini"), "faster_rcnn_r50_fpn.ini");
  CHECK(faster.kind == ModelKind::faster_rcnn);
  CHECK(!build_detector(faster).mask_head);
}

TEST_CASE("model description: what is wrong is named by file and key") {
  const std::string good = "[model]\nname = m\nkind = faster_rcnn\nclasses = 3\n";
  CHECK(message_of(good) == "accepted");
  struct Case {
    const char* what;
    std::string ini;
    const char* key;
  };
  const Case cases[] = {
      {"unknown key", good + "[rpn]\nnms_treshold = 0.7\n", "rpn.nms_treshold"},
      {"unknown section", good + "[rpm]\nnms_threshold = 0.7\n", "rpm.nms_threshold"},
      {"wrong type", good + "[rpn]\npre_nms_top_n = many\n", "rpn.pre_nms_top_n"},
      {"a fraction where an integer is due", good + "[box]\nroi_bins = 7.5\n", "box.roi_bins"},
      {"out of range", good + "[rpn]\nnms_threshold = 1.5\n", "rpn.nms_threshold"},
      {"too few numbers", good + "[box]\nweights = 10, 10\n", "box.weights"},
      {"too few levels", good + "[anchors]\nsizes = 32; 64\n", "anchors.sizes"},
      {"no such choice", good + "[backbone]\nblock = round\n", "backbone.block"},
      {"ids for other classes", good + "category_ids = 1, 2, 3\n", "model.category_ids"},
      {"masks without a mask head", good + "[mask]\nconvs = 4\n", "mask.convs"},
      {"labels that 8 bits cannot hold",
       "[model]\nname = m\nkind = fcn\nclasses = 3\ncategory_ids = 255, 256\n",
       "model.category_ids"},
      {"padding of a segmenter's input",
       "[model]\nname = m\nkind = fcn\nclasses = 3\n[preprocess]\nsize_divisible = 32\n",
       "preprocess.size_divisible"},
      {"a limit for images that are not resized",
       "[model]\nname = m\nkind = fcn\nclasses = 3\n[preprocess]\nmax_size = 500\n",
       "preprocess.max_size"},
      {"no classes", "[model]\nname = m\nkind = faster_rcnn\n", "model.classes"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    const std::string message = message_of(c.ini);
    CHECK_MESSAGE(contains(message, "file.ini"), message);
    CHECK_MESSAGE(contains(message, c.key), message);
  }
}

TEST_CASE("shapes: torchvision's Mask R-CNN at 800 x 1088") {
  const DetectorGraphs graphs = build_detector(mask_rcnn());
  const Shape<4> image[] = {{1, 800, 1088, 3}};
  const ValueShapes shapes = infer_shapes(graphs.trunk, image);
  const auto output = [&](const std::string& name) {
    for (const GraphOutput& out : graphs.trunk.outputs) {
      if (out.name == name) return shapes.at(out.value);
    }
    return Shape<4>{};
  };
  CHECK(output("features.0") == Shape<4>{1, 200, 272, 256});
  CHECK(output("features.4") == Shape<4>{1, 13, 17, 256});
  CHECK(output("objectness.3") == Shape<4>{1, 25, 34, 3});
  CHECK(output("deltas.3") == Shape<4>{1, 25, 34, 12});
  const Shape<4> pooled[] = {{100, 14, 14, 256}};
  const ValueShapes mask = infer_shapes(*graphs.mask_head, pooled);
  CHECK(mask.at(graphs.mask_head->outputs[0].value) == Shape<4>{100, 28, 28, 91});
}

TEST_CASE("shapes: all problems are reported at once") {
  ModelGraph graph;
  graph.inputs = {{"image", {-1, -1, -1, 3}}};
  graph.add({"a", Conv2d{.out_channels = 8, .kernel = {3, 3}}, {"image"}, "a"});
  graph.add({"a", Relu{}, {"image"}, ""});
  graph.add({"b", Add{}, {"a", "image"}, ""});
  graph.add({"c", Relu{}, {"nothing"}, ""});
  graph.add({"d", MaxPool{.kernel = {99, 99}}, {"image"}, ""});
  graph.add({"e", Add{}, {"image"}, ""});
  graph.add({"after_b", Relu{}, {"b"}, ""});
  graph.outputs = {{"out", "elsewhere"}};
  const Shape<4> image[] = {{1, 10, 12, 3}};
  std::string message;
  try {
    infer_shapes(graph, image);
  } catch (const Error& error) {
    message = error.what();
  }
  for (const char* part : {"layer a: the name is taken", "layer b: cannot add", "nothing",
                           "layer d: a 99x99 window", "layer e: expected 2 inputs", "elsewhere"}) {
    CHECK_MESSAGE(contains(message, part), message);
  }
  CHECK_MESSAGE(!contains(message, "after_b"), message);  // only a consequence
}

// Twenty layers that each double height and width: the product of the extents would overflow.
TEST_CASE("shapes: what no memory holds is refused") {
  ModelGraph graph;
  graph.inputs = {{"image", {-1, -1, -1, 3}}};
  std::string value = "image";
  for (int i = 0; i < 20; ++i) {
    value = graph.add({"up" + std::to_string(i), UpsampleBilinear{8}, {value}, ""});
  }
  const Shape<4> image[] = {{1, 10, 12, 3}};
  CHECK_THROWS_WITH_AS(std::ignore = infer_shapes(graph, image),
                       doctest::Contains("more than any memory holds"), Error);
}

TEST_CASE("weights: missing, extra and misshapen tensors together") {
  const TensorShapes expected{{"a", {2, 3}}, {"b", {4}}, {"c", {1}}};
  Weights weights;
  weights["a"] = {{3, 2}, std::vector<float>(6)};
  weights["c"] = {{1}, {1.0F}};
  weights["d"] = {{1}, {1.0F}};
  const WeightReport report = compare(expected, weights);
  CHECK(report.missing == std::vector<std::string>{"b"});
  CHECK(report.extra == std::vector<std::string>{"d"});
  REQUIRE(report.misshapen.size() == 1);
  CHECK(report.misshapen[0].name == "a");
  CHECK(!report.complete());
  CHECK(contains(report.text(), "misshapen a: expected [2, 3], found [3, 2]"));
}

TEST_CASE("weights: names and number of torchvision's tensors") {
  const TensorShapes tensors = expected_tensors(build_detector(mask_rcnn()));
  CHECK(tensors.at("backbone.body.layer4.2.conv2.weight") ==
        std::vector<std::int64_t>{512, 512, 3, 3});
  CHECK(tensors.at("backbone.body.layer1.0.downsample.1.running_var") ==
        std::vector<std::int64_t>{256});
  CHECK(tensors.at("backbone.fpn.inner_blocks.3.0.weight") ==
        std::vector<std::int64_t>{256, 2048, 1, 1});
  CHECK(tensors.at("rpn.head.conv.0.0.bias") == std::vector<std::int64_t>{256});
  CHECK(tensors.at("roi_heads.box_head.fc6.weight") == std::vector<std::int64_t>{1024, 12544});
  CHECK(tensors.at("roi_heads.mask_predictor.conv5_mask.weight") ==
        std::vector<std::int64_t>{256, 256, 2, 2});
  // torchvision 0.14: len([k for k in maskrcnn_resnet50_fpn(weights=None,
  // weights_backbone=None).state_dict() if "num_batches" not in k]) and the sum of parameters.
  std::int64_t parameters = 0;
  for (const auto& [name, shape] : tensors) {
    if (contains(name, "running_")) continue;
    std::int64_t count = 1;
    for (const std::int64_t extent : shape) count *= extent;
    parameters += count;
  }
  CHECK(tensors.size() == 307);
  CHECK(parameters == 44'454'513);
}

TEST_CASE("costs: about as many operations as published for this size") {
  const DetectorGraphs graphs = build_detector(mask_rcnn());
  const auto total = [](const ModelGraph& graph, const Shape<4>& shape) {
    double flops = 0;
    for (const LayerCost& cost : layer_costs(graph, std::array<Shape<4>, 1>{shape}))
      flops += cost.flops;
    return flops * 1e-9;
  };
  // 326.6 is the sum of stem 4.1, layers 23.2 35.7 50.8 28.1, FPN 98.6 and RPN head 86.1 GFLOP.
  CHECK(total(graphs.trunk, {1, 800, 1088, 3}) == doctest::Approx(326.6).epsilon(0.005));
  CHECK(total(graphs.box_head, {1000, 7, 7, 256}) == doctest::Approx(28.7).epsilon(0.005));
  CHECK(total(*graphs.mask_head, {100, 14, 14, 256}) == doctest::Approx(106.5).epsilon(0.005));
}

TEST_CASE("fold_batch_norm: a pixel's value by hand") {
  ModelGraph graph;
  graph.inputs = {{"x", {-1, -1, -1, 1}}};
  graph.add({"conv", Conv2d{.out_channels = 2, .bias = false}, {"x"}, "conv"});
  graph.add({"bn", BatchNorm{0.5}, {"conv"}, "bn"});
  graph.outputs = {{"y", "bn"}};
  Weights weights;
  weights["conv.weight"] = {{2, 1, 1, 1}, {3.0F, -2.0F}};
  weights["bn.weight"] = {{2}, {2.0F, 1.0F}};
  weights["bn.bias"] = {{2}, {0.25F, 0.0F}};
  weights["bn.running_mean"] = {{2}, {1.0F, -1.0F}};
  weights["bn.running_var"] = {{2}, {3.5F, 0.5F}};
  const Model folded = fold_batch_norm({graph, weights});
  REQUIRE(folded.graph.layers.size() == 1);
  CHECK(folded.graph.layers[0].name == "bn");
  REQUIRE(folded.weights.size() == 2);
  // Channel 0: s = 2 / sqrt(3.5 + 0.5) = 1; channel 1: s = 1 / sqrt(0.5 + 0.5) = 1.
  CHECK(folded.weights.at("conv+bn.weight").values == std::vector<float>{3.0F, -2.0F});
  CHECK(folded.weights.at("conv+bn.bias").values == std::vector<float>{-0.75F, 1.0F});
}

TEST_CASE("fuse: a residual block becomes three convolutions and no other layer") {
  ModelDescription description = mask_rcnn();
  description.backbone.blocks = {2};
  ModelGraph graph;
  graph.inputs = {{"image", {-1, -1, -1, 3}}};
  const BackboneOutputs outputs = add_resnet(graph, "image", "body", description.backbone);
  graph.outputs = {{"y", outputs.values[0]}};
  Weights weights;
  for (const auto& [name, shape] : expected_tensors(graph)) {
    std::int64_t count = 1;
    for (const std::int64_t extent : shape) count *= extent;
    weights[name] = {shape, std::vector<float>(static_cast<std::size_t>(count), 1.0F)};
  }
  const ModelGraph fused = fuse(fold_batch_norm({graph, weights}).graph);
  int convolutions = 0;
  for (const Layer& layer : fused.layers) {
    convolutions += std::holds_alternative<Conv2d>(layer.kind) ? 1 : 0;
    CHECK(!std::holds_alternative<Add>(layer.kind));
    CHECK(!std::holds_alternative<Relu>(layer.kind));
  }
  CHECK(convolutions == 1 + 4 + 3);
  CHECK(fused.layers.size() == 9);  // and the max pool
  const Shape<4> image[] = {{1, 64, 64, 3}};
  CHECK(infer_shapes(fused, image).at(fused.outputs[0].value) == Shape<4>{1, 16, 16, 256});
}
