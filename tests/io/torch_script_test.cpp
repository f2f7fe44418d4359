// TorchScript archives: their tensors are what torch says (tests/reference/make_weights_golden.py).
#include "io/weights/torch_script.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "io/model_file.hpp"
#include "io/weights/d2go_names.hpp"
#include "io/weights/torch_script_code.hpp"
#include "io/weights/weights_import.hpp"
#include "tests/io/script_bytes.hpp"
#include "tests/io/weights_support.hpp"

using namespace roiflow;
using namespace std::string_literals;

namespace {

std::vector<float> ramp(std::size_t count) {
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(0.25F * static_cast<float>(i) - 1.0F);
  return values;
}

}  // namespace

TEST_CASE("torch script: tensors are named by module path, shared modules at both places") {
  const ImportedWeights imported = read_weights(golden("script_float.pt"));
  CHECK(imported.format == "torch script");
  CHECK(imported.quantisation.empty());
  CHECK(imported.weights.at("conv.weight").shape == std::vector<std::int64_t>{3, 2, 2, 2});
  CHECK(imported.weights.at("conv.weight").values == ramp(24));
  CHECK(imported.weights.at("conv.bias").values == ramp(3));
  for (const std::string module : {"inner", "twin"}) {
    CHECK(imported.weights.at(module + ".mean").values == ramp(3));
    CHECK(imported.weights.at(module + ".scale").values == ramp(2));
  }
  CHECK(imported.weights.size() == 6);
  REQUIRE(imported.ignored.size() == 1);
  CHECK(imported.ignored.front().starts_with("code ("));
}

TEST_CASE("torch script: integers become what torch dequantises them to") {
  const ImportedWeights imported = read_weights(golden("script_quantised.pt"));
  const Weights truth = read_weights(golden("script_quantised_values.pth")).weights;
  for (const std::string layer : {"conv", "plain", "fc"}) {
    CAPTURE(layer);
    const WeightTensor& weight = imported.weights.at(layer + ".weight");
    CHECK(weight.shape == truth.at(layer + ".weight").shape);
    CHECK(weight.values == truth.at(layer + ".weight").values);
    CHECK(imported.weights.at(layer + ".bias").values == truth.at(layer + ".bias").values);
    const QuantisedValues& q = imported.quantisation.weights.at(layer + ".weight");
    CHECK(std::vector<float>(q.scales.begin(), q.scales.end()) ==
          truth.at(layer + ".scales").values);
    CHECK(std::vector<float>(q.zero_points.begin(), q.zero_points.end()) ==
          truth.at(layer + ".zero_points").values);
    CHECK(q.axis == 0);
  }
  CHECK(imported.weights.size() == 6);  // scales and zero points are none
  const Quantisation::Table& outputs = imported.quantisation.outputs;
  CHECK(outputs.at("conv").scales == std::vector<double>{0.25});
  CHECK(outputs.at("conv").zero_points == std::vector<std::int32_t>{3});
  // Tracing leaves these two in the code alone.
  CHECK(outputs.at("fc").scales == std::vector<double>{0.125});
  CHECK(outputs.at("fc").zero_points == std::vector<std::int32_t>{7});
  CHECK(outputs.at("sum").scales == std::vector<double>{0.375});
  CHECK(outputs.at("sum").zero_points == std::vector<std::int32_t>{9});
  CHECK(outputs.at("quant").scales == std::vector<double>{0.5});
  CHECK(outputs.at("quant").zero_points == std::vector<std::int32_t>{64});
}

TEST_CASE("torch script: a scale in the text of a class") {
  const std::string text =
      "class Other(Module):\n  x = ops.quantized.add(a, b, 9., 9)\n"
      "class Sum(Module):\n  def forward(self, a, b):\n"
      "    return ops.quantized.add(a, b, 0.5, 3)\n"
      "class Twice(Module):\n  x = ops.quantized.add(a, b, 0.5, 3)\n"
      "  y = ops.quantized.linear(a, b, 0.5, 3)\n"
      "class Odd(Module):\n  x = ops.quantized.linear(a, b, 0.5, zero)\n"
      "class Open(Module):\n  x = ops.quantized.linear(";
  const auto sum = output_scale_in_code(text, "Sum");
  REQUIRE(sum.has_value());
  CHECK(sum->scale == 0.5);
  CHECK(sum->zero_point == 3);
  for (const char* none : {"Twice", "Odd", "Open", "Su", "None", ""}) {
    CAPTURE(none);
    CHECK(!output_scale_in_code(text, none).has_value());
  }
  CHECK(code_entry("__torch__.a.b.Net") == "code/__torch__/a/b.py");
  CHECK(code_entry("__torch__.Net") == "code/__torch__.py");
}

TEST_CASE("model file: scales and zero points come back") {
  const TemporaryFile file("quantised.h5");
  const ImportedWeights imported = read_weights(golden("script_quantised.pt"));
  write_model(file.path(), {"[model]\n", imported.weights, "m.pt", imported.quantisation});
  const ModelFile back = read_model(file.path());
  const auto check_same = [](const Quantisation::Table& a, const Quantisation::Table& b) {
    REQUIRE(a.size() == b.size());
    for (const auto& entry : a) {
      const auto& name = entry.first;
      const auto& values = entry.second;
      CAPTURE(name);
      CHECK(b.at(name).scales == values.scales);
      CHECK(b.at(name).zero_points == values.zero_points);
      CHECK(b.at(name).axis == values.axis);
    }
  };
  check_same(imported.quantisation.weights, back.quantisation.weights);
  check_same(imported.quantisation.outputs, back.quantisation.outputs);
}

TEST_CASE("torch script: the root has no name, so its result's scale is no output") {
  // scale 0.5, zero point 3, and a tensor "w".
  const std::string numbers = "U\x05scaleG\x3f\xe0\x00\x00\x00\x00\x00\x00U\x0azero_pointK\x03"s;
  const std::string child = script_module + "}(" + numbers + "ub";
  const std::string bytes = script_begin + script_module + "}(" + numbers + "U\x01w" +
                            empty_tensor +
                            "U\x05"
                            "child" +
                            child + "ub.";
  const pickle::Document document = read_script(bytes);
  const StateDict state = find_script_tensors(document, "p");
  CHECK(state.tensors.size() == 1);
  REQUIRE(state.outputs.size() == 1);
  CHECK(state.outputs.front().module == "child");
  // Nor is what the code of the root's class says.
  const auto code = [](const std::string& /*entry*/) {
    return "class Net(Module):\n  x = ops.quantized.add(a, b, 0.5, 3)\n"s;
  };
  const pickle::Document plain =
      read_script(script_begin + script_module + "}(U\x01w" + empty_tensor + "ub.");
  CHECK(find_script_tensors(plain, "p", code).outputs.empty());
}

TEST_CASE("d2go: names, and the background as label 0") {
  CHECK(d2go_name("model.model.model.backbone.body.trunk0.fbnetv2_0_0.conv.weight") ==
        "backbone.body.trunk0.fbnetv2_0_0.conv.weight");
  CHECK(d2go_name(
            "model.model.proposal_generator.rpn_head.rpn_feature.0.fbnetv2_0_1.dw.conv.weight") ==
        "rpn.head.blocks.fbnetv2_0_1.dw.conv.weight");
  CHECK(d2go_name("proposal_generator.rpn_head.rpn_regressor.cls_logits.bias") ==
        "rpn.head.cls_logits.bias");
  ImportedWeights imported;
  Weights& weights = imported.weights;
  weights["model.proposal_generator.rpn_head.rpn_regressor.cls_logits.bias"] = {{1}, {0}};
  weights["model.pixel_mean"] = {{3}, {1, 2, 3}};
  weights["model.roi_heads.box_predictor.cls_score.weight"] = {{3, 1}, {1, 2, 9}};
  weights["model.roi_heads.box_predictor.bbox_pred.weight"] = {{8, 1}, {1, 2, 3, 4, 5, 6, 7, 8}};
  imported.quantisation.weights["model.roi_heads.box_predictor.cls_score.weight"] = {
      {0.1, 0.2, 0.9}, {1, 2, 9}, 0};
  imported.quantisation.weights["model.roi_heads.box_predictor.bbox_pred.weight"] = {
      {1, 2, 3, 4, 5, 6, 7, 8}, {0, 0, 0, 0, 0, 0, 0, 0}, 0};
  REQUIRE(is_d2go(weights));
  convert_d2go(imported, "f");
  CHECK(weights.at("roi_heads.box_predictor.cls_score.weight").values ==
        std::vector<float>{9, 1, 2});
  const WeightTensor& deltas = weights.at("roi_heads.box_predictor.bbox_pred.weight");
  CHECK(deltas.shape == std::vector<std::int64_t>{12, 1});
  CHECK(deltas.values == std::vector<float>{0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8});
  const QuantisedValues& scales =
      imported.quantisation.weights.at("roi_heads.box_predictor.cls_score.weight");
  CHECK(scales.scales == std::vector<double>{0.9, 0.1, 0.2});
  CHECK(scales.zero_points == std::vector<std::int32_t>{9, 1, 2});
  CHECK(
      imported.quantisation.weights.at("roi_heads.box_predictor.bbox_pred.weight").scales.size() ==
      12);
  CHECK(imported.ignored == std::vector<std::string>{"model.pixel_mean"});

  imported.weights["model.roi_heads.box_predictor.bbox_pred.weight"] = {{7, 1},
                                                                        {1, 2, 3, 4, 5, 6, 7}};
  imported.weights.erase("roi_heads.box_predictor.bbox_pred.weight");
  check_refused([&] { convert_d2go(imported, "f"); }, ErrorCode::bad_data, "found 7 and 0 rows");
}
