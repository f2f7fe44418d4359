/// Stored label maps to numbers: files and folders in any mixture, real images against numpy and
/// published packages, images that cannot be compared, records that merge.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/evaluation/semantic_options.hpp"
#include "apps/evaluation/semantic_report.hpp"
#include "apps/report/write_report.hpp"
#include "io/dataset/dataset.hpp"
#include "io/predictions/predictions_file.hpp"
#include "io/semantic/semantic_records_file.hpp"
#include "stages/core/error.hpp"
#include "stages/decode/encode.hpp"
#include "tests/support/program.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/shared_data.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// report.json of an evaluation.
Json report_of(const SemanticEvaluation& evaluation) {
  Report report;
  add_semantic(report, evaluation);
  return Json::parse(report_json(report));
}

LabelMap labels(std::vector<std::uint8_t> values, int width = 2) {
  return {static_cast<int>(values.size()) / width, width, std::move(values)};
}

void write_png(const fs::path& file, const LabelMap& map) {
  const auto png = encode_png(map);
  fs::create_directories(file.parent_path());
  test::write_bytes(file, {reinterpret_cast<const char*>(png.data()), png.size()});
}

/// Three images of 2 x 2 pixels; classes 0, 1, 2 and the ignore label 9.
const std::vector<LabelMap> truths = {labels({0, 0, 1, 9}), labels({1, 1, 2, 2}),
                                      labels({0, 0, 0, 0})};
const std::vector<LabelMap> answers = {labels({0, 1, 1, 1}), labels({1, 1, 2, 0}),
                                       labels({0, 0, 0, 0})};
const std::vector<std::string> names = {"a", "sub/b", "c"};

/// truth/, found/, data.h5 and predictions.h5, which all say the same.
void write_everything(const test::Scratch& scratch) {
  DatasetWriter data(scratch / "data.h5",
                     {.categories = {{.id = 1, .name = "cat"}, {.id = 2, .name = "dog"}},
                      .has_label_maps = true,
                      .ignore_label = 9});
  PredictionsWriter predictions(scratch / "predictions.h5", true);
  for (std::size_t i = 0; i < names.size(); ++i) {
    write_png(scratch / ("truth/" + names[i] + ".png"), truths[i]);
    write_png(scratch / ("found/" + names[i] + ".png"), answers[i]);
    Sample sample;
    sample.record = {.id = 100 - static_cast<std::int64_t>(i),
                     .file_name = names[i] + ".jpg",
                     .width = 2,
                     .height = 2};
    sample.label_map = encode_png(truths[i]);
    data.append(sample);
    predictions.append(sample.record.id, {}, false, encode_png(answers[i]));
  }
  data.close();
  predictions.close();
}

template <class Call>
Error error_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorCode::internal, "no error");
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("semantic evaluation: files and folders in any mixture give the same numbers") {
  const test::Scratch scratch("semantic");
  write_everything(scratch);
  const std::vector<std::pair<std::string, std::string>> mixtures = {
      {"data.h5", "predictions.h5"}, {"data.h5", "found"}, {"truth", "found"}};
  for (const auto& mixture : mixtures) {
    const std::string truth = mixture.first, found = mixture.second;
    CAPTURE(truth);
    CAPTURE(found);
    SemanticOptions options{.ground_truth = scratch / truth, .predictions = scratch / found};
    if (truth == "truth") options.ignore_label = 9;
    const SemanticEvaluation evaluation = evaluate_semantic(options);
    CHECK(evaluation.ok() == 3);
    // Class 0: 6 pixels, predicted 6 times, 5 right. Class 1: 3 of 3, predicted 4 times. 2: 1 of 2.
    CHECK(evaluation.metrics.class_iu == std::vector<double>{5.0 / 7, 3.0 / 4, 1.0 / 2});
    CHECK(evaluation.metrics.mean_iu == (5.0 / 7 + 3.0 / 4 + 1.0 / 2) / 3);
    CHECK(evaluation.metrics.pixel_accuracy == 9.0 / 11);
    CHECK(evaluation.metrics.ignored_pixels == 1);
    CHECK(evaluation.records.images == std::vector<std::string>{"a", "c", "sub/b"});
  }
  const Error mixed = error_of([&] {
    (void)evaluate_semantic(
        {.ground_truth = scratch / "truth", .predictions = scratch / "predictions.h5"});
  });
  CHECK(mixed.code() == ErrorCode::usage);
}

TEST_CASE("semantic evaluation: JSON and table") {
  const test::Scratch scratch("semantic_json");
  write_everything(scratch);
  const SemanticEvaluation evaluation = evaluate_semantic(
      {.ground_truth = scratch / "data.h5", .predictions = scratch / "found", .ignore_label = 0});
  const Json json = report_of(evaluation)["metrics"]["semantic"];
  CHECK(json["policy"] == "fcn");
  CHECK(json["ignore_label"] == 0);
  CHECK(json["mean_iu"].get<double>() == evaluation.metrics.mean_iu);
  CHECK(json["unknown_truth_pixels"] == 1);  // the 9 is no ignore label now
  CHECK(json["per_class"].size() == 2);
  CHECK(json["per_class"]["dog"]["iu"] == 0.5);
  CHECK(json["per_class"]["dog"]["ground_truth_pixels"] == 2);
  CHECK(json["conventions"]["fcn"]["mean_iu"] == json["mean_iu"]);
  CHECK(json["conventions"]["voc"]["refuses"] == "ground truth that is no class");
  const std::string table = semantic_table(evaluation);
  CHECK(contains(table, "semantic: 3 of 3 images, 2 classes, convention fcn\n"));
  CHECK(contains(table, "1 whose ground truth is no class"));
  CHECK(contains(table, "1 pixels are predicted as a value that is no class"));

  SemanticConfusion empty(numbered_classes(2, 255));
  empty.add(labels({0, 0}), labels({0, 0}));
  const SemanticEvaluation one{.records = {empty, {"x"}},
                               .metrics = semantic_metrics(empty, AbsentClasses::voc),
                               .total = 1};
  CHECK(report_of(one)["metrics"]["semantic"]["per_class"]["class 1"]["iu"].is_null());
  CHECK(report_of(one)["metrics"]["semantic"]["mean_iu"].is_null());
}

TEST_CASE("semantic evaluation: images that cannot be compared are named, the others count") {
  const test::Scratch scratch("semantic_bad");
  write_everything(scratch);
  const auto write_found = [&](const std::string& name, const std::string& bytes) {
    test::write_bytes(scratch / ("found/" + name + ".png"), bytes);
  };
  const std::string sound = test::read_bytes(scratch / "found/a.png");
  write_found("a", sound.substr(0, sound.size() / 2));
  write_png(scratch / "found/sub/b.png", labels({0, 0, 0, 0, 0, 0}, 3));
  write_png(scratch / "found/stranger.png", answers[0]);
  write_png(scratch / "truth/d.png", truths[0]);
  const SemanticOptions options{
      .ground_truth = scratch / "truth", .predictions = scratch / "found", .ignore_label = 9};
  SemanticEvaluation evaluation = evaluate_semantic(options);
  CHECK(evaluation.total == 4);
  CHECK(evaluation.records.images == std::vector<std::string>{"c"});
  CHECK(evaluation.metrics.pixel_accuracy == 1);
  REQUIRE(evaluation.failed.size() == 2);
  CHECK(evaluation.failed[0].name == "a");
  CHECK(contains(evaluation.failed[0].reason, "prediction: PNG: "));
  CHECK(evaluation.failed[1].name == "sub/b");
  CHECK(evaluation.failed[1].reason ==
        "expected a prediction of 2 x 2 pixels, the size of the ground truth, found 3 x 2");
  REQUIRE(evaluation.missing.size() == 1);
  CHECK(evaluation.missing[0].name == "d");
  CHECK(contains(evaluation.missing[0].reason, "found/d.png"));
  REQUIRE(evaluation.strangers.size() == 1);
  CHECK(contains(evaluation.strangers[0], "found/stranger.png"));
  CHECK(
      contains(semantic_table(evaluation), "sub/b (id 4): expected a prediction of 2 x 2 pixels"));
  CHECK(report_of(evaluation)["images"]["failures"][1]["file_name"] == "sub/b");

  const auto write_gray_16 = [&](const fs::path& file) {
    fs::copy_file(std::string(ROIFLOW_SOURCE_DIR) + "/tests/golden/decode/gray_16.png", file,
                  fs::copy_options::overwrite_existing);
  };
  write_gray_16(scratch / "truth/c.png");
  const Error none = error_of([&] { (void)evaluate_semantic(options); });
  CHECK(none.code() == ErrorCode::bad_data);
  CHECK(contains(none.what(), "none of 4 images could be compared; a: prediction: PNG: "));
  write_png(scratch / "found/a.png", answers[0]);
  evaluation = evaluate_semantic(options);
  CHECK(contains(evaluation.failed[0].reason,
                 "ground truth: PNG: a label map must be gray or palette "
                 "with at most 8 bits, found colour type 0 with 16 bits"));
}

TEST_CASE("semantic evaluation: a convention that refuses values sets the image aside") {
  const test::Scratch scratch("semantic_refused");
  write_everything(scratch);
  write_png(scratch / "found/a.png", labels({0, 7, 1, 1}));
  SemanticOptions options{.ground_truth = scratch / "data.h5", .predictions = scratch / "found"};
  CHECK(evaluate_semantic(options).metrics.unclassified_pixels == 1);
  options.policy = AbsentClasses::voc;
  const SemanticEvaluation voc = evaluate_semantic(options);
  REQUIRE(voc.failed.size() == 1);
  CHECK(voc.failed[0].id == 100);
  CHECK(contains(voc.failed[0].reason, "the prediction has the value 7 at x 1, y 0"));
}

TEST_CASE("semantic evaluation: what a run did not do, and images without ground truth") {
  const test::Scratch scratch("semantic_partial");
  DatasetWriter data(scratch / "data.h5",
                     {.categories = {{.id = 1, .name = "cat"}}, .has_label_maps = true});
  PredictionsWriter predictions(scratch / "predictions.h5", true);
  for (std::int64_t id = 1; id <= 5; ++id) {
    Sample sample;
    sample.record = {.id = id, .file_name = fmt::format("{}.png", id), .width = 2, .height = 1};
    if (id != 2) sample.label_map = encode_png(labels({0, 1}));
    data.append(sample);
    if (id == 5) continue;  // not reached
    const bool failed = id == 3;
    predictions.append(id, {}, failed,
                       id <= 2 ? encode_png(labels({0, 1})) : std::vector<std::uint8_t>());
  }
  data.close();
  predictions.close();
  const SemanticEvaluation evaluation = evaluate_semantic(
      {.ground_truth = scratch / "data.h5", .predictions = scratch / "predictions.h5"});
  CHECK(evaluation.ok() == 1);
  CHECK(evaluation.without_truth == 1);
  REQUIRE(evaluation.missing.size() == 3);
  CHECK(evaluation.missing[0].reason == "the run failed on this image");
  CHECK(evaluation.missing[1].reason == "the predictions have no label map of this image");
  CHECK(evaluation.missing[2].reason == "the run did not get to this image");
}

TEST_CASE("semantic evaluation: inputs of the wrong kind are refused") {
  const test::Scratch scratch("semantic_kind");
  write_everything(scratch);
  DatasetWriter(scratch / "plain.h5", {.categories = {{.id = 1, .name = "cat"}}}).close();
  PredictionsWriter(scratch / "boxes.h5").close();
  test::write_bytes(scratch / "results.json", "[]");
  fs::create_directories(scratch / "nothing");
  const auto code = [&](const char* truth, const char* found) {
    return error_of([&] {
             (void)evaluate_semantic(
                 {.ground_truth = scratch / truth, .predictions = scratch / found});
           })
        .code();
  };
  CHECK(code("plain.h5", "found") == ErrorCode::bad_data);
  CHECK(code("data.h5", "boxes.h5") == ErrorCode::bad_data);
  CHECK(code("data.h5", "results.json") == ErrorCode::bad_data);
  CHECK(code("results.json", "found") == ErrorCode::bad_data);
  CHECK(code("data.h5", "nothing") == ErrorCode::no_input);
  CHECK(code("none.h5", "found") == ErrorCode::no_input);
  const Error usage = error_of([&] {
    (void)evaluate_semantic(
        {.ground_truth = scratch / "truth", .predictions = scratch / "found", .ignore_label = 256});
  });
  CHECK(usage.code() == ErrorCode::usage);
}

TEST_CASE("semantic evaluation: options of the command line") {
  Options description("eval", "summary", "example");
  description.add()("gt", po::value<std::string>(), "")("dt", po::value<std::string>(), "");
  add_semantic_options(description);
  const auto plain = description.parse({"--gt", "a", "--dt", "b"});
  CHECK(semantic_options(*plain).policy == AbsentClasses::fcn);
  CHECK_FALSE(semantic_options(*plain).ignore_label.has_value());
  const auto full = description.parse({"--gt", "a", "--dt", "b", "--absent-classes", "voc",
                                       "--ignore-label", "-1", "--classes", "names.txt"});
  CHECK(semantic_options(*full).policy == AbsentClasses::voc);
  CHECK(semantic_options(*full).ignore_label == -1);
  CHECK(semantic_options(*full).class_names == "names.txt");
  const auto wrong = description.parse({"--gt", "a", "--dt", "b", "--absent-classes", "coco"});
  CHECK(error_of([&] { (void)semantic_options(*wrong); }).code() == ErrorCode::usage);
}

TEST_CASE("semantic evaluation: records of parts merge to those of the whole") {
  const test::Scratch scratch("semantic_merge");
  write_everything(scratch);
  const SemanticRecords whole =
      evaluate_semantic({.ground_truth = scratch / "data.h5", .predictions = scratch / "found"})
          .records;
  const auto part = [&](const std::vector<std::string>& kept) {
    const fs::path folder = scratch / "part";
    fs::remove_all(folder);
    for (const std::string& name : kept) {
      fs::create_directories((folder / name).parent_path());
      fs::copy_file(scratch / ("found/" + name + ".png"), folder / (name + ".png"));
    }
    SemanticRecords records =
        evaluate_semantic({.ground_truth = scratch / "data.h5", .predictions = folder}).records;
    write_semantic_records(scratch / "part.h5", records);
    return read_semantic_records(scratch / "part.h5");
  };
  SemanticRecords merged = part({"sub/b"});
  const SemanticRecords others = part({"a", "c"});
  merge(merged, others);
  CHECK(std::ranges::equal(merged.confusion.counts(), whole.confusion.counts()));
  CHECK(merged.images == whole.images);
  const Error overlap = error_of([&] { merge(merged, others); });
  CHECK(contains(overlap.what(), "found 2 in both: a, ..."));
  CHECK(std::ranges::equal(merged.confusion.counts(), whole.confusion.counts()));
  CHECK(error_of([&] { (void)read_semantic_records(scratch / "data.h5"); }).code() ==
        ErrorCode::bad_data);
}

TEST_CASE("semantic evaluation: CamVid against numpy and published packages") {
  const fs::path camvid = test::shared_data() / "camvid_sample";
  const char* named = std::getenv("ROIFLOW_SEMANTIC_PYTHON");
  const std::string python = named != nullptr && *named != '\0' ? named : "/usr/bin/python3";
  if (!fs::exists(camvid / "labels")) {
    MESSAGE("SKIPPED semantic evaluation of CamVid: no " << (camvid / "labels").string());
    return;
  }
  if (test::run_shell("'" + python + "' -c 'import numpy, PIL'").code != 0) {
    MESSAGE("SKIPPED semantic evaluation of CamVid: " << python << " has no numpy and Pillow");
    return;
  }
  const test::Scratch scratch("semantic_camvid");
  const std::string script =
      std::string(ROIFLOW_SOURCE_DIR) + "/tests/reference/semantic_reference.py";
  const std::string found = (scratch / "found").string();
  REQUIRE(test::run_shell(fmt::format("'{}' '{}' perturb '{}' '{}' --classes 11 --seed 3", python,
                                      script, (camvid / "labels").string(), found))
              .code == 0);
  const auto answer =
      test::run_shell(fmt::format("'{}' '{}' score '{}' '{}' --classes 11 --ignore 11", python,
                                  script, (camvid / "labels").string(), found));
  REQUIRE(answer.code == 0);
  const Json expected = Json::parse(answer.text);
  const SemanticEvaluation evaluation = evaluate_semantic(
      {.ground_truth = camvid / "labels", .predictions = scratch / "found", .ignore_label = 11});
  CHECK(evaluation.ok() == 30);
  const auto number = [&](const char* tool, const char* key) {
    return std::strtod(expected[tool][key].get<std::string>().c_str(), nullptr);
  };
  for (const AbsentClasses policy : all_policies) {
    const SemanticMetrics metrics = semantic_metrics(evaluation.records.confusion, policy);
    CAPTURE(metrics.policy);
    const std::string tool = metrics.policy;
    CHECK(metrics.mean_iu == number(tool.c_str(), "mean_iu"));
    if (policy == AbsentClasses::cityscapes) continue;
    CHECK(metrics.pixel_accuracy == number(tool.c_str(), "pixel_accuracy"));
    CHECK(metrics.mean_accuracy == number(tool.c_str(), "mean_accuracy"));
    if (policy == AbsentClasses::voc) continue;
    CHECK(metrics.frequency_weighted_iu == number(tool.c_str(), "frequency_weighted_iu"));
  }
  const double fcn = semantic_metrics(evaluation.records.confusion, AbsentClasses::fcn).mean_iu;
  const double cityscapes =
      semantic_metrics(evaluation.records.confusion, AbsentClasses::cityscapes).mean_iu;
  if (expected.contains("cityscapesscripts")) {
    CHECK(cityscapes == number("cityscapesscripts", "mean_iu"));
  } else {
    MESSAGE("SKIPPED semantic evaluation beside cityscapesscripts: not installed in " << python);
  }
  if (expected.contains("torchmetrics")) {
    CHECK(std::abs(fcn - number("torchmetrics", "mean_iu")) < 1e-6);  // float32
  } else {
    MESSAGE("SKIPPED semantic evaluation beside torchmetrics: not installed in " << python);
  }
}

}  // namespace roiflow
