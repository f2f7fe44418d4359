/// `roiflow run` as a user calls it, with the shipped model on synthetic images.
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "io/dataset/dataset.hpp"
#include "io/model_file.hpp"
#include "io/predictions/predictions_file.hpp"
#include "tests/support/damaged_dataset.hpp"
#include "tests/support/program.hpp"
#include "tests/support/pycocotools.hpp"
#include "tests/support/scratch.hpp"

namespace roiflow::test {
namespace {

const std::string model = std::string(ROIFLOW_SOURCE_DIR) + "/configs/tiny_mask_rcnn.h5";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Fixture {
 public:
  Fixture() {
    const ProgramResult made = roiflow(fmt::format("synth --images 8 --seed 77 -q -o {}", data()));
    REQUIRE_MESSAGE(made.code == 0, made.text);
  }
  [[nodiscard]] std::string data() const { return scratch_ / "data.h5"; }
  [[nodiscard]] std::string path(const std::string& name) const { return scratch_ / name; }
  [[nodiscard]] ProgramResult run(const std::string& file, const std::string& out,
                                  const std::string& more = "") const {
    return roiflow(fmt::format("run {} --model {} --out {} -q {}", file, model, path(out), more));
  }
  [[nodiscard]] std::string bytes(const std::string& name) const { return read_bytes(path(name)); }

 private:
  Scratch scratch_{"run_test"};
};

}  // namespace

TEST_CASE("run: all files of the run directory, with the contract's keys") {
  const Fixture fixture;
  const ProgramResult result = fixture.run(fixture.data(), "out", "--trace");
  REQUIRE_MESSAGE(result.code == 0, result.text);
  CHECK(contains(result.text, "8 of 8 ok, 0 failed"));
  const auto report = nlohmann::json::parse(fixture.bytes("out/report.json"));
  CHECK(report["images"]["total"] == 8);
  CHECK(report["images"]["ok"] == 8);
  CHECK(report["images"]["failed"] == 0);
  for (const char* type : {"bbox", "segm"}) {
    const auto& metrics = report["metrics"][type];
    const char* names[] = {"AP",  "AP50", "AP75",  "APs", "APm", "APl",
                           "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"};
    for (std::size_t i = 0; i < std::size(names); ++i) {
      CHECK(metrics[names[i]] == metrics["stats"][i]);
    }
  }
  CHECK(report["stages"].size() == 11);
  CHECK(report["throughput"]["images_per_second"] > 0);
  CHECK(contains(fixture.bytes("out/report.html"), "</html>"));
  CHECK(nlohmann::json::parse(fixture.bytes("out/trace.json"))["traceEvents"].size() == 8 * 11);
  CHECK(fixture.bytes("out/errors.jsonl").empty());
}

TEST_CASE("run: pycocotools reads the results and gets the same twelve numbers") {
  const auto python = pycocotools_python();
  if (!python) {
    MESSAGE("SKIPPED run against pycocotools: " << no_pycocotools);
    return;
  }
  const Fixture fixture;
  REQUIRE(fixture.run(fixture.data(), "out").code == 0);
  REQUIRE(roiflow(fmt::format("unpack {} -o {} -q", fixture.data(), fixture.path("coco"))).code ==
          0);
  const auto report = nlohmann::json::parse(fixture.bytes("out/report.json"));
  for (const std::string type : {"bbox", "segm"}) {
    const ProgramResult reference =
        run_shell(fmt::format("{} {}/tests/reference/coco_stats.py {} {} {}", *python,
                              ROIFLOW_SOURCE_DIR, fixture.path("coco/annotations.json"),
                              fixture.path("out/results." + type + ".json"), type));
    REQUIRE_MESSAGE(reference.code == 0, reference.text);
    std::istringstream lines(reference.text);  // a hexadecimal double a line
    for (const double value : report["metrics"][type]["stats"]) {
      std::string expected;
      REQUIRE(std::getline(lines, expected));
      CHECK(value == std::strtod(expected.c_str(), nullptr));
    }
  }
}

TEST_CASE("W11: the SHA-256 of the weights is in the report and in the predictions") {
  const Fixture fixture;
  REQUIRE(fixture.run(fixture.data(), "out").code == 0);
  const ProgramResult sum = run_shell("sha256sum " + model);
  REQUIRE(sum.code == 0);
  const std::string expected = sum.text.substr(0, 64);
  const auto report = nlohmann::json::parse(fixture.bytes("out/report.json"));
  CHECK(report["identity"]["model"]["sha256"] == expected);
  const ProgramResult info = roiflow("info --json " + fixture.path("out/predictions.h5"));
  REQUIRE(info.code == 0);
  const std::string identity = nlohmann::json::parse(info.text)["attributes"]["identity"];
  CHECK(nlohmann::json::parse(identity)["model"]["sha256"] == expected);
}

TEST_CASE("R21: a network whose answers are not numbers fails, it does not find nothing") {
  const Fixture fixture;
  for (const std::string name : {"tiny_mask_rcnn", "tiny_fcn8s"}) {
    CAPTURE(name);
    ModelFile file = read_model(fmt::format("{}/configs/{}.h5", ROIFLOW_SOURCE_DIR, name));
    for (auto& [tensor, weights] : file.weights) {
      for (float& value : weights.values) value *= 1e18F;  // finite, but not what they compute
    }
    write_model(fixture.path("huge.h5"), file);
    const ProgramResult result =
        roiflow(fmt::format("run {} --model {} --out {} -q", fixture.data(),
                            fixture.path("huge.h5"), fixture.path("huge")));
    CHECK(result.code == 65);
    CHECK(contains(result.text, "every one of the 8 images failed"));
    CHECK(contains(result.text, "are not all numbers"));
    CHECK_FALSE(std::filesystem::exists(fixture.path("huge/predictions.h5")));
  }
}

TEST_CASE("run: as the first process of a container it reads its files as anywhere") {
  const Fixture fixture;
  const std::string first = "unshare --pid --fork ";
  if (run_shell(first + "true").code != 0) {
    MESSAGE("SKIPPED run as process 1: this machine does not allow `unshare --pid`");
    return;
  }
  const ProgramResult result =
      run_shell(fmt::format("{}{}/roiflow info {}", first, ROIFLOW_BINARY_DIR, fixture.data()));
  CHECK_MESSAGE(result.code == 0, result.text);
}

TEST_CASE("R14: a JPEG cut in half is recorded, and changes nothing for the others") {
  const Fixture fixture;
  const std::string damaged = fixture.path("damaged.h5");
  damage(fixture.data(), damaged, {2, 5});
  REQUIRE(fixture.run(fixture.data(), "whole").code == 0);
  const ProgramResult result = fixture.run(damaged, "out");
  CHECK(result.code == 3);
  CHECK(contains(result.text, "6 of 8 ok, 2 failed"));
  CHECK(contains(result.text, "over 6 of the 8 images of the data set, without the 2 that failed"));
  const auto report = nlohmann::json::parse(fixture.bytes("out/report.json"));
  CHECK(report["images"]["metrics_over"] ==
        "6 of the 8 images of the data set, without the 2 that failed");
  CHECK(report["images"]["failures"][1]["image_id"] == 6);
  const std::string errors = fixture.bytes("out/errors.jsonl");
  const auto first = nlohmann::json::parse(errors.substr(0, errors.find('\n')));
  CHECK(first["image_id"] == 3);
  CHECK(first["file_name"] == "shapes_000002.jpg");
  CHECK(first["stage"] == "decode");
  CHECK(contains(first["reason"], "JPEG"));

  const PredictionsReader all(fixture.path("whole/predictions.h5"));
  const PredictionsReader some(fixture.path("out/predictions.h5"));
  REQUIRE(some.size() == 8);
  for (std::int64_t i = 0; i < 8; ++i) {
    const ImagePredictions a = all.read(i, IouType::segm), b = some.read(i, IouType::segm);
    CAPTURE(i);
    CHECK(b.failed == (i == 2 || i == 5));
    if (b.failed) continue;
    REQUIRE(a.detections.size() == b.detections.size());
    for (std::size_t k = 0; k < a.detections.size(); ++k) {
      CHECK(a.detections[k].score == b.detections[k].score);
      CHECK(a.detections[k].bbox == b.detections[k].bbox);
      CHECK(a.detections[k].mask == b.detections[k].mask);
    }
  }
}

TEST_CASE("R15: if every image fails there is no result, but a list of the reasons") {
  const Fixture fixture;
  const std::string damaged = fixture.path("damaged.h5");
  damage(fixture.data(), damaged, {0, 1, 2, 3, 4, 5, 6, 7});
  const ProgramResult result = fixture.run(damaged, "out");
  CHECK(result.code == 65);
  CHECK(contains(result.text, "every one of the 8 images failed"));
  CHECK(std::filesystem::exists(fixture.path("out/errors.jsonl")));
  CHECK_FALSE(std::filesystem::exists(fixture.path("out/predictions.h5")));
  CHECK_FALSE(std::filesystem::exists(fixture.path("out/report.json")));
}

TEST_CASE("run: the same bytes for any number of workers and images in flight") {
  const Fixture fixture;
  REQUIRE(fixture.run(fixture.data(), "first", "--workers 1 --in-flight 1").code == 0);
  for (const std::string limits : {"--workers 2 --in-flight 3", "--workers 4 --in-flight 16"}) {
    CAPTURE(limits);
    REQUIRE(fixture.run(fixture.data(), "other", limits).code == 0);
    for (const char* file : {"predictions.h5", "results.bbox.json", "results.segm.json"}) {
      CAPTURE(file);
      CHECK(fixture.bytes(std::string("first/") + file) ==
            fixture.bytes(std::string("other/") + file));
    }
  }
}

TEST_CASE("run: wrong input ends with the contract's exit code and a sentence") {
  const Fixture fixture;
  const auto expect = [](const ProgramResult& result, int code, const std::string& part) {
    CAPTURE(part);
    CAPTURE(result.text);
    CHECK(result.code == code);
    CHECK(contains(result.text, part));
  };
  expect(fixture.run(fixture.path("absent.h5"), "out"), 66, "absent.h5");
  write_bytes(fixture.path("cut.h5"), fixture.bytes("data.h5").substr(0, 9000));
  expect(fixture.run(fixture.path("cut.h5"), "out"), 65, "cut.h5");
  expect(fixture.run(model, "out"), 65, "roiflow-model");
  expect(fixture.run(fixture.data(), "data.h5/out"), 73, "--out");
  expect(fixture.run(fixture.data(), "out", "--wrokers 2"), 64, "wrokers");
  write_bytes(fixture.path("run.ini"), "wrokers = 2\n");
  expect(fixture.run(fixture.data(), "out", "--config " + fixture.path("run.ini")), 64, "run.ini");
  // Where there are GPUs: one that is surely not among them.
  expect(fixture.run(fixture.data(), "out", "--device cuda:1000"), 69, "looked for GPU 1000");
  expect(fixture.run(fixture.data(), "out", "--device gpu"), 64, "cuda:N[,M...]");
  expect(fixture.run(fixture.data(), "out", "--precision bf16"), 64, "--precision bf16");
  expect(fixture.run(fixture.data(), "out", "--batch 4"), 64, "--batch has no effect");
  expect(roiflow(fmt::format("run {} --model {} --out {}", fixture.data(), fixture.data(),
                             fixture.path("out"))),
         65, "roiflow-dataset");
  expect(roiflow(fmt::format("run {} --out {}", fixture.data(), fixture.path("out"))), 64,
         "--model");
}

TEST_CASE("run: the log tells as much as its level allows") {
  const Fixture fixture;
  const std::string quiet = fixture.run(fixture.data(), "quiet").text;
  CHECK_FALSE(contains(quiet, "roiflow: info"));
  const std::string debug = fixture.run(fixture.data(), "debug", "--log-level debug").text;
  CHECK(contains(debug, "8 images, "));
  CHECK(contains(debug, " s]: image 1 ("));
  CHECK_FALSE(contains(fixture.run(fixture.data(), "info", "--log-level info").text, "image 1 ("));
}

}  // namespace roiflow::test
