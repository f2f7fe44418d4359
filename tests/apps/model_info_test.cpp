/// `roiflow info configs/X.ini` as a user calls it.
#include <filesystem>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/support/program.hpp"

namespace roiflow::test {
namespace {

using Json = nlohmann::json;

std::string config(const std::string& name) {
  return fmt::format("{}/configs/{}.ini", ROIFLOW_SOURCE_DIR, name);
}

Json info(const std::string& name, const std::string& more) {
  const ProgramResult result = roiflow(fmt::format("info --json {} {}", config(name), more));
  REQUIRE_MESSAGE(result.code == 0, result.text);
  return Json::parse(result.text);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

// The study of CPUs that the goals of this project rest on counts 461.6 GFLOP for the convolutions
// and fully connected layers of this network at 800 x 1088 with 1000 proposals and 100 detections.
TEST_CASE("model info: Mask R-CNN's arithmetic is the published one") {
  const Json model = info("mask_rcnn_r50_fpn", "--size 800x1088");
  CHECK(model["input"] == Json{800, 1088});
  double flops = 0;
  for (const Json& network : model["networks"]) {
    const double runs = network["most_runs"].get<double>();
    for (const Json& layer : network["layers"]) {
      if (layer["parameters"].get<double>() > 0 ||
          layer["name"].get<std::string>().starts_with("rpn")) {
        const std::string kind = layer["kind"];
        if (kind != "batch norm" && kind != "relu") flops += runs * layer["flops"].get<double>();
      }
    }
  }
  CHECK(flops * 1e-9 == doctest::Approx(461.6).epsilon(1e-3));
}

TEST_CASE("model info: every description can be asked, the text has a row a layer") {
  for (const auto& entry :
       std::filesystem::directory_iterator(config("").substr(0, config("").rfind('/')))) {
    if (entry.path().extension() != ".ini") continue;
    CAPTURE(entry.path().string());
    const ProgramResult text = roiflow("info " + entry.path().string());
    CHECK_MESSAGE(text.code == 0, text.text);
    const Json model = info(entry.path().stem().string(), "");
    for (const Json& network : model["networks"]) {
      for (const Json& layer : network["layers"]) {
        CHECK(contains(text.text, layer["name"].get<std::string>() + " "));
      }
    }
    CHECK(contains(text.text, "whole model: "));
  }
}

TEST_CASE("model info: sizes that make no sense") {
  for (const char* size : {"800", "0x100", "axb", "800x1088x3", "800x"}) {
    CAPTURE(size);
    const ProgramResult result =
        roiflow(fmt::format("info {} --size {}", config("faster_rcnn_vgg16"), size));
    CHECK(result.code == 64);
    CHECK_MESSAGE(contains(result.text, "HEIGHTxWIDTH"), result.text);
  }
  const ProgramResult small =
      roiflow(fmt::format("info {} --size 4x4", config("faster_rcnn_vgg16")));
  CHECK(small.code == 64);
  CHECK_MESSAGE(contains(small.text, "does not fit"), small.text);
}

}  // namespace roiflow::test
