#include "stages/execute/device_plan.hpp"

#include <algorithm>
#include <string_view>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/execute/prepare_model.hpp"
#include "stages/model/detector.hpp"
#include "stages/model/fbnet.hpp"
#include "tests/support/host_device_plan.hpp"
#include "tests/support/naive_network.hpp"
#include "tests/support/network_cases.hpp"

using namespace roiflow;

namespace {

std::vector<Tensor<float, 4>> run_as_planned(const ModelGraph& graph, const Weights& weights,
                                             const std::vector<Tensor<float, 4>>& inputs) {
  return run_on_host(prepare_device_model(graph, weights), inputs);
}

void check_graph(const ModelGraph& graph, const Weights& weights, const Shape<4>& shape) {
  std::vector<Tensor<float, 4>> inputs;
  inputs.push_back(random_tensor(shape, 5));
  const auto found = run_as_planned(graph, weights, inputs);
  const auto expected = naive_outputs(graph, weights, inputs);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(graph.outputs[i].name);
    check_close(found[i], expected[i]);
  }
}

/// What a GPU has no step for; none of our models has it after lowering.
bool is_refused(std::string_view name) {
  return name == "transposed, overlapping";
}

}  // namespace

TEST_CASE("device plan: every layer kind equals its definition") {
  unsigned seed = 1;
  for (LayerCase c : layer_cases()) {
    CAPTURE(c.name);
    // A pixel of fewer channels than the padded image's is for convolutions only.
    if (!std::holds_alternative<Conv2d>(c.kind) && c.input[3] <= image_stride) c.input[3] += 4;
    const ModelGraph graph = graph_of(c);
    const Weights weights = random_weights(expected_tensors(graph), seed++);
    std::vector<Tensor<float, 4>> inputs;
    inputs.push_back(random_tensor(c.input, seed));
    if (is_refused(c.name)) {
      CHECK_THROWS_AS(run_as_planned(graph, weights, inputs), Error);
    } else {
      check_graph(graph, weights, c.input);
    }
  }
}

TEST_CASE("device plan: a whole detector equals its definition, batch norm not folded") {
  const DetectorGraphs graphs = build_detector(small_mask_rcnn());
  const Weights weights = random_weights(expected_tensors(graphs), 11);
  check_graph(graphs.trunk, weights, {1, 64, 96, 3});
  check_graph(graphs.trunk, weights, {2, 71, 45, 3});
  check_graph(graphs.box_head, weights, {3, 7, 7, 20});
  check_graph(*graphs.mask_head, weights, {2, 14, 14, 20});
}

TEST_CASE("device plan: an FBNet's layers equal their definition: depthwise, enlarged, added") {
  ModelGraph graph;
  graph.inputs = {{"x", {-1, -1, -1, 24}}};
  const InvertedStage blocks{{.kernel = 5, .hidden = 40, .channels = 24},
                             {.kernel = 3, .hidden = 0, .channels = 24},
                             {.kernel = 3, .hidden = 20, .channels = 12, .stride = 2},
                             {.kernel = 3, .hidden = 20, .channels = 10, .enlarge = 2}};
  graph.outputs = {{"y", add_inverted_blocks(graph, "x", 24, "blocks", blocks)}};
  check_graph(graph, random_weights(expected_tensors(graph), 3), {2, 9, 14, 24});
}

TEST_CASE("device plan: an image's result does not depend on the others of its batch") {
  const DetectorGraphs graphs = build_detector(small_mask_rcnn());
  const Weights weights = random_weights(expected_tensors(graphs), 11);
  std::vector<Tensor<float, 4>> both, alone;
  both.push_back(random_tensor({2, 64, 32, 3}, 7));
  Tensor<float, 4>& second = alone.emplace_back(Shape<4>{1, 64, 32, 3});
  std::ranges::copy(std::as_const(both[0]).view().rows(1, 1).span(), second.view().data);
  const auto of_both = run_as_planned(graphs.trunk, weights, both);
  const auto of_one = run_as_planned(graphs.trunk, weights, alone);
  for (std::size_t i = 0; i < of_one.size(); ++i) {
    const auto part = std::as_const(of_both[i]).view().rows(1, 1).span();
    CHECK(std::ranges::equal(part, std::as_const(of_one[i]).view().span()));
  }
}

TEST_CASE("device plan: the RPN's two layers are one step, and its outputs parts of one tensor") {
  const DetectorGraphs graphs = build_detector(small_mask_rcnn());
  const Model model =
      prepare_device_model(graphs.trunk, random_weights(expected_tensors(graphs.trunk), 1));
  const Shape<4> image{1, 64, 64, 3};
  const DevicePlan plan = make_device_plan(model.graph, std::span(&image, 1), 2);
  const std::size_t levels = plan.outputs.size() / 3;
  for (std::size_t level = 0; level < levels; ++level) {
    const DeviceValue& objectness = plan.outputs[levels + level];
    const DeviceValue& deltas = plan.outputs[2 * levels + level];
    CHECK(objectness.buffer == deltas.buffer);
    CHECK(objectness.first == 0);
    CHECK(deltas.first == 3);
    CHECK(deltas.stride == 16);
  }
}

TEST_CASE("device plan: the box head's two outputs are one product, and parts of one tensor") {
  const DetectorGraphs graphs = build_detector(small_mask_rcnn());
  const Model model =
      prepare_device_model(graphs.box_head, random_weights(expected_tensors(graphs.box_head), 1));
  const Shape<4> pooled{6, 7, 7, 20};
  const DevicePlan plan = make_device_plan(model.graph, std::span(&pooled, 1), 2);
  REQUIRE(plan.outputs.size() == 2);
  CHECK(plan.outputs[0].buffer == plan.outputs[1].buffer);
  CHECK(plan.outputs[0].first == 0);
  CHECK(plan.outputs[1].first == 5);  // behind the logits of five classes
  CHECK(plan.outputs[1].stride == 32);
  CHECK(std::ranges::count_if(plan.steps, [](const DeviceStep& step) {
          return std::holds_alternative<LinearStep>(step.work);
        }) == 3);
}
