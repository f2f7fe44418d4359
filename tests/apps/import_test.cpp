// The import command: a tiny detector described here, its weights written as safetensors.
#include <iostream>
#include <map>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "apps/commands.hpp"
#include "io/model_file.hpp"
#include "stages/core/error.hpp"
#include "stages/model/detector.hpp"
#include "stages/model/fcn.hpp"
#include "tests/io/weights_support.hpp"

using namespace roiflow;

namespace {

const std::string description =
    "[model]\nname = tiny\nkind = faster_rcnn\nclasses = 2\n"
    "[backbone]\nblocks = 1,1,1,1\nblock = basic\nstem_channels = 4\nwidth = 4\n"
    "[fpn]\nchannels = 4\n[box]\nhidden = 8\n";

TensorShapes tiny_tensors() {
  return expected_tensors(build_detector(parse_model_description(description, "tiny.ini")));
}

/// All elements 0.5.
std::string safetensors(const TensorShapes& tensors) {
  std::string header = "{";
  std::size_t end = 0;
  for (const auto& [name, shape] : tensors) {
    std::size_t count = 1;
    std::string extents;
    for (const std::int64_t extent : shape) {
      count *= static_cast<std::size_t>(extent);
      extents += (extents.empty() ? "" : ",") + std::to_string(extent);
    }
    header += (header.size() > 1 ? ",\"" : "\"") + name + R"(":{"dtype":"F16","shape":[)" +
              extents + R"(],"data_offsets":[)" + std::to_string(end) + "," +
              std::to_string(end + 2 * count) + "]}";
    end += 2 * count;
  }
  header += "}";
  std::string file;
  for (int i = 0; i < 8; ++i) file += static_cast<char>((header.size() >> (8 * i)) & 0xffU);
  file += header;
  for (std::size_t i = 0; i < end / 2; ++i) file += std::string("\x00\x38", 2);
  return file;
}

struct Files {
  TemporaryFile weights{"tiny.safetensors"}, ini{"tiny.ini"}, output{"tiny.h5"};
  Files() { ini.write(description); }
  [[nodiscard]] std::string import(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{weights.path(), "--model", ini.path(), "-o", output.path()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    std::ostringstream text;
    std::streambuf* old = std::cout.rdbuf(text.rdbuf());
    try {
      const int code = import_command(arguments);  // CHECK would swallow what it throws
      CHECK(code == 0);
    } catch (...) {
      std::cout.rdbuf(old);
      throw;
    }
    std::cout.rdbuf(old);
    return text.str();
  }
};

}  // namespace

TEST_CASE("import: a fitting file becomes a model file with its description") {
  const Files files;
  files.weights.write(safetensors(tiny_tensors()));
  const std::string summary = files.import({"--precision", "f16"});
  CHECK(summary.find("model 'tiny', " + std::to_string(tiny_tensors().size()) + " tensors") !=
        std::string::npos);
  CHECK(summary.find("(safetensors)") != std::string::npos);
  const ModelFile model = read_model(files.output.path());
  CHECK(model.description == description);
  CHECK(model.source.ends_with("tiny.safetensors"));
  CHECK(compare(tiny_tensors(), model.weights).text().empty());
  CHECK(model.weights.begin()->second.values[0] == 0.5F);
}

TEST_CASE(
    "W9: missing, extra and misshapen tensors are one message, and --allow-missing fills in") {
  const Files files;
  TensorShapes tensors = tiny_tensors();
  tensors.erase("rpn.head.conv.0.0.weight");
  tensors.erase("backbone.body.bn1.running_var");
  tensors["stranger"] = {2};
  tensors["rpn.head.cls_logits.bias"] = {7};
  files.weights.write(safetensors(tensors));
  for (const char* text : {"(2 missing, 1 extra, 1 misshapen)", "missing rpn.head.conv.0.0.weight",
                           "missing backbone.body.bn1.running_var", "extra stranger",
                           "misshapen rpn.head.cls_logits.bias: expected [3], found [7]"}) {
    check_refused([&] { (void)files.import(); }, ErrorCode::bad_data, text);
  }
  CHECK(!std::filesystem::exists(files.output.path()));

  tensors["rpn.head.cls_logits.bias"] = {3};
  files.weights.write(safetensors(tensors));
  const std::string summary = files.import({"--allow-missing", "--allow-extra"});
  CHECK(summary.find("left out: stranger") != std::string::npos);
  const ModelFile model = read_model(files.output.path());
  CHECK(compare(tiny_tensors(), model.weights).text().empty());
  CHECK(model.weights.at("backbone.body.bn1.running_var").values[0] == 1.0F);
  CHECK(model.weights.at("rpn.head.conv.0.0.weight").values[0] == 0.0F);
}

TEST_CASE("import: wrong options and files have their codes") {
  const Files files;
  files.weights.write(safetensors(tiny_tensors()));
  check_refused(
      [&] {
        (void)files.import({"--precision", "f8"});
      },
      ErrorCode::usage, "--precision: expected f32 or f16, found 'f8'");
  check_refused([&] { import_command({files.weights.path()}); }, ErrorCode::usage, "--model");
  check_refused(
      [&] {
        import_command({"/nowhere.pth", "--model", files.ini.path(), "-o", "x.h5"});
      },
      ErrorCode::no_input, "/nowhere.pth");
  files.ini.write("[model]\nname = m\nkind = faster_rcnn\nclasses = 3\nnonsense = 1\n");
  check_refused([&] { (void)files.import(); }, ErrorCode::usage, "nonsense");
}

TEST_CASE("import: what a segmenter's weights hold for training only is left out") {
  const Files files;
  const std::string resnet =
      "[model]\nname = tiny\nkind = fcn\nclasses = 2\n[backbone]\nblocks = 1,1,1,1\n"
      "block = basic\nstem_channels = 4\nwidth = 4\ndilated_layers = 2\n";
  files.ini.write(resnet);
  TensorShapes tensors =
      expected_tensors(build_fcn(parse_model_description(resnet, "tiny.ini")).graph);
  const std::size_t needed = tensors.size();
  tensors["aux_classifier.4.bias"] = {2};
  files.weights.write(safetensors(tensors));
  CHECK(files.import().find("not needed, ignored: aux_classifier.4.bias") != std::string::npos);
  CHECK(read_model(files.output.path()).weights.size() == needed);
}

TEST_CASE("import: a learnt deconvolution of an FCN is refused") {
  const Files files;
  const std::string vgg =
      "[model]\nname = tiny\nkind = fcn\nclasses = 2\n[backbone]\nkind = vgg\n"
      "convs = 1,1,1,1,1\nchannels = 2,2,2,2,2\n[fcn]\nstride = 16\nhidden = 2\n";
  files.ini.write(vgg);
  TensorShapes tensors =
      expected_tensors(build_fcn(parse_model_description(vgg, "tiny.ini")).graph);
  tensors["upscore2.weight"] = {2, 2, 4, 4};  // all elements 0.5
  files.weights.write(safetensors(tensors));
  std::string message;
  try {
    (void)files.import();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_data);
    message = error.what();
  }
  CHECK(message.find("tiny.safetensors: upscore2.weight: expected the fixed bilinear kernel") !=
        std::string::npos);
}
