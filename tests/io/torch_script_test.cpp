// TorchScript archives: their tensors are what torch says (tests/reference/make_weights_golden.py),
// and what wants to harm the reader through them is refused.
#include "io/weights/torch_script.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "io/model_file.hpp"
#include "io/weights/d2go_names.hpp"
#include "io/weights/pickle.hpp"
#include "io/weights/torch_script_code.hpp"
#include "io/weights/weights_import.hpp"
#include "tests/io/weights_support.hpp"

using namespace roiflow;
using namespace std::string_literals;

namespace {

std::vector<float> ramp(std::size_t count) {
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(0.25F * static_cast<float>(i) - 1.0F);
  return values;
}

pickle::Document read_script(const std::string& text) {
  return pickle::read({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "p", {},
                      pickle::Dialect::torch_script);
}

const std::string begin = "\x80\x02"s;
const std::string module_of_a_script = "c__torch__.a.b\nNet\n)\x81"s;
const std::string empty_tensor =
    "ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x01"
    "0U\x03"
    "cpuK\x00tQK\x00K\x00\x85K\x01\x85\x89NtR"s;

std::string number_of_five_digits(int number) {
  const std::string digits = std::to_string(100'000 + number);
  return "U\x05" + digits.substr(1);
}

/// A dict of `names` keys that all hold the value of `bytes`.
std::string same_value(const std::string& bytes, int names) {
  std::string dict = "}(" + number_of_five_digits(0) + bytes + "q\x01"s;
  for (int i = 1; i < names; ++i) dict += number_of_five_digits(i) + "h\x01";
  return dict + "u";
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
    for (const auto& [name, values] : a) {
      CAPTURE(name);
      CHECK(b.at(name).scales == values.scales);
      CHECK(b.at(name).zero_points == values.zero_points);
      CHECK(b.at(name).axis == values.axis);
    }
  };
  check_same(imported.quantisation.weights, back.quantisation.weights);
  check_same(imported.quantisation.outputs, back.quantisation.outputs);
}

TEST_CASE("torch script: what it may not hold is refused with opcode and offset") {
  struct Case {
    const char* name;
    std::string bytes;
    const char* text;
  };
  const Case cases[] = {
      {"os.system", begin + "cos\nsystem\n(U\x04trueetR.", "the name 'os system'"},
      {"a module that only begins like a script's", begin + "c__torch__x\nsystem\n.",
       "the name '__torch__x system'"},
      {"a class with a dot", begin + "c__torch__\na.b\n.", "the name '__torch__ a.b'"},
      {"a path", begin + "c__torch__.../etc\nNet\n.", "the name '__torch__.../etc Net'"},
      {"a class called", begin + "c__torch__.a\nNet\n)R.",
       "expected one of the known functions, found a class of TorchScript"},
      {"a class with arguments", begin + "c__torch__.a\nNet\nK\x01\x85\x81.",
       "expected no arguments"},
      {"two states", begin + module_of_a_script + "}b}b.", "a second state"},
      {"a list that is none", begin + "ctorch.jit._pickle\nbuild_intlist\nK\x01\x85R.",
       "expected one list"},
      {"a quantised tensor without a quantiser", begin + "ctorch._utils\n_rebuild_qtensor\n)R.",
       "expected 7 arguments"},
      {"a scheme called", begin + "ctorch\nper_channel_affine\n)R.", "a quantisation scheme"},
  };
  for (const Case& item : cases) {
    CAPTURE(item.name);
    check_refused([&] { read_script(item.bytes); }, ErrorCode::bad_data, item.text);
  }
  // The other dialect knows no classes at all.
  const std::string net = begin + module_of_a_script + "}b.";
  check_refused(
      [&] {
        pickle::read({reinterpret_cast<const std::uint8_t*>(net.data()), net.size()}, "p");
      },
      ErrorCode::bad_data, "the name '__torch__.a.b Net'");
}

TEST_CASE("torch script: modules inside themselves, towers and trees end well") {
  struct Case {
    const char* name;
    std::string bytes;
    const char* text;
  };
  // A module that is its own attribute.
  const std::string loop = begin + module_of_a_script + "q\x00}U\x01xh\x00sb."s;
  // Every level holds the next one twice: 2^40 modules by path, 41 in the file.
  std::string tree = module_of_a_script + "}b"s;
  for (int level = 0; level < 40; ++level) {
    const std::string place(1, static_cast<char>(level));
    tree = module_of_a_script + "}(U\x01x" + tree + "q" + place + "U\x01yh" + place + "ub";
  }
  const Case cases[] = {
      {"loop", loop, "inside each other"},
      {"tree", begin + tree + ".", "expected at most 100000 modules"},
      {"no module", begin + "}.", "expected a TorchScript module"},
      {"no tensors", begin + module_of_a_script + "}b.", "found one without any"},
      {"no state", begin + module_of_a_script + ".", "found one without any"},
  };
  for (const Case& item : cases) {
    CAPTURE(item.name);
    check_refused([&] { find_script_tensors(read_script(item.bytes), "p"); }, ErrorCode::bad_data,
                  item.text);
  }
}

TEST_CASE("torch script: one child of many names cannot multiply its attributes") {
  const auto root = [](const std::string& child, int names) {
    return begin + module_of_a_script + same_value(module_of_a_script + child + "b", names) + "b.";
  };
  struct Case {
    const char* name;
    std::string bytes;
    const char* text;
  };
  // The memo number 1 is the child's attribute first and the child afterwards.
  // 90,000 attributes of the root and as many of each child pass 2 million in the 22nd child.
  const Case cases[] = {
      {"numbers", root(same_value("K\x07", 90'000), 90'000),
       "p: module '00021': expected at most 2000000 attributes"},
      {"tensors", root(same_value(empty_tensor, 500), 90'000),
       "p: tensor '00200.00000': expected at most 100000 tensors"},
  };
  for (const Case& item : cases) {
    CAPTURE(item.name);
    check_refused([&] { find_script_tensors(read_script(item.bytes), "p"); }, ErrorCode::bad_data,
                  item.text);
  }
}

TEST_CASE("torch script: classes without number cannot have the code read for ever") {
  std::string bytes = begin + module_of_a_script + "}(";
  for (int i = 0; i < 1000; ++i) {
    const std::string name = number_of_five_digits(i);
    bytes += name + "c__torch__.a\nNet" + name.substr(2) + "\n)\x81}b";
  }
  std::size_t entries = 0;
  const auto code = [&](const std::string& /*entry*/) {
    ++entries;
    return std::string(1U << 20U, ' ');
  };
  check_refused([&] { find_script_tensors(read_script(bytes + "ub."), "p", code); },
                ErrorCode::bad_data, "code of class '__torch__.a.Net00256'");
  CHECK(entries == 257);
}

TEST_CASE("torch script: the root has no name, so its result's scale is no output") {
  // scale 0.5, zero point 3, and a tensor "w".
  const std::string numbers = "U\x05scaleG\x3f\xe0\x00\x00\x00\x00\x00\x00U\x0azero_pointK\x03"s;
  const std::string child = module_of_a_script + "}(" + numbers + "ub";
  const std::string bytes = begin + module_of_a_script + "}(" + numbers + "U\x01w" + empty_tensor +
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
      read_script(begin + module_of_a_script + "}(U\x01w" + empty_tensor + "ub.");
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
