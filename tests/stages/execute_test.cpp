#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <thread>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/execute/arena_layout.hpp"
#include "stages/execute/detector_networks.hpp"
#include "stages/execute/executor.hpp"
#include "stages/model/fbnet.hpp"
#include "tests/support/naive_network.hpp"
#include "tests/support/network_cases.hpp"

using namespace roiflow;

namespace {

std::vector<Tensor<float, 4>> run(const Network& network,
                                  const std::vector<Tensor<float, 4>>& inputs) {
  std::vector<Shape<4>> shapes;
  std::vector<TensorView<const float, 4>> in;
  for (const auto& input : inputs) {
    shapes.push_back(input.shape());
    in.push_back(input.view());
  }
  std::vector<Tensor<float, 4>> outputs;
  std::vector<TensorView<float, 4>> out;
  for (const Shape<4>& shape : network.output_shapes(shapes)) {
    outputs.emplace_back(shape);
    std::fill_n(outputs.back().view().data, outputs.back().size(), std::nanf(""));
    out.push_back(outputs.back().view());
  }
  network.run(out, in);
  return outputs;
}

}  // namespace

TEST_CASE("execute: every layer kind equals its definition") {
  unsigned seed = 1;
  for (const LayerCase& c : layer_cases()) {
    CAPTURE(c.name);
    const ModelGraph graph = graph_of(c);
    const Weights weights = random_weights(expected_tensors(graph), seed);
    std::vector<Tensor<float, 4>> inputs;
    inputs.push_back(random_tensor(c.input, ++seed));
    const auto network = make_network_cpu(graph, weights);
    check_close(run(*network, inputs)[0], naive_outputs(graph, weights, inputs)[0]);
  }
}

TEST_CASE("execute: Winograd and direct convolution agree with the definition") {
  struct Case {
    const char* name;
    Shape<4> input;
    std::int64_t out_channels;
    Extent2d padding;
  };
  const Case cases[] = {
      {"whole tiles", {1, 8, 12, 32}, 32, {1, 1}},
      {"cut tiles", {1, 7, 13, 40}, 48, {1, 1}},
      {"one pixel", {1, 1, 1, 32}, 64, {1, 1}},
      {"no padding", {1, 9, 10, 32}, 32, {0, 0}},
      {"wide padding", {1, 5, 6, 32}, 32, {3, 2}},
      {"several images", {3, 14, 14, 64}, 32, {1, 1}},
      {"several groups of tiles", {1, 66, 90, 64}, 64, {1, 1}},
  };
  for (const bool residual : {false, true}) {
    for (const Case& c : cases) {
      CAPTURE(c.name);
      CAPTURE(residual);
      ModelGraph graph;
      graph.inputs = {{"x", {-1, -1, -1, c.input[3]}}};
      graph.add({"conv",
                 Conv2d{.out_channels = c.out_channels, .kernel = {3, 3}, .padding = c.padding},
                 {"x"},
                 "conv"});
      std::string last = "conv";
      if (residual) {  // the same convolution once more, then sum and ReLU
        graph.add({"again", graph.layers[0].kind, {"x"}, "again"});
        last = graph.add({"sum", Add{}, {"conv", "again"}, ""});
      }
      graph.outputs = {{"y", graph.add({"relu", Relu{}, {last}, ""})}};
      const Weights weights = random_weights(expected_tensors(graph), 61);
      std::vector<Tensor<float, 4>> inputs;
      inputs.push_back(random_tensor(c.input, 62));
      const auto expected = naive_outputs(graph, weights, inputs);
      for (const ConvAlgorithm algorithm : {ConvAlgorithm::direct, ConvAlgorithm::automatic}) {
        const auto network = make_network_cpu(graph, weights, {.conv_algorithm = algorithm});
        check_close(run(*network, inputs)[0], expected[0]);
      }
    }
  }
}

TEST_CASE("execute: enlarging takes the same rows as torch for sizes that do not divide") {
  ModelGraph graph;
  graph.inputs = {{"x", {-1, -1, -1, 16}}, {"like", {-1, -1, -1, 1}}};
  graph.outputs = {{"y", graph.add({"up", UpsampleNearest{}, {"x", "like"}, ""})}};
  std::vector<Tensor<float, 4>> inputs;
  inputs.push_back(random_tensor({1, 13, 7, 16}, 1));
  inputs.push_back(random_tensor({1, 25, 14, 1}, 2));
  const auto found = run(*make_network_cpu(graph, {}), inputs);
  check_same_bits(found[0], naive_outputs(graph, {}, inputs)[0]);
  // torch.nn.functional.interpolate(torch.arange(13.).view(1, 1, 13, 1), (25, 1)).flatten()
  const int rows[25] = {0, 0, 1, 1, 2, 2, 3, 3,  4,  4,  5,  5, 6,
                        6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12};
  for (int y = 0; y < 25; ++y) {
    CHECK(found[0].view()(0, y, 0, 0) == inputs[0].view()(0, rows[y], 0, 0));
  }
}

TEST_CASE("execute: a crop takes its offset and the other value's size") {
  ModelGraph graph;
  graph.inputs = {{"x", {-1, -1, -1, 5}}};
  graph.add({"large", UpsampleBilinear{2}, {"x"}, ""});
  graph.outputs = {{"large", "large"},
                   {"y", graph.add({"crop", CropLike{{2, 1}}, {"large", "x"}, ""})}};
  std::vector<Tensor<float, 4>> inputs;
  inputs.push_back(random_tensor({2, 7, 9, 5}, 1));
  const auto found = run(*make_network_cpu(graph, {}), inputs);
  REQUIRE(found[1].shape() == Shape<4>{2, 7, 9, 5});
  CHECK(found[1].view()(1, 6, 8, 3) == found[0].view()(1, 8, 9, 3));
  check_close(found[1], naive_outputs(graph, {}, inputs)[1]);
}

TEST_CASE("execute: an FBNet's layers equal their definition: depthwise, enlarged, added") {
  for (const std::int64_t channels : {8, 24}) {
    ModelGraph graph;
    graph.inputs = {{"x", {-1, -1, -1, channels}}};
    const InvertedStage blocks{{.kernel = 5, .hidden = 40, .channels = channels},
                               {.kernel = 3, .hidden = 0, .channels = channels},
                               {.kernel = 3, .hidden = 16, .channels = 12, .stride = 2},
                               {.kernel = 3, .hidden = 20, .channels = 10, .enlarge = 2}};
    const std::string last = add_inverted_blocks(graph, "x", channels, "blocks", blocks);
    graph.outputs = {{"y", last}};
    const Weights weights = random_weights(expected_tensors(graph), 3);
    std::vector<Tensor<float, 4>> inputs;
    inputs.push_back(random_tensor({2, 9, 14, channels}, 4));
    const auto expected = naive_outputs(graph, weights, inputs);
    CHECK(expected[0].shape() == Shape<4>{2, 10, 14, 10});
    check_close(run(*make_network_cpu(graph, weights), inputs)[0], expected[0]);
  }
}

TEST_CASE("execute: a whole detector equals its definition, batch norm not folded") {
  const ModelDescription description = small_mask_rcnn();
  const DetectorGraphs graphs = build_detector(description);
  const Weights weights = random_weights(expected_tensors(graphs), 11);
  const auto check = [&](const ModelGraph& graph, const Shape<4>& shape) {
    std::vector<Tensor<float, 4>> inputs;
    inputs.push_back(random_tensor(shape, 5));
    const auto found = run(*make_network_cpu(graph, weights), inputs);
    const auto expected = naive_outputs(graph, weights, inputs);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(graph.outputs[i].name);
      check_close(found[i], expected[i]);
    }
  };
  check(graphs.trunk, {1, 64, 96, 3});
  check(graphs.trunk, {2, 71, 45, 3});  // sizes that no level divides
  check(graphs.box_head, {3, 7, 7, 20});
  check(*graphs.mask_head, {2, 14, 14, 20});
}

TEST_CASE("execute: a sum that must not be done in place") {
  ModelGraph graph;
  graph.inputs = {{"x", {-1, -1, -1, 8}}};
  graph.add({"a", Conv2d{.out_channels = 8}, {"x"}, "a"});
  graph.add({"b", Conv2d{.out_channels = 8}, {"a"}, "b"});
  graph.add({"sum", Add{}, {"b", "a"}, ""});  // a is read again later
  graph.add({"c", Conv2d{.out_channels = 8}, {"sum"}, "c"});
  graph.add({"again", Add{}, {"c", "a"}, ""});
  graph.add({"d", Conv2d{.out_channels = 8}, {"again"}, "d"});
  graph.add({"input_too", Add{}, {"d", "x"}, ""});  // the caller's memory
  graph.add({"e", Conv2d{.out_channels = 8}, {"input_too"}, "e"});
  graph.add({"twice", Add{}, {"e", "e"}, ""});
  graph.outputs = {{"sum", "sum"}, {"same", "sum"}, {"y", "input_too"}, {"z", "twice"}};
  const Weights weights = random_weights(expected_tensors(graph), 3);
  std::vector<Tensor<float, 4>> inputs;
  inputs.push_back(random_tensor({1, 5, 6, 8}, 4));
  const auto before = random_tensor({1, 5, 6, 8}, 4);
  const auto network = make_network_cpu(graph, weights);
  const auto expected = naive_outputs(graph, weights, inputs);
  for (int round = 0; round < 2; ++round) {
    const auto found = run(*network, inputs);
    for (std::size_t i = 0; i < found.size(); ++i) check_close(found[i], expected[i]);
  }
  check_same_bits(inputs[0], before);
}

TEST_CASE("execute: threads do not change a bit, and more shapes than the cache holds work") {
  const ModelGraph graph = build_detector(small_mask_rcnn()).trunk;
  const Weights weights = random_weights(expected_tensors(graph), 21);
  const auto network = make_network_cpu(graph, weights, {.cached_plans = 2});
  const Shape<4> sizes[] = {{1, 64, 64, 3}, {1, 64, 96, 3}, {1, 96, 64, 3}, {1, 128, 128, 3}};
  std::vector<std::vector<Tensor<float, 4>>> inputs(4);
  std::vector<std::vector<Tensor<float, 4>>> expected;
  for (unsigned i = 0; i < 4; ++i) {
    inputs[i].push_back(random_tensor(sizes[i], i));
    expected.push_back(run(*network, inputs[i]));
  }
  std::vector<std::vector<std::vector<Tensor<float, 4>>>> found(3);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < found.size(); ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 12; ++i) found[t].push_back(run(*network, inputs[(i + t) % 4]));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t t = 0; t < found.size(); ++t) {
    for (std::size_t i = 0; i < 12; ++i) {
      const auto& wanted = expected[(i + t) % 4];
      for (std::size_t k = 0; k < wanted.size(); ++k) check_same_bits(found[t][i][k], wanted[k]);
    }
  }
}

TEST_CASE("execute: rows in chunks, none included") {
  const ModelGraph graph = build_detector(small_mask_rcnn()).box_head;
  const Weights weights = random_weights(expected_tensors(graph), 31);
  const auto whole = make_network_cpu(graph, weights);
  const auto chunked = in_chunks(make_network_cpu(graph, weights), {8, 3});
  for (const std::int64_t rows : {0, 1, 3, 4, 8, 9, 19}) {
    CAPTURE(rows);
    std::vector<Tensor<float, 4>> inputs;
    inputs.push_back(random_tensor({rows, 7, 7, 20}, 7));
    const auto found = run(*chunked, inputs);
    CHECK(found[0].shape() == Shape<4>{rows, 1, 1, 5});
    CHECK(found[1].shape() == Shape<4>{rows, 1, 1, 20});
    if (rows == 0) continue;
    const auto expected = run(*whole, inputs);
    for (std::size_t i = 0; i < found.size(); ++i) check_close(found[i], expected[i]);
  }
}

TEST_CASE("detector networks: a mask of one class is the sigmoid of that class's logits") {
  const ModelDescription description = small_mask_rcnn();
  const Weights weights = random_weights(expected_tensors(build_detector(description)), 41);
  const DetectorNetworks networks(description, weights);
  const Tensor<float, 4> pooled = random_tensor({21, 14, 14, 20}, 8);
  std::vector<int> labels;
  for (int i = 0; i < 21; ++i) labels.push_back(i % 5);
  const Tensor<float, 4> logits = networks.mask_logits(pooled.view());
  const Tensor<float, 3> found = networks.mask_head(pooled.view(), labels);
  REQUIRE(found.shape() == Shape<3>{21, 28, 28});
  float largest_difference = 0;
  for (std::int64_t i = 0; i < found.size(); ++i) {
    const int label = labels[static_cast<std::size_t>(i / (28 * 28))];
    const float expected = 1.0F / (1.0F + std::exp(-logits.view().data[i * 5 + label]));
    largest_difference = std::max(largest_difference, std::abs(found.view().data[i] - expected));
  }
  CHECK(largest_difference < 1e-6F);
  CHECK(networks.mask_head(TensorView<const float, 4>{nullptr, {0, 14, 14, 20}}, {}).size() == 0);
  const Tensor<float, 4> image = random_tensor({1, 64, 96, 3}, 9);
  const TrunkOutputs trunk = networks.trunk(image.view());
  REQUIRE(trunk.features.size() == 5);
  CHECK(trunk.features[0].shape() == Shape<4>{1, 16, 24, 20});
  CHECK(trunk.deltas[4].shape() == Shape<4>{1, 1, 2, 12});
}

TEST_CASE("execute: errors name what is wrong") {
  const ModelDescription description = small_mask_rcnn();
  Weights weights = random_weights(expected_tensors(build_detector(description)), 51);
  weights.erase("backbone.body.conv1.weight");
  weights["rpn.head.bbox_pred.bias"] = {{3}, std::vector<float>(3)};
  std::string message;
  try {
    const DetectorNetworks networks(description, weights);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_data);
    message = error.what();
  }
  CHECK(message.find("missing backbone.body.conv1.weight") != std::string::npos);
  CHECK(message.find("misshapen rpn.head.bbox_pred.bias") != std::string::npos);

  ModelGraph graph;
  graph.inputs = {{"x", {-1, -1, -1, 8}}};
  graph.outputs = {{"y", graph.add({"relu", Relu{}, {"x"}, ""})}};
  const auto network = make_network_cpu(graph, {});
  const Tensor<float, 4> input = random_tensor({1, 2, 2, 7}, 1);
  Tensor<float, 4> output({1, 2, 2, 7});
  const TensorView<float, 4> outputs[] = {output.view()};
  const TensorView<const float, 4> inputs[] = {input.view()};
  CHECK_THROWS_AS(network->run(outputs, inputs), Error);
}

TEST_CASE("arena: buffers that are alive together do not overlap, and memory is reused") {
  const std::vector<BufferLife> chain{{64, 0, 1}, {64, 1, 2}, {64, 2, 3}};
  CHECK(plan_arena(chain).bytes == 128);
  std::mt19937 random(1);
  std::vector<BufferLife> lives;
  for (int i = 0; i < 200; ++i) {
    const int first = static_cast<int>(random() % 50);
    lives.push_back({random() % 5000, first, first + static_cast<int>(random() % 10)});
  }
  const ArenaLayout layout = plan_arena(lives);
  std::size_t sum = 0;
  for (std::size_t a = 0; a < lives.size(); ++a) {
    sum += lives[a].bytes;
    CHECK(layout.offsets[a] % arena_alignment == 0);
    CHECK(layout.offsets[a] + lives[a].bytes <= layout.bytes);
    for (std::size_t b = 0; b < a; ++b) {
      const bool together = lives[a].first <= lives[b].last && lives[b].first <= lives[a].last;
      const bool overlap = layout.offsets[a] < layout.offsets[b] + lives[b].bytes &&
                           layout.offsets[b] < layout.offsets[a] + lives[a].bytes;
      CHECK(!(together && overlap && lives[a].bytes > 0 && lives[b].bytes > 0));
    }
  }
  CHECK(layout.bytes < sum / 2);
}

TEST_CASE("buffer pool: requests of many sizes do not pile up") {
  const BufferPool pool;
  constexpr std::int64_t most = 100'000;
  for (std::int64_t size = most; size > 1000; size -= size / 3) {
    const Tensor<float, 1> tensor = pool.make<float, 1>({size});
  }
  CHECK(pool.held_bytes() > 0);
  CHECK(pool.held_bytes() <= (most + most / 4 + 100) * sizeof(float));
}

TEST_CASE("buffer pool: memory comes back and is used again") {
  const BufferPool pool;
  const float* first = nullptr;
  {
    Tensor<float, 2> tensor = pool.make<float, 2>({100, 10});
    first = tensor.view().data;
  }
  CHECK(pool.make<float, 1>({990}).view().data == first);
  Tensor<float, 1> survivor;
  {
    const BufferPool short_lived;
    survivor = short_lived.make<float, 1>({7});
  }
  survivor.view().data[6] = 1.0F;  // its memory is still its own
  CHECK(survivor.size() == 7);
}
