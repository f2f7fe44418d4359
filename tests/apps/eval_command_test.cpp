/// `roiflow eval`, as a user calls it.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "apps/commands.hpp"
#include "io/coco/coco_json.hpp"
#include "io/coco/results_json.hpp"
#include "io/dataset/dataset.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/core/error.hpp"
#include "tests/support/random_detections.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

struct Scratch {
  fs::path path = fs::temp_directory_path() / fmt::format("roiflow_eval_test_{}", ::getpid());
  Scratch() { fs::create_directories(path); }
  ~Scratch() { fs::remove_all(path); }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path / name; }
};

/// What the command prints on stdout.
std::string eval(std::vector<std::string> arguments) {
  arguments.emplace_back("--quiet");
  std::ostringstream out;
  std::streambuf* before = std::cout.rdbuf(out.rdbuf());
  int code = -1;
  try {
    code = eval_command(arguments);  // not inside CHECK, which would catch
  } catch (...) {
    std::cout.rdbuf(before);
    throw;
  }
  std::cout.rdbuf(before);
  CHECK(code == 0);
  return out.str();
}

std::string refusal(const std::vector<std::string>& arguments, ErrorCode code) {
  try {
    eval(arguments);
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return "accepted";
}

Json read_json(const std::string& path) {
  std::ifstream file(path);
  return Json::parse(file);
}

const std::vector<Category> categories{
    {1, "disc", {}, {}}, {2, "square", {}, {}}, {3, "star", {}, {}}};

/// gt.h5, gt.json, p.h5, bbox.json and segm.json of one random set.
void write_files(const Scratch& scratch) {
  DatasetWriter dataset(scratch / "gt.h5", {.categories = categories});
  CocoWriter coco(scratch / "gt.json", categories, "");
  PredictionsWriter predictions(scratch / "p.h5");
  ResultsWriter boxes(scratch / "bbox.json", IouType::bbox);
  ResultsWriter masks(scratch / "segm.json", IouType::segm);
  for (const auto& image : test::random_detections(11, 50)) {
    dataset.append({image.record, {}, image.annotations, {}});
    coco.append(image.record, image.annotations);
    predictions.append(image.record.id, image.detections, false);
    boxes.append(image.record.id, image.detections);
    masks.append(image.record.id, image.detections);
  }
  dataset.close();
  coco.close();
  predictions.close();
  boxes.close();
  masks.close();
}

}  // namespace

TEST_CASE("eval: HDF5 and JSON give the same numbers, in any mixture") {
  const Scratch scratch;
  write_files(scratch);
  eval({"--gt", scratch / "gt.h5", "--dt", scratch / "p.h5", "--json", scratch / "a.json", "--out",
        scratch / "a"});
  const Json expected = read_json(scratch / "a.json");
  CHECK(expected["metrics"]["bbox"]["AP"].get<double>() > 0);
  CHECK(expected["metrics"]["segm"]["stats"].size() == 12);
  CHECK(expected["images"]["total"] == 50);
  eval({"--gt", scratch / "gt.json", "--dt", scratch / "p.h5", "--json", scratch / "b.json",
        "--out", scratch / "b"});
  CHECK(read_json(scratch / "b.json")["metrics"] == expected["metrics"]);
  for (const std::string type : {"bbox", "segm"}) {
    eval({"--gt", scratch / "gt.h5", "--dt", scratch / (type + ".json"), "--out",
          scratch / "made/" + type});
    const Json metrics = read_json(scratch / "made/" + type + "/report.json")["metrics"];
    CHECK(metrics.size() == 1);
    CHECK(metrics[type] == expected["metrics"][type]);
  }
}

TEST_CASE("eval: prints pycocotools' table") {
  const Scratch scratch;
  write_files(scratch);
  const std::string text = eval({"--gt", scratch / "gt.h5", "--dt", scratch / "p.h5", "--iou-type",
                                 "bbox", "--max-dets", "1,5,100"});
  CHECK(text.starts_with("bbox: 50 images, "));
  CHECK(text.find(" Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.") !=
        std::string::npos);
  CHECK(text.find(" Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=  5 ] = 0.") !=
        std::string::npos);
  CHECK(std::ranges::count(text, '\n') == 13);
}

TEST_CASE("eval: a hundred real images with made-up detections, to the last bit") {
  const char* shared = std::getenv("ROIFLOW_SHARED_DATA");
  const fs::path root = shared != nullptr ? fs::path(shared)
                                          : fs::path(ROIFLOW_SOURCE_DIR) / ".." / "shared" / "data";
  const fs::path folder = root / "eval" / "cocoapi-fake100";
  if (!fs::exists(folder)) {
    MESSAGE(
        "SKIPPED eval: a hundred real images: no eval/cocoapi-fake100 in the folder of shared "
        "data (ROIFLOW_SHARED_DATA)");
    return;
  }
  const Scratch scratch;
  const std::string truth = folder / "instances_val2014_100.json";
  const std::string boxes = folder / "instances_val2014_fakebbox100_results.json";
  const std::string masks = folder / "instances_val2014_fakesegm100_results.json";
  eval({"--gt", truth, "--dt", boxes, "--json", scratch / "bbox.json"});
  eval({"--gt", truth, "--dt", masks, "--json", scratch / "segm.json"});
  eval({"--gt", truth, "--dt", boxes, "--class-agnostic", "--json", scratch / "agnostic.json"});
  const Json expected = read_json(folder / "expected.json");
  CHECK(read_json(scratch / "bbox.json")["metrics"]["bbox"]["stats"] == expected["bbox"]["stats"]);
  CHECK(read_json(scratch / "segm.json")["metrics"]["segm"]["stats"] == expected["segm"]["stats"]);
  CHECK(read_json(scratch / "agnostic.json")["metrics"]["bbox"]["stats"] ==
        expected["bbox_useCats0"]["stats"]);
}

TEST_CASE("eval: images that failed in the run, or were not reached, are left out and said so") {
  const Scratch scratch;
  write_files(scratch);
  const auto set = test::random_detections(11, 50);
  PredictionsWriter predictions(scratch / "part.h5");
  for (std::size_t i = 0; i < 40; ++i) {
    predictions.append(set[i].record.id, set[i].detections, i < 3);
  }
  predictions.close();
  const std::string text = eval({"--gt", scratch / "gt.h5", "--dt", scratch / "part.h5"});
  CHECK(text.find("bbox: 37 images, ") == 0);
  CHECK(text.find("; 13 images left out: the run failed on them or did not reach them\n") !=
        std::string::npos);
}

TEST_CASE("eval: shards, threads and saved predictions give the numbers of the whole") {
  const Scratch scratch;
  write_files(scratch);
  const std::vector<std::string> whole{"--gt", scratch / "gt.h5", "--dt", scratch / "segm.json"};
  const auto with = [&](std::vector<std::string> more) {
    std::vector<std::string> all = whole;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  eval(with({"--json", scratch / "whole.json", "--threads", "1"}));
  const Json expected = read_json(scratch / "whole.json")["metrics"];
  REQUIRE(expected["segm"]["stats"].size() == 12);
  std::vector<std::string> merge{"--merge"};
  for (const std::string part : {"3", "1", "2"}) {
    merge.push_back(scratch / ("part" + part + ".h5"));
    eval(with({"--shard", part + "/3", "--records", merge.back()}));
  }
  merge.insert(merge.end(), {"--json", scratch / "merged.json"});
  eval(merge);
  CHECK(read_json(scratch / "merged.json")["metrics"] == expected);
  eval(with({"--json", scratch / "threads.json", "--threads", "3", "--save-predictions",
             scratch / "saved.h5", "--arrays", scratch / "arrays.h5"}));
  CHECK(read_json(scratch / "threads.json")["metrics"] == expected);
  eval({"--gt", scratch / "gt.json", "--dt", scratch / "saved.h5", "--iou-type", "segm", "--json",
        scratch / "saved.json"});
  CHECK(read_json(scratch / "saved.json")["metrics"] == expected);
  CHECK(fs::file_size(scratch / "arrays.h5") > 1000);
}

TEST_CASE("eval: other grids; without three limits there are arrays, but no numbers") {
  const Scratch scratch;
  write_files(scratch);
  const std::vector<std::string> files{"--gt", scratch / "gt.h5", "--dt", scratch / "bbox.json"};
  const auto metrics = [&](std::vector<std::string> options) {
    options.insert(options.begin(), files.begin(), files.end());
    options.insert(options.end(), {"--json", scratch / "m.json"});
    eval(options);
    return read_json(scratch / "m.json")["metrics"]["bbox"];
  };
  const Json all = metrics({});
  const Json one = metrics({"--iou-thresholds", "0.5"});
  CHECK(one["AP"] == all["AP50"]);
  CHECK(one["AP75"] == -1);
  const Json ranges = metrics({"--area-ranges", "all:0:1e10,small:0:1024"});
  CHECK(ranges["AP"] == all["AP"]);
  CHECK(ranges["APs"] == all["APs"]);
  CHECK(ranges["APl"] == -1);
  const Json two = metrics({"--max-dets", "1,10"});
  CHECK_FALSE(two.contains("AP"));
  CHECK(two["stats"].empty());
}

TEST_CASE("eval: wrong use is refused, with the option or the place") {
  const Scratch scratch;
  write_files(scratch);
  const std::string gt = scratch / "gt.h5", dt = scratch / "p.h5";
  CHECK(refusal({"--dt", dt}, ErrorCode::usage).find("--gt") != std::string::npos);
  CHECK(refusal({"--gt", gt, "--dt", scratch / "absent"}, ErrorCode::no_input).find("absent") !=
        std::string::npos);
  CHECK(refusal({"--gt", gt, "--dt", dt, "--max-dets", "10,1,100"}, ErrorCode::usage) ==
        "--max-dets must be ascending numbers like 1,10,100, found 10,1,100");
  CHECK(refusal({"--gt", gt, "--dt", dt, "--max-dets", "1,,10"}, ErrorCode::usage) ==
        "--max-dets must be ascending numbers like 1,10,100, found 1,,10");
  CHECK(refusal({"--gt", gt, "--dt", dt, "--iou-thresholds", "0.5,1.5"}, ErrorCode::usage) ==
        "--iou-thresholds must be numbers from 0 to 1 like 0.5,0.75, found 0.5,1.5");
  CHECK(refusal({"--gt", gt, "--dt", dt, "--area-ranges", "all:0"}, ErrorCode::usage) ==
        "--area-ranges must be label:least:greatest like all:0:1e10,small:0:1024, found all:0");
  CHECK(refusal({"--gt", gt, "--dt", dt, "--iou-type", "box"}, ErrorCode::usage) ==
        "--iou-type must be bbox, segm or keypoints, found box");
  CHECK(refusal({"--gt", gt, "--dt", dt, "--shard", "3/2"}, ErrorCode::usage) ==
        "--shard must be a part of all like 1/4, found 3/2");
  CHECK(refusal({"--merge", "a.h5", "--gt", gt}, ErrorCode::usage) ==
        "--merge: the records say what was compared; --gt cannot be given as well");
  CHECK(refusal({"--gt", gt, "--dt", dt, "--records", scratch / "r.h5"}, ErrorCode::usage) ==
        "--records: a file holds one comparison; choose one with --iou-type");
  std::ofstream(scratch / "other.json")
      << R"([{"image_id":77777,"category_id":1,"bbox":[0,0,1,1],"score":1}])";
  CHECK(refusal({"--gt", gt, "--dt", scratch / "other.json"}, ErrorCode::bad_data) ==
        (scratch / "other.json") +
            ": /0/image_id: expected the id of an image of the ground truth, found 77777");
  CHECK(
      refusal({"--gt", gt, "--dt", dt, "--json", scratch / "none/x.json"}, ErrorCode::cannot_create)
          .find("none") != std::string::npos);
}

}  // namespace roiflow
