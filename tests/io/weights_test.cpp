// Reading weights of other programs. The golden files are made by torch
// (tests/reference/make_weights_golden.py); their values follow a formula.
#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>

#include "io/weights/element_type.hpp"
#include "io/weights/safetensors.hpp"
#include "io/weights/weight_names.hpp"
#include "io/weights/weights_import.hpp"
#include "stages/core/error.hpp"
#include "tests/io/weights_support.hpp"

using namespace roiflow;
using namespace std::string_literals;

namespace {

float ramp(std::size_t i) {
  return 0.25F * static_cast<float>(i) - 1.0F;
}
float count_up(std::size_t i) {
  return static_cast<float>(i);
}
float forty_two(std::size_t /*i*/) {
  return 42.0F;
}

}  // namespace

TEST_CASE("weights: all formats give the tensors that torch wrote") {
  struct Expected {
    const char* name;
    std::vector<std::int64_t> shape;
    float (*value)(std::size_t);
  };
  const Expected expected[] = {
      {"f32.weight", {2, 3, 1, 2}, ramp},
      {"tied.weight", {2, 3, 1, 2}, ramp},
      {"f16", {5}, ramp},
      {"bf16", {4}, ramp},
      {"f64", {3}, ramp},
      {"i64", {}, forty_two},
      {"u8", {4}, count_up},
      {"transposed", {4, 3}, ramp},
      {"slice", {2, 4}, ramp},
      {"empty", {0, 3}, ramp},
      {"rpn.head.conv.0.0.weight", {1}, ramp},
  };
  struct Case {
    const char* file;
    const char* format;
  };
  const Case cases[] = {{"tensors_zip.pth", "torch zip"},
                        {"tensors_protocol4.pth", "torch zip"},
                        {"tensors_legacy.pth", "torch legacy"},
                        {"tensors.safetensors", "safetensors"}};
  for (const Case& item : cases) {
    CAPTURE(item.file);
    const ImportedWeights imported = read_weights(golden(item.file));
    CHECK(imported.format == item.format);
    CHECK(imported.ignored.empty());
    CHECK(imported.weights.size() == std::size(expected));  // the counter of batches is dropped
    for (const Expected& tensor : expected) {
      CAPTURE(tensor.name);
      const auto found = imported.weights.find(tensor.name);
      REQUIRE(found != imported.weights.end());
      CHECK(found->second.shape == tensor.shape);
      std::size_t count = 1;
      for (const std::int64_t extent : tensor.shape) count *= static_cast<std::size_t>(extent);
      REQUIRE(found->second.values.size() == count);
      for (std::size_t i = 0; i < count; ++i) CHECK(found->second.values[i] == tensor.value(i));
    }
  }
}

TEST_CASE("weights: a training checkpoint gives its model and lists the rest") {
  const ImportedWeights imported = read_weights(golden("checkpoint.pth"));
  REQUIRE(imported.weights.size() == 2);
  CHECK(imported.weights.at("weight").values == std::vector<float>{-1.0F, -0.75F});
  CHECK(imported.weights.at("bias").values == std::vector<float>{-1.0F});
  CHECK(imported.ignored == std::vector<std::string>{"optimizer", "lr_scheduler", "epoch", "args"});
}

TEST_CASE("weights: a Parameter is read as its tensor") {
  const ImportedWeights imported = read_weights(golden("parameter.pth"));
  CHECK(imported.weights.at("scale").values == std::vector<float>{-1.0F, -0.75F, -0.5F});
}

TEST_CASE("weights: names of older torchvision become the newer ones") {
  CHECK(canonical_weight_name("backbone.fpn.inner_blocks.3.bias") ==
        "backbone.fpn.inner_blocks.3.0.bias");
  CHECK(canonical_weight_name("backbone.fpn.layer_blocks.0.weight") ==
        "backbone.fpn.layer_blocks.0.0.weight");
  CHECK(canonical_weight_name("rpn.head.conv.bias") == "rpn.head.conv.0.0.bias");
  CHECK(canonical_weight_name("roi_heads.mask_head.mask_fcn4.weight") ==
        "roi_heads.mask_head.3.0.weight");
  for (const char* same :
       {"backbone.fpn.inner_blocks.3.0.bias", "backbone.fpn.inner_blocks.3.1.weight",
        "rpn.head.conv.0.0.bias", "rpn.head.conv.1.0.bias", "roi_heads.mask_head.3.0.weight",
        "roi_heads.mask_predictor.mask_fcn_logits.weight", "backbone.body.layer1.0.conv1.weight",
        "backbone.fpn.extra_blocks.p6.weight"}) {
    CHECK(canonical_weight_name(same) == same);
  }
  const WeightTensor one{{1}, {1.0F}};
  ImportedWeights parallel;
  parallel.weights = {{"module.rpn.head.conv.weight", one},
                      {"module.bn1.num_batches_tracked", one}};
  make_names_canonical(parallel, "f");
  CHECK(parallel.weights.size() == 1);
  CHECK(parallel.weights.contains("rpn.head.conv.0.0.weight"));
  ImportedWeights twice;
  twice.weights = {{"rpn.head.conv.weight", one}, {"rpn.head.conv.0.0.weight", one}};
  check_refused([&] { make_names_canonical(twice, "f"); }, ErrorCode::bad_data,
                "f: 'rpn.head.conv.0.0.weight' is there twice");
}

TEST_CASE("weights: scales have the names of their tensors") {
  // torch's older format by hand: magic number, version, machine, object, storage keys, storage.
  const std::string file_text =
      "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}."
      "\x80\x02}(X\x29\x00\x00\x00module.backbone.fpn.inner_blocks.0.weight"
      "ctorch._utils\n_rebuild_qtensor\n((U\x07storagectorch\nQInt8Storage\nU\x01"
      "0U\x03"
      "cpuK\x02tQ"
      "K\x00K\x02\x85K\x01\x85(ctorch\nper_tensor_affine\nG\x3f\xe0\x00\x00\x00\x00\x00\x00K\x01t"
      "\x89NtRu.\x80\x02]U\x01"
      "0a."
      "\x02\x00\x00\x00\x00\x00\x00\x00\x05\xff"s;
  const TemporaryFile file("scales.pth");
  file.write(file_text);
  const ImportedWeights imported = read_weights(file.path());
  const std::string name = "backbone.fpn.inner_blocks.0.0.weight";
  REQUIRE(imported.weights.size() == 1);
  CHECK(imported.weights.at(name).values == std::vector<float>{2.0F, -1.0F});  // 0.5 * (q - 1)
  REQUIRE(imported.quantisation.weights.size() == 1);
  REQUIRE(imported.quantisation.weights.contains(name));
  CHECK(imported.quantisation.weights.at(name).scales == std::vector<double>{0.5});
}

TEST_CASE("weights: scales of results have the names of their modules") {
  const WeightTensor one{{1}, {1.0F}};
  const auto renamed = [&](const std::string& wrapper) {
    ImportedWeights imported;
    for (const char* name : {"rpn.head.conv.weight", "roi_heads.mask_head.mask_fcn2.weight",
                             "backbone.body.conv1.weight"}) {
      imported.weights[wrapper + name] = one;
    }
    double scale = 1;
    for (const char* module : {"rpn.head.conv", "roi_heads.mask_head.mask_fcn2",
                               "backbone.body.conv1", "backbone.body.add"}) {
      imported.quantisation.outputs[wrapper + module] = {{scale++}, {0}, 0};
    }
    if (!wrapper.empty()) imported.quantisation.outputs["module"] = {{scale}, {0}, 0};
    make_names_canonical(imported, "f");
    return imported.quantisation.outputs;
  };
  for (const char* wrapper : {"", "module."}) {
    CAPTURE(wrapper);
    const Quantisation::Table outputs = renamed(wrapper);
    CHECK(outputs.size() == 4);
    CHECK(outputs.at("rpn.head.conv.0.0").scales == std::vector<double>{1});
    CHECK(outputs.at("roi_heads.mask_head.1.0").scales == std::vector<double>{2});
    CHECK(outputs.at("backbone.body.conv1").scales == std::vector<double>{3});
    CHECK(outputs.at("backbone.body.add").scales == std::vector<double>{4});
  }
}

TEST_CASE("weights: half precision, all bit patterns there and back") {
  for (std::uint32_t bits = 0; bits < 0x10000U; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    if ((bits & 0x7fffU) > 0x7c00U) continue;  // not a number
    REQUIRE(to_half(from_half(half)) == half);
  }
  // IEEE 754: ties go to even, 65520 is the first that overflows, 2^-25 the tie to zero.
  CHECK(to_half(1.0F) == 0x3c00);
  CHECK(to_half(-2.5F) == 0xc100);
  CHECK(to_half(1.0F + 0x1p-11F) == 0x3c00);
  CHECK(to_half(1.0F + 0x3p-11F) == 0x3c02);
  CHECK(to_half(65519.0F) == 0x7bff);
  CHECK(to_half(65520.0F) == 0x7c00);
  CHECK(to_half(0x1p-24F) == 0x0001);
  CHECK(to_half(0x1p-25F) == 0x0000);
  CHECK(to_half(0x1.8p-25F) == 0x0001);
  CHECK(from_half(0x0001) == 0x1p-24F);
}

TEST_CASE("weights: files that are something else are refused by what they are") {
  struct Case {
    const char* name;
    std::string bytes;
    const char* text;
  };
  std::string tar(512, '\0');
  tar.replace(257, 5, "ustar");
  const Case cases[] = {{"empty", "", "an empty file"},
                        {"hdf5", "\x89HDF\r\n\x1a\n", "HDF5"},
                        {"tar", tar, "tar archive"},
                        {"pickle", "\x80\x02}.", "a pickle that torch.save did not write"},
                        {"text", "just some text, nothing else", "something else"}};
  const TemporaryFile file("not_weights.pth");
  for (const Case& item : cases) {
    CAPTURE(item.name);
    file.write(item.bytes);
    check_refused([&] { read_weights(file.path()); }, ErrorCode::bad_data, item.text);
    check_refused([&] { read_weights(file.path()); }, ErrorCode::bad_data, file.path());
  }
  check_refused([] { read_weights("/nowhere/at/all.pth"); }, ErrorCode::no_input, "cannot be");
  check_refused([] { read_weights("/"); }, ErrorCode::no_input, "regular file");
}

TEST_CASE("weights: a number that is not finite names its tensor and index") {
  const TemporaryFile file("nan.safetensors");
  const std::string header = R"({"w":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}})";
  std::string length(8, '\0');
  length[0] = static_cast<char>(header.size());
  const std::string bad("\x00\x00\x80\x3f\x00\x00\xc0\x7f\x00\x00\x00\x00", 12);
  file.write(length + header + bad);
  check_refused([&] { read_weights(file.path()); }, ErrorCode::bad_data,
                "tensor 'w': expected finite numbers, found nan at index 1");
}

TEST_CASE("weights: the golden files are what torch writes today") {
  if (std::system("/usr/bin/python3 -c 'import torch' 2>/dev/null") != 0) {
    MESSAGE("SKIPPED weights: golden files made again: python3-torch is not installed");
    return;
  }
  const TemporaryFile folder("weights_golden");
  const std::string script = ROIFLOW_SOURCE_DIR "/tests/reference/make_weights_golden.py";
  REQUIRE(std::system(("/usr/bin/python3 " + script + " " + folder.path()).c_str()) == 0);
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    CAPTURE(entry.path().filename().string());
    const Weights kept = read_weights(golden(entry.path().filename().string())).weights;
    const Weights made = read_weights(entry.path().string()).weights;
    REQUIRE(made.size() == kept.size());
    for (const auto& [name, tensor] : made) {
      CHECK(kept.at(name).shape == tensor.shape);
      CHECK(kept.at(name).values == tensor.values);
    }
  }
}
