#include "io/coco/evaluation_json.hpp"

#include <bit>
#include <fstream>
#include <map>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/evaluation/coco_evaluation.hpp"
#include "stages/core/error.hpp"
#include "stages/evaluate/summary.hpp"
#include "tests/support/evaluation_case.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/shared_data.hpp"

namespace roiflow {
namespace {

using test::crc32;
using test::hex;
using test::Scratch;

constexpr IouType all_types[] = {IouType::bbox, IouType::segm, IouType::keypoints};

IouType type_named(const std::string& text) {
  return *std::ranges::find_if(all_types, [&](IouType type) { return text == name(type); });
}

/// What the evaluation of two files refuses them with, or "accepted".
std::string refusal(const EvaluationFiles& files, IouType type) {
  try {
    const EvaluationInput input = read_input(files, type);
    const auto params = default_params(type, input.truth.categories);
    (void)evaluate_input(files, input, type, params, {.threads = 1});
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_data);
    return error.what();
  }
  return "accepted";
}

struct Refusal {
  const char* name;
  const char* text;  ///< after the directory
};

/// Where pycocotools stops with an exception.
const Refusal refusals[] = {
    {"results_of_unknown_images",
     "results.json: /3/image_id: expected the id of an image of the ground truth, found 99"},
    {"empty_results", "accepted"},
    {"results_are_no_list",
     "results.json: /: expected COCO results (an array of detections), found {} at byte 0"},
    {"later_box_missing",
     "results.json: /1: expected the member \"bbox\", which the first record has, found none"},
    {"later_mask_missing",
     "results.json: /1: expected the member \"segmentation\", which the first record has, found "
     "none"},
    {"polygons_without_boxes",
     "results.json: /0/segmentation: expected compressed run lengths, since the first record has "
     "no "
     "\"bbox\", found polygons"},
    {"runs_without_boxes",
     "results.json: /0/segmentation: expected compressed run lengths, since the first record has "
     "no "
     "\"bbox\", found a list of runs"},
    {"captions",
     "results.json: /0: expected a \"bbox\", \"segmentation\" or \"keypoints\" to evaluate, found "
     "a "
     "caption"},
    {"nothing_to_compare",
     "results.json: /0: expected a \"bbox\", \"segmentation\" or \"keypoints\" to evaluate, found "
     "none"},
    {"score_missing", "results.json: /0: expected the member \"score\", found none"},
    {"score_text", "results.json: /0/score: expected a number, found \"0.5\" at byte 44"},
    {"box_of_three",
     "results.json: /0/bbox: expected 4 numbers (x, y, width, height), found [1, 2, 3] at byte 57"},
    {"box_null",
     "results.json: /0/bbox: expected 4 numbers (x, y, width, height), found null at byte 57"},
    {"area_missing", "truth.json: /annotations/0: expected the member \"area\", found none"},
    {"iscrowd_missing", "truth.json: /annotations/0: expected the member \"iscrowd\", found none"},
    {"bbox_missing", "truth.json: /annotations/0: expected the member \"bbox\", found none"},
    {"id_missing", "truth.json: /annotations/0: expected the member \"id\", found none"},
    {"segmentation_missing",
     "truth.json: /annotations/0: expected the member \"segmentation\", found none"},
    {"size_needed_for_polygons",
     "truth.json: /annotations/0/segmentation: expected polygons on an image whose height and "
     "width "
     "are given and make less than 2^31 pixels, found image 7 with 0 x 0"},
    {"truth_box_as_polygon",
     "truth.json: /annotations/0/segmentation: expected a first polygon of more than two points "
     "(pycocotools takes four numbers for a box, and fails), found [[10, 10, 30, 30]] at byte 217"},
    {"truth_polygon_of_one_point",
     "truth.json: /annotations/0/segmentation: expected a first polygon of three points, found "
     "[[10, 10]] at byte 217"},
    {"truth_no_polygon",
     "truth.json: /annotations/0/segmentation: expected at least one polygon, found [] at byte "
     "217"},
    {"truth_segmentation_null",
     "truth.json: /annotations/0/segmentation: expected polygons (an array) or run lengths (an "
     "object), found null at byte 217"},
    {"keypoints_of_16",
     "results.json: /0/keypoints: expected 17 keypoints, as objects before have, found"},
    {"num_keypoints_missing",
     "truth.json: /annotations/0: expected the member \"num_keypoints\", found none"},
    {"keypoints_missing",
     "truth.json: /annotations/0: expected the member \"keypoints\", found none"},
};

}  // namespace

TEST_CASE("evaluation: odd files mean what they mean to pycocotools") {
  std::ifstream golden(std::string(ROIFLOW_SOURCE_DIR) + "/tests/golden/evaluation_loading.json");
  const auto cases = nlohmann::json::parse(golden);
  std::map<std::string, std::string> expected_refusals;
  for (const auto& [name, text] : refusals) expected_refusals[name] = text;
  std::size_t refused = 0;
  for (const auto& golden_case : cases) {
    const std::string case_name = golden_case["name"];
    INFO(case_name);
    const Scratch scratch("evaluation_json_test");
    const EvaluationFiles files{scratch / "truth.json", scratch / "results.json"};
    test::write_bytes(files.truth, golden_case["truth"].get<std::string>());
    test::write_bytes(files.detections, golden_case["results"].get<std::string>());
    const IouType type = type_named(golden_case["type"]);
    if (case_name ==
        "member_twice_last_counts") {  // refused on purpose: other readers take the first
      CHECK(refusal(files, type).find("expected every member once, found \"score\" twice") !=
            std::string::npos);
      continue;
    }
    if (golden_case.contains("exception")) {
      REQUIRE(expected_refusals.contains(case_name));
      const std::string text = refusal(files, type);
      const std::string& expected = expected_refusals[case_name];
      CHECK((expected == "accepted" ? text : text.substr((scratch / "").string().size()))
                .substr(0, expected.size()) == expected);
      ++refused;
      continue;
    }
    const EvaluationInput input = read_input(files, type);
    const auto params = default_params(type, input.truth.categories);
    const auto arrays = evaluate_input(files, input, type, params, {.threads = 1}).accumulate();
    const Stats stats = summarise(params, arrays, type);
    REQUIRE(golden_case["stats"].size() == stats.size());
    for (std::size_t i = 0; i < stats.size(); ++i) {
      INFO(stats[i].name);
      const double expected =
          std::strtod(golden_case["stats"][i].get<std::string>().c_str(), nullptr);
      CHECK(hex(stats[i].value) == hex(expected));
    }
    CHECK(crc32(arrays.precision) == golden_case["precision"]);
    CHECK(crc32(arrays.recall) == golden_case["recall"]);
    CHECK(crc32(arrays.scores) == golden_case["scores"]);
  }
  CHECK(refused == std::size(refusals));
}

TEST_CASE("evaluation: an empty list of results is an evaluation without detections") {
  const Scratch scratch("evaluation_json_test");
  const auto path = scratch / "truth.json";
  test::write_bytes(path, R"({"images":[{"id":1}],"categories":[{"id":1,"name":"a"}],"annotations":
      [{"id":1,"image_id":1,"category_id":1,"bbox":[0,0,9,9],"area":81,"iscrowd":0}]})");
  test::write_bytes(scratch / "none.json", " [ ] ");
  const EvaluationFiles files{path, scratch / "none.json"};
  CHECK(types_of_detections(files.detections) == std::vector{IouType::bbox});
  const EvaluationInput input = read_input(files, IouType::bbox);
  const auto params = default_params(IouType::bbox, input.truth.categories);
  const auto arrays = evaluate_input(files, input, IouType::bbox, params, {}).accumulate();
  CHECK(summarise(params, arrays)[0].value == 0);
}

namespace {

/// A mask of results that cannot be decoded, in the second record.
std::string bad_mask(const std::string& counts, const std::string& size = "[4,4]") {
  return fmt::format(
      R"([{{"image_id":1,"category_id":1,"score":1,"segmentation":{{"size":[4,4],"counts":"52203"}}}},
{{"image_id":1,"category_id":1,"score":1,"segmentation":{{"size":{},"counts":"{}"}}}}])",
      size, counts);
}

}  // namespace

TEST_CASE("evaluation: masks of results that are none are refused with their place") {
  const Scratch scratch("evaluation_json_test");
  const EvaluationFiles files{scratch / "truth.json", scratch / "results.json"};
  test::write_bytes(files.truth, R"({"images":[{"id":1,"height":4,"width":4}],
      "categories":[{"id":1,"name":"a"}],"annotations":[{"id":1,"image_id":1,"category_id":1,
      "bbox":[0,0,2,2],"area":4,"iscrowd":0,"segmentation":[[0,0,2,0,2,2,0,2]]}]})");
  const struct {
    const char* name;
    std::string results, text;
  } cases[] = {
      {"overruns", bad_mask("5R1"),
       "/1/segmentation/counts: expected run lengths that fill the mask, found run-length code: "
       "the "
       "runs must sum to height x width = 4 x 4 = 16, found"},
      {"too short", bad_mask("52"),
       "/1/segmentation/counts: expected run lengths that fill the mask, found run-length code: "
       "the "
       "runs must sum to height x width = 4 x 4 = 16, found 7"},
      {"never ends", bad_mask("oooo"),
       "/1/segmentation/counts: expected run lengths that fill the mask, found run-length text: "
       "ends inside a run, at byte 4; the text is cut short"},
      {"negative run", bad_mask("@@@@"),
       "/1/segmentation/counts: expected run lengths that fill the mask, found run-length text: "
       "the "
       "run at byte 0 must be between 0 and 2^32 - 1, found -16"},
      {"foreign character", bad_mask("5 2"),
       "/1/segmentation/counts: expected run lengths that fill the mask, found run-length text: "
       "byte "
       "1 must be between '0' and 'o', found code 32"},
      {"empty", bad_mask(""),
       "/1/segmentation/counts: expected run lengths that fill the mask, found run-length code: "
       "the "
       "runs must sum to height x width = 4 x 4 = 16, found 0"},
      {"no size", bad_mask("52203", "[4]"),
       "/1/segmentation: expected a size [height, width] of 1 to 2^32 - 1 pixels, found [4] at "
       "byte "
       "153"},
      {"negative size", bad_mask("52203", "[-4,4]"),
       "/1/segmentation: expected a size [height, width] of 1 to 2^32 - 1 pixels, found [-4,4] at "
       "byte 153"},
      {"huge size", bad_mask("52203", "[2147483648,2147483648]"),
       "/1/segmentation: expected a size [height, width] of 1 to 2^32 - 1 pixels, found "
       "[2147483648,2147483648] at byte 153"},
      {"huge corners", R"([{"image_id":1,"category_id":1,"score":1,"bbox":[0,0,1e9,1]}])",
       "/0/bbox: expected corners within a million pixels, found [0,0,1000000000,1]"},
      {"huge polygon", R"([{"image_id":1,"category_id":1,"score":1,"bbox":[0,0,1,1],
          "segmentation":[[0,0,1e7,0,1,1]]}])",
       "/0/segmentation: expected a coordinate within a million pixels, found 1e7 at byte 90"},
  };
  for (const auto& [label, results, text] : cases) {
    const std::string name = label;
    INFO(name);
    test::write_bytes(files.detections, results);
    const std::string found = refusal(files, IouType::segm);
    CHECK(found.substr(0, files.detections.string().size() + 2 + text.size()) ==
          files.detections.string() + ": " + text);
  }
}

namespace {

/// Images 1 and 2 of 640 x 480 pixels, as in the files beside.
const char* const hostile_truth = R"({"images":[{"id":1,"height":480,"width":640},
    {"id":2,"height":480,"width":640}],"categories":[{"id":1,"name":"person"}],
    "annotations":[{"id":1,"image_id":1,"category_id":1,"bbox":[1,2,3,4],"area":12,"iscrowd":0,
    "segmentation":[[1,2,4,2,4,6,1,6]]}]})";

/// Files that are bad for training, but to which pycocotools gives a meaning, which is ours.
const std::map<std::string, std::string> accepted_files = {
    {"bad__bbox_outside_image.json", "a box anywhere"},
    {"bad__dup_image_id.json", "the last image of an id counts"},
    {"bad__filename_absolute.json", "file names are not looked at"},
    {"bad__filename_dup_case.json", "file names are not looked at"},
    {"bad__filename_nul.json", "file names are not looked at"},
    {"bad__filename_traversal.json", "file names are not looked at"},
    {"bad__missing_category_ref.json", "annotations of unknown categories are dropped"},
    {"bad__polygon_odd_coords.json", "the last number is passed over"},
    {"bad__polygon_self_intersecting.json", "rasterised by even and odd"},
    {"bad__rle_size_mismatch_image.json", "such a mask overlaps nothing"},
    {"bad__rle_size_swapped.json", "such a mask overlaps nothing"},
};

}  // namespace

TEST_CASE("evaluation: hostile files are refused, or have the reference's meaning") {
  const auto folder = test::shared_data() / "hostile" / "coco_derived";
  if (!std::filesystem::is_directory(folder)) {
    MESSAGE("SKIPPED evaluation of hostile files: no " << folder.string());
    return;
  }
  const Scratch scratch("evaluation_json_test");
  test::write_bytes(scratch / "none.json", "[]");
  test::write_bytes(scratch / "truth.json", hostile_truth);
  std::size_t files = 0, accepted = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string file = entry.path().filename();
    INFO(file);
    ++files;
    if (file.starts_with("results_")) {
      const std::string text = refusal({scratch / "truth.json", entry.path()}, IouType::bbox);
      const bool good =
          file == "results_101_dets_one_image.json" || file == "results_unknown_category.json";
      CHECK((text == "accepted") == good);
      if (!good) CHECK(text.starts_with(entry.path().string() + ": /"));
    } else if (file.ends_with(".json")) {
      const EvaluationFiles pair{entry.path(), scratch / "none.json"};
      std::string text = refusal(pair, IouType::bbox);
      if (text == "accepted") text = refusal(pair, IouType::segm);
      const bool good = file.starts_with("ok__") || accepted_files.contains(file);
      CAPTURE(text);
      CHECK((text == "accepted") == good);
      if (!good) CHECK(text.starts_with(entry.path().string() + ": /"));
      if (good && !file.starts_with("ok__")) ++accepted;
    }
  }
  CHECK(files > 40);
  CHECK(accepted == accepted_files.size());
}

TEST_CASE("evaluation: JSONTestSuite through both readers; what is no JSON is refused") {
  const auto root = test::shared_data() / "hostile" / "json_test_suite";
  if (!std::filesystem::is_directory(root)) {
    MESSAGE("SKIPPED JSONTestSuite: no " << root.string());
    return;
  }
  const Scratch scratch("evaluation_json_test");
  test::write_bytes(scratch / "truth.json", hostile_truth);
  const auto truth = read_coco_truth(scratch / "truth.json", {}).columns;
  std::size_t files = 0;
  const auto must_refuse = [](auto&& read) {
    try {
      read();
      return false;
    } catch (const Error&) {
      return true;
    }
  };
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".json") continue;
    INFO(entry.path().string());
    ++files;
    const bool no_truth = must_refuse([&] { (void)read_coco_truth(entry.path(), {}); });
    const bool no_results =
        must_refuse([&] { (void)read_coco_results(entry.path(), truth, {.shapes = true}); });
    CHECK(no_truth);  // none of them has images, annotations and categories
    if (entry.path().filename().string().starts_with("n_")) CHECK(no_results);
  }
  CHECK(files > 150);
}

}  // namespace roiflow
