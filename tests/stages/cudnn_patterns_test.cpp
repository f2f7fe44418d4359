#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/cudnn/choose_engine.hpp"
#include "stages/cudnn/convolution_graph.hpp"
#include "stages/cudnn/convolution_plan.hpp"
#include "stages/cudnn/device_properties.hpp"
#include "stages/cudnn/engines.hpp"
#include "stages/execute/device_plan.hpp"
#include "stages/execute/prepare_model.hpp"
#include "stages/model/detector.hpp"
#include "stages/model/fcn.hpp"

using namespace roiflow;

namespace {

const std::filesystem::path source_dir = ROIFLOW_SOURCE_DIR;

constexpr Precision precisions[] = {Precision::f32, Precision::tf32, Precision::f16,
                                    Precision::bf16};

std::string text_of(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// Composed from the published data of the devices (tests/golden/gpu).
BackendDescriptor device(const std::string& name) {
  return described_device(text_of(source_dir / "tests/golden/gpu" / (name + ".json")));
}

using Specs = std::map<std::string, ConvolutionSpec>;  // by key: equal work once

/// Zeros: only the shapes matter.
Weights no_weights(const TensorShapes& shapes) {
  Weights weights;
  for (const auto& [name, shape] : shapes) {
    std::size_t count = 1;
    for (const std::int64_t extent : shape) count *= static_cast<std::size_t>(extent);
    weights.emplace(name, WeightTensor{shape, std::vector<float>(count)});
  }
  return weights;
}

void add_convolutions(Specs& specs, const ModelGraph& graph, const Shape<4>& input) {
  const Model model = prepare_device_model(graph, no_weights(expected_tensors(graph)));
  const DevicePlan plan = make_device_plan(model.graph, std::span(&input, 1), 2);
  for (const DeviceStep& step : plan.steps) {
    const auto* convolution = std::get_if<ConvolutionStep>(&step.work);
    if (convolution == nullptr) continue;
    const DeviceValue& x = step.inputs.front();
    const ConvolutionSpec spec{{x.shape[0], x.shape[1], x.shape[2], x.stride}, convolution->layer};
    specs.emplace(spec.key(), spec);
  }
}

/// Everything that the models convolve, for a batch of eight images.
void add_convolutions(Specs& specs, const ModelDescription& d) {
  constexpr std::int64_t batch = 8, regions = 1000, masks = 64;
  const Shape<4> image{batch, 800, 1088, 3};
  if (!d.is_detector()) {
    add_convolutions(specs, build_fcn(d).graph, image);
    return;
  }
  const DetectorGraphs graphs = build_detector(d);
  add_convolutions(specs, graphs.trunk, image);
  const auto channels = graphs.box_head.inputs.front().shape[3];
  const auto pooled = [&](std::int64_t rows, std::int64_t bins) -> Shape<4> {
    return {rows, bins, bins, channels};
  };
  add_convolutions(specs, graphs.box_head, pooled(batch * regions, d.box.roi_bins));
  if (graphs.mask_head) {
    add_convolutions(specs, *graphs.mask_head, pooled(masks, d.mask.roi_bins));
  }
}

Specs convolutions_of_all_models() {
  Specs specs;
  for (const auto& file : std::filesystem::directory_iterator(source_dir / "configs")) {
    if (file.path().extension() != ".ini") continue;
    add_convolutions(specs, parse_model_description(text_of(file.path()), file.path()));
  }
  return specs;
}

}  // namespace

TEST_CASE("cudnn: every convolution of every model has a fused, ready-made engine") {
  const Specs specs = convolutions_of_all_models();
  CHECK(specs.size() > 100);
  for (const char* device_name : {"h200", "a100"}) {
    const BackendDescriptor gpu = device(device_name);
    for (const auto& [key, shape] : specs) {
      for (const Precision precision : precisions) {
        ConvolutionSpec spec = shape;
        spec.precision = precision;
        const auto engines = usable_engines(convolution_graph(spec), gpu, precision, spec.key());
        CHECK_MESSAGE(!engines.empty(), std::string(device_name), ": ", spec.key());
        if (!engines.empty()) {
          CHECK_MESSAGE(!engines.front().notes.runtime_compiled, std::string(device_name), ": ",
                        spec.key());
        }
      }
    }
    MESSAGE(specs.size(), " different convolutions, four precisions, on ",
            std::string(device_name));
  }
}

TEST_CASE("cudnn: a plan is made from its text again") {
  const BackendDescriptor gpu = device("h200");
  for (const auto& entry : convolutions_of_all_models()) {
    const std::string& key = entry.first;
    const ConvolutionSpec& spec = entry.second;
    CAPTURE(key);
    const auto engines = usable_engines(convolution_graph(spec), gpu, spec.precision, key);
    REQUIRE(!engines.empty());
    const auto made = ConvolutionPlan::try_make(engines.front(), {gpu}, key);
    REQUIRE(made.has_value());
    const auto again = ConvolutionPlan::try_load(made->json(), {gpu}, key);
    REQUIRE(again.has_value());
    CHECK(again->json() == made->json());
    CHECK(again->workspace_bytes() == made->workspace_bytes());
  }
  CHECK_FALSE(ConvolutionPlan::try_load("{}", {gpu}, "nothing").has_value());
}

TEST_CASE("cudnn: a stored choice goes first, then the fastest, then the heuristics' first") {
  const BackendDescriptor gpu = device("h200");
  CHECK(scope_of(gpu).find("NVIDIA H200, sm 900, driver 13000") != std::string::npos);
  const ConvolutionSpec spec{
      {8, 50, 68, 256}, {.out_channels = 256, .kernel = {3, 3}, .padding = {1, 1}}, Precision::f16};
  const std::string first = choose_engine(spec, {gpu}, {}).json();
  // A clock that counts: every engine is slower than the one before, but the third.
  std::vector<std::string> timed;
  const auto clock = [&](const ConvolutionPlan& plan) {
    timed.push_back(plan.json());
    return timed.size() == 3 ? 0.5 : static_cast<double>(timed.size());
  };
  EngineChoices choices;
  EngineSearch search{.choices = &choices, .scope = scope_of(gpu), .time = clock, .timed = 5};
  const std::string fastest = choose_engine(spec, {gpu}, search).json();
  REQUIRE(timed.size() == 5);
  CHECK(timed[0] == first);
  CHECK(fastest == timed[2]);
  search.time = {};
  EngineChoices stored(choices.all());
  search.choices = &stored;
  CHECK(choose_engine(spec, {gpu}, search).json() == fastest);
  search.scope = "another device";
  CHECK(choose_engine(spec, {gpu}, search).json() == first);
}

TEST_CASE("cudnn: float32 takes no engine that rounds its inputs, and results are repeatable") {
  CHECK_FALSE(is_allowed({.tensor_core = true}, Precision::f32));
  CHECK(is_allowed({.tensor_core = true}, Precision::tf32));
  for (const Precision precision : precisions) {
    CHECK(is_allowed({}, precision));
    CHECK_FALSE(is_allowed({.down_converts = true}, precision));
    CHECK_FALSE(is_allowed({.nondeterministic = true}, precision));
    CHECK_FALSE(is_allowed({.reduced_reduction = true}, precision));
    CHECK_FALSE(is_allowed({.transformed = true}, precision));
  }
}

TEST_CASE("cudnn: what no device can do is an error with the library's reason") {
  const ConvolutionSpec wrong{{1, 8, 8, 8}, {.out_channels = 0}, Precision::f16};
  CHECK_THROWS_AS(convolution_graph(wrong), Error);
  CHECK_THROWS_AS(described_device("{}"), Error);
}
