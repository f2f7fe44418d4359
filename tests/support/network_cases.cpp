#include "tests/support/network_cases.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include <doctest/doctest.h>

namespace roiflow {
namespace {

constexpr double tolerance = 1e-5;

}  // namespace

const std::vector<LayerCase>& layer_cases() {
  static const std::vector<LayerCase> cases = {
      {"3x3", Conv2d{.out_channels = 16, .kernel = {3, 3}, .padding = {1, 1}}, {1, 9, 11, 8}},
      {"3x3, odd channels",
       Conv2d{.out_channels = 5, .kernel = {3, 3}, .padding = {1, 1}},
       {2, 7, 6, 3}},
      {"3x3, 64 channels",
       Conv2d{.out_channels = 64, .kernel = {3, 3}, .padding = {1, 1}},
       {1, 17, 30, 64}},
      {"7x7 stride 2",
       Conv2d{.out_channels = 16,
              .kernel = {7, 7},
              .stride = {2, 2},
              .padding = {3, 3},
              .bias = false},
       {1, 37, 50, 3}},
      {"1x1 stride 2", Conv2d{.out_channels = 24, .stride = {2, 2}}, {1, 9, 12, 16}},
      {"1x1 to 15", Conv2d{.out_channels = 15}, {1, 9, 12, 16}},
      {"dilated",
       Conv2d{.out_channels = 8, .kernel = {3, 3}, .padding = {2, 2}, .dilation = {2, 2}},
       {1, 12, 9, 8}},
      {"grouped",
       Conv2d{.out_channels = 16, .kernel = {3, 3}, .padding = {1, 1}, .groups = 2},
       {1, 8, 8, 16}},
      {"oblong",
       Conv2d{.out_channels = 8, .kernel = {1, 5}, .stride = {1, 2}, .padding = {0, 2}},
       {1, 6, 13, 8}},
      {"transposed 2x2", ConvTranspose2d{.out_channels = 10}, {3, 7, 5, 16}},
      {"transposed, overlapping",
       ConvTranspose2d{.out_channels = 4, .kernel = {4, 4}, .stride = {2, 2}, .padding = {1, 1}},
       {1, 6, 5, 8}},
      {"linear over a grid", Linear{.out_features = 19}, {4, 3, 2, 6}},
      {"linear", Linear{.out_features = 32, .bias = false}, {5, 1, 1, 40}},
      {"relu", Relu{}, {1, 4, 5, 6}},
      {"max pool 3x3",
       MaxPool{.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}},
       {1, 13, 10, 16}},
      {"every second pixel", MaxPool{.kernel = {1, 1}, .stride = {2, 2}}, {1, 13, 10, 16}},
      {"max pool, sizes rounded up", MaxPool{.ceil_mode = true}, {1, 13, 10, 16}},
      {"max pool of one pixel, rounded up", MaxPool{.ceil_mode = true}, {1, 1, 1, 8}},
      {"max pool 3x3, rounded up",
       MaxPool{.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}, .ceil_mode = true},
       {1, 14, 9, 16}},
      {"global mean", GlobalMean{}, {3, 7, 5, 16}},
      {"slice", ChannelSlice{3, 12}, {1, 5, 7, 15}},
      {"pixel shuffle", PixelShuffle{{2, 3}}, {2, 4, 5, 12}},
      {"bilinear by 2", UpsampleBilinear{2}, {2, 4, 5, 21}},
      {"bilinear by 8", UpsampleBilinear{8}, {1, 3, 2, 4}},
      {"bilinear by 3", UpsampleBilinear{3}, {1, 2, 3, 4}},
      {"bilinear by 1", UpsampleBilinear{1}, {1, 2, 3, 4}},
      {"bilinear of one pixel", UpsampleBilinear{2}, {1, 1, 1, 3}},
      {"scale", Scale{0.01F}, {1, 4, 5, 6}},
  };
  return cases;
}

ModelGraph graph_of(const LayerCase& layer) {
  ModelGraph graph;
  graph.inputs = {{"x", {-1, -1, -1, layer.input[3]}}};
  if (std::holds_alternative<Linear>(layer.kind)) graph.inputs[0].shape = layer.input;
  graph.inputs[0].shape[0] = -1;
  graph.outputs = {{"y", graph.add({"layer", layer.kind, {"x"}, "layer"})}};
  return graph;
}

Weights random_weights(const TensorShapes& shapes, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> value(-1, 1);
  Weights weights;
  for (const auto& [name, shape] : shapes) {
    std::size_t count = 1;
    for (const std::int64_t extent : shape) count *= static_cast<std::size_t>(extent);
    WeightTensor tensor{shape, std::vector<float>(count)};
    const float scale =
        2.0F / std::sqrt(static_cast<float>(
                   count / static_cast<std::size_t>(std::max<std::int64_t>(shape.front(), 1)) + 1));
    for (float& v : tensor.values) v = value(random) * scale;
    if (name.ends_with("running_var")) {
      for (float& v : tensor.values) v = 0.5F + v * v;
    }
    weights.emplace(name, std::move(tensor));
  }
  return weights;
}

Tensor<float, 4> random_tensor(const Shape<4>& shape, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> value(-1, 1);
  Tensor<float, 4> tensor(shape);
  for (float& v : tensor.view().span()) v = value(random);
  return tensor;
}

void check_close(const Tensor<float, 4>& found, const Tensor<float, 4>& expected) {
  REQUIRE(found.shape() == expected.shape());
  double largest = 0;
  double difference = 0;
  for (std::int64_t i = 0; i < found.size(); ++i) {
    const double e = double{expected.view().data[i]};
    const double d = std::abs(double{found.view().data[i]} - e);
    largest = std::max(largest, std::abs(e));
    if (!(d <= difference)) difference = d;  // NaN counts as a difference
  }
  CHECK(largest > 0);
  CHECK(difference <= tolerance * largest);
}

void check_same_bits(const Tensor<float, 4>& a, const Tensor<float, 4>& b) {
  REQUIRE(a.shape() == b.shape());
  CHECK(std::equal(a.view().data, a.view().data + a.size(), b.view().data));
}

ModelDescription small_mask_rcnn() {
  return parse_model_description(
      "[model]\nname = small\nkind = mask_rcnn\nclasses = 5\n"
      "[backbone]\nblocks = 1, 2, 1, 1\nstem_channels = 12\nwidth = 4\n"
      "[fpn]\nchannels = 20\n[box]\nhidden = 24\n"
      "[mask]\nchannels = 20\npredictor_channels = 12\nconvs = 2\n",
      "small");
}

}  // namespace roiflow
