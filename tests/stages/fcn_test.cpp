#include "stages/model/fcn.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "stages/core/error.hpp"

using namespace roiflow;

namespace {

ModelDescription fcn_vgg16(int stride, const std::string& more = "") {
  return parse_model_description(fmt::format("[model]\nname = f\nkind = fcn\nclasses = 21\n"
                                             "[backbone]\nkind = vgg\n[fcn]\nstride = {}\n{}",
                                             stride, more),
                                 "f.ini");
}

ModelDescription fcn_resnet(const std::string& blocks) {
  return parse_model_description(
      fmt::format("[model]\nname = f\nkind = fcn\nclasses = 21\n"
                  "[backbone]\nkind = resnet\nblocks = {}\ndilated_layers = 2\n",
                  blocks),
      "f.ini");
}

Shape<4> shape_of(const ModelGraph& graph, const std::string& value, const Shape<4>& image) {
  return infer_shapes(graph, std::span(&image, 1)).at(value);
}

template <class Function>
std::string message_of(ErrorCode code, const Function& function) {
  try {
    function();
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return "accepted";
}

std::int64_t crop_of(const ModelGraph& graph, const std::string& name) {
  for (const Layer& layer : graph.layers) {
    if (layer.name == name) return std::get<CropLike>(layer.kind).offset.h;
  }
  return -1;
}

/// As PyTorch counts: without running statistics.
std::int64_t trained_parameters(const ModelGraph& graph) {
  std::int64_t count = 0;
  for (const auto& [name, shape] : expected_tensors(graph)) {
    if (name.find(".running_") != std::string::npos) continue;
    std::int64_t numbers = 1;
    for (const std::int64_t extent : shape) numbers *= extent;
    count += numbers;
  }
  return count;
}

WeightTensor bilinear(std::int64_t classes, std::int64_t kernel) {
  WeightTensor tensor{{classes, classes, kernel, kernel}, {}};
  const double factor = static_cast<double>(kernel) / 2;
  const auto tent = [&](std::int64_t i) {
    return 1 - std::abs(static_cast<double>(i) + 0.5 - factor) / factor;
  };
  for (std::int64_t pair = 0; pair < classes * classes; ++pair) {
    for (std::int64_t at = 0; at < kernel * kernel; ++at) {
      const bool own = pair / classes == pair % classes;
      tensor.values.push_back(own ? static_cast<float>(tent(at / kernel) * tent(at % kernel)) : 0);
    }
  }
  return tensor;
}

}  // namespace

TEST_CASE("fcn: crops and sizes are those of the paper's Caffe files") {
  const Shape<4> image{1, 500, 500, 3};
  const FcnGraph of_32 = build_fcn(fcn_vgg16(32));
  CHECK(of_32.upsampling.stride == 32);
  CHECK(of_32.upsampling.offset == 19);
  CHECK(shape_of(of_32.graph, "score_fr", image) == Shape<4>{1, 16, 16, 21});
  CHECK(shape_of(of_32.graph, "fc6", image) == Shape<4>{1, 16, 16, 4096});
  CHECK(shape_of(of_32.graph, "pool5", image) == Shape<4>{1, 22, 22, 512});

  const FcnGraph of_16 = build_fcn(fcn_vgg16(16));
  CHECK(of_16.upsampling.offset == 27);
  CHECK(crop_of(of_16.graph, "score_pool4c") == 5);
  CHECK(shape_of(of_16.graph, "fuse_pool4", image) == Shape<4>{1, 34, 34, 21});

  const FcnGraph of_8 = build_fcn(fcn_vgg16(8));
  CHECK(of_8.upsampling.offset == 31);
  CHECK(crop_of(of_8.graph, "score_pool4c") == 5);
  CHECK(crop_of(of_8.graph, "score_pool3c") == 9);
  CHECK(shape_of(of_8.graph, "fuse_pool3", image) == Shape<4>{1, 70, 70, 21});
}

TEST_CASE("fcn: every size of image fits with the paper's padding") {
  for (const int stride : {32, 16, 8}) {
    const FcnGraph fcn = build_fcn(fcn_vgg16(stride));
    for (std::int64_t size = 1; size < 70; ++size) {
      CAPTURE(size);
      const Shape<4> image{1, size, 71 - size, 3};
      const Shape<4> scores = shape_of(fcn.graph, fcn.graph.outputs[0].value, image);
      CHECK((scores[1] + 1) * stride >= fcn.upsampling.offset + size);
      CHECK((scores[2] + 1) * stride >= fcn.upsampling.offset + 71 - size);
    }
  }
}

TEST_CASE("fcn: other kernels and paddings, by the formulas of the layers' centres") {
  // Centres in image pixels: score_fr 15.5 + 16 (K - 1) - (P - 1), pool4 7.5 - (P - 1), ...
  const FcnGraph small = build_fcn(fcn_vgg16(8, "kernel = 3\npadding = 35\nhidden = 64\n"));
  CHECK(crop_of(small.graph, "score_pool4c") == 1);
  CHECK(crop_of(small.graph, "score_pool3c") == 1);
  CHECK(small.upsampling.offset == 27 - 16 * 2 + 35);

  const std::string negative =
      message_of(ErrorCode::usage, [] { build_fcn(fcn_vgg16(32, "padding = 50\n")); });
  CHECK(negative.find(
            "fcn.kernel = 7 with fcn.padding = 50 would crop the upsampled scores at -31") !=
        std::string::npos);
  const std::string skip =
      message_of(ErrorCode::usage, [] { build_fcn(fcn_vgg16(16, "kernel = 1\n")); });
  CHECK(skip.find("would crop score_pool4 at -1") != std::string::npos);
}

TEST_CASE("fcn: a crop that does not fit says where it would begin") {
  ModelGraph graph;
  graph.inputs = {{"x", {-1, -1, -1, 5}}, {"like", {-1, -1, -1, 2}}};
  graph.outputs = {{"y", graph.add({"crop", CropLike{{2, 1}}, {"x", "like"}, ""})}};
  const Shape<4> fitting[] = {{2, 7, 4, 5}, {2, 5, 3, 2}};
  CHECK(infer_shapes(graph, fitting).at("crop") == Shape<4>{2, 5, 3, 5});
  const Shape<4> too_low[] = {{2, 6, 4, 5}, {2, 5, 3, 2}};
  CHECK(message_of(ErrorCode::usage, [&] {
          infer_shapes(graph, too_low);
        }).find("cannot cut 5x3 pixels at offset 2, 1 out of [2, 6, 4, 5]") != std::string::npos);
}

TEST_CASE("fcn: scales of the skips stand before their scores") {
  const FcnGraph fcn = build_fcn(fcn_vgg16(8, "pool4_scale = 0.01\npool3_scale = 0.0001\n"));
  int scales = 0;
  for (const Layer& layer : fcn.graph.layers) {
    if (layer.name == "score_pool4") CHECK(layer.inputs == std::vector<std::string>{"scale_pool4"});
    if (const auto* scale = std::get_if<Scale>(&layer.kind)) {
      ++scales;
      CHECK(scale->factor == (layer.name == "scale_pool4" ? 0.01F : 0.0001F));
    }
  }
  CHECK(scales == 2);
}

TEST_CASE("fcn: torchvision's models by their published numbers of parameters") {
  // torchvision.models.segmentation.FCN_ResNet50_Weights: 35,322,218, of which the auxiliary head
  // is 1024 * 256 * 9 + 2 * 256 + 256 * 21 + 21.
  constexpr std::int64_t auxiliary = 2'365'205;
  const FcnGraph resnet50 = build_fcn(fcn_resnet("3, 4, 6, 3"));
  CHECK(trained_parameters(resnet50.graph) == 35'322'218 - auxiliary);
  CHECK(trained_parameters(build_fcn(fcn_resnet("3, 4, 23, 3")).graph) == 54'314'346 - auxiliary);
  CHECK(resnet50.upsampling.stride == 0);
  // Stride 8.
  CHECK(shape_of(resnet50.graph, "classifier.4", {1, 520, 641, 3}) == Shape<4>{1, 65, 81, 21});
  const TensorShapes tensors = expected_tensors(resnet50.graph);
  CHECK(tensors.contains("backbone.layer4.2.conv3.weight"));
  CHECK(tensors.at("classifier.0.weight") == std::vector<std::int64_t>{512, 2048, 3, 3});
}

TEST_CASE("fcn: tensors of a weights file that inference does not need") {
  const ModelDescription skip = fcn_vgg16(8);
  CHECK(is_unused_fcn_tensor(fcn_resnet("3, 4, 6, 3"), "aux_classifier.0.weight"));
  CHECK(!is_unused_fcn_tensor(fcn_resnet("3, 4, 6, 3"), "upscore2.weight"));
  CHECK(is_unused_fcn_tensor(skip, "upscore_pool4.weight"));
  CHECK(!is_unused_fcn_tensor(skip, "score_fr.weight"));

  Weights weights{{"upscore2.weight", bilinear(3, 4)}, {"upscore8.weight", bilinear(3, 16)}};
  require_bilinear_upscores(skip, weights);
  weights.at("upscore2.weight").values[5] += 0.01F;
  CHECK(message_of(ErrorCode::bad_data, [&] {
          require_bilinear_upscores(skip, weights);
        }).find("upscore2.weight: expected the fixed bilinear kernel") != std::string::npos);
}
