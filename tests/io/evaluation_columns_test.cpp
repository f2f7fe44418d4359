#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "io/coco/coco_json.hpp"
#include "io/coco/evaluation_json.hpp"
#include "io/dataset/dataset.hpp"
#include "io/dataset/dataset_columns.hpp"
#include "io/predictions/prediction_columns.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/core/error.hpp"
#include "stages/masks/rle.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/shared_data.hpp"

namespace roiflow {
namespace {

using test::Scratch;
using Random = std::mt19937_64;

constexpr int mask_height = 30, mask_width = 40;
constexpr std::size_t points = 5;

double coordinate(Random& random, int limit) {
  return static_cast<double>(random() % 100000) / 100000 * limit;
}

std::string box(Random& random) {
  return fmt::format("[{},{},{},{}]", coordinate(random, 20), coordinate(random, 20),
                     coordinate(random, 10), coordinate(random, 10));
}

Rle blob(Random& random) {
  std::vector<std::uint8_t> mask(mask_height * mask_width);
  for (std::uint8_t& pixel : mask) pixel = random() % 3 == 0 ? 1 : 0;
  return encode(mask.data(), mask_height, mask_width);
}

/// A text as JSON: run lengths use the backslash.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) result += c == '\\' ? std::string("\\\\") : std::string(1, c);
  return result + '"';
}

std::string segmentation(Random& random, std::uint64_t kind) {
  if (kind == 0) {
    return fmt::format("[[1,2,{},3.5,20,25],[{},4,9,20.25,3,7,1,1]]", coordinate(random, 30),
                       coordinate(random, 30));
  }
  const Rle rle = blob(random);
  return fmt::format(
      R"({{"size":[{},{}],"counts":{}}})", mask_height, mask_width,
      kind == 1 ? fmt::format("[{}]", fmt::join(rle.runs, ",")) : quoted(to_text(rle)));
}

std::string keypoints(Random& random) {
  std::vector<double> numbers;
  for (std::size_t i = 0; i < points; ++i) {
    numbers.insert(numbers.end(), {coordinate(random, mask_width), coordinate(random, mask_height),
                                   static_cast<double>(random() % 3)});
  }
  return fmt::format("[{}]", fmt::join(numbers, ","));
}

/// Image ids that do not ascend, annotations of all images mixed.
std::string truth_text(Random& random) {
  std::vector<std::string> images, annotations;
  for (const int id : {40, 7, 300, 12}) {
    images.push_back(fmt::format(R"({{"id":{},"file_name":"{}.png","height":{},"width":{}}})", id,
                                 id, mask_height, mask_width));
  }
  constexpr int ids[] = {7, 300, 40};  // nothing on image 12
  for (int i = 0; i < 60; ++i) {
    annotations.push_back(
        fmt::format(R"({{"id":{},"image_id":{},"category_id":{},"bbox":{},"area":{},"iscrowd":{},)"
                    R"("segmentation":{},"num_keypoints":{},"keypoints":{}}})",
                    500 - i, ids[random() % 3], random() % 2 == 0 ? 9 : 4, box(random),
                    coordinate(random, 400), random() % 5 == 0 ? 1 : 0,
                    segmentation(random, random() % 3), random() % 5, keypoints(random)));
  }
  return fmt::format(R"({{"images":[{}],"annotations":[{}],"categories":[{{"id":9,"name":"nine"}},)"
                     R"({{"id":4,"name":"four"}}]}})",
                     fmt::join(images, ","), fmt::join(annotations, ","));
}

void write_dataset(const std::filesystem::path& json, const std::filesystem::path& path) {
  const CocoFile coco = read_coco(json);
  DatasetWriter writer(path, {.categories = coco.categories, .extra = coco.extra});
  for (std::size_t i = 0; i < coco.images.size(); ++i) {
    writer.append({coco.images[i], {1, 2, 3}, coco.annotations[i], {}});
  }
  writer.close();
}

void check_equal(const ShapePool& a, const ShapePool& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    INFO("shape ", i);
    const ShapeView left = a[i], right = b[i];
    CHECK(left.kind == right.kind);
    CHECK(left.height == right.height);
    CHECK(left.width == right.width);
    CHECK(left.text == right.text);
    CHECK(std::ranges::equal(left.runs, right.runs));
    CHECK(std::ranges::equal(left.coordinates, right.coordinates));
    CHECK(std::ranges::equal(left.ring_sizes, right.ring_sizes));
  }
}

void check_equal(const TruthColumns& a, const TruthColumns& b) {
  CHECK(a.image_ids == b.image_ids);
  CHECK(a.heights == b.heights);
  CHECK(a.widths == b.widths);
  CHECK(a.first == b.first);
  CHECK(a.category_ids == b.category_ids);
  CHECK(a.ids == b.ids);
  CHECK(a.categories == b.categories);
  CHECK(a.boxes == b.boxes);
  CHECK(a.areas == b.areas);
  CHECK(a.crowds == b.crowds);
  CHECK(a.keypoints_per_object == b.keypoints_per_object);
  CHECK(a.keypoints == b.keypoints);
  CHECK(a.keypoint_counts == b.keypoint_counts);
  check_equal(a.shapes, b.shapes);
}

void check_equal(const ResultColumns& a, const ResultColumns& b) {
  CHECK(a.first == b.first);
  CHECK(a.image_processed == b.image_processed);
  CHECK(a.categories == b.categories);
  CHECK(a.scores == b.scores);
  CHECK(a.areas == b.areas);
  check_equal(a.shapes, b.shapes);
}

std::string results_text(Random& random, bool boxes, bool masks) {
  std::vector<std::string> records;
  constexpr int ids[] = {300, 7, 12};  // nothing on image 40
  for (int i = 0; i < 200; ++i) {
    std::string record = fmt::format(R"({{"image_id":{},"score":{},"category_id":{})",
                                     ids[random() % 3], coordinate(random, 1), random() % 3 + 8);
    if (boxes) record += fmt::format(R"(,"bbox":{})", box(random));
    if (masks) record += fmt::format(R"(,"segmentation":{})", segmentation(random, 2));
    records.push_back(record + "}");
  }
  return fmt::format("[{}]", fmt::join(records, ",\n"));
}

}  // namespace

TEST_CASE("evaluation columns: a data set file gives the same ones as its JSON") {
  const Scratch scratch("evaluation_columns_test");
  Random random(3);
  test::write_bytes(scratch / "truth.json", truth_text(random));
  write_dataset(scratch / "truth.json", scratch / "truth.h5");
  for (const RegionContent& content :
       {RegionContent{.boxes = true}, RegionContent{.boxes = false, .shapes = true},
        RegionContent{.boxes = true, .keypoints = true}}) {
    const EvaluationTruth json = read_coco_truth(scratch / "truth.json", content);
    const EvaluationTruth hdf5 = read_dataset_columns(scratch / "truth.h5", content);
    CHECK(json.columns.ids.size() == 60);
    CHECK(json.columns.image_ids == std::vector<std::int64_t>{7, 12, 40, 300});
    CHECK(json.columns.first[1] == json.columns.first[2]);
    CHECK(json.columns.keypoints.size() == (content.keypoints ? 60 * points * 3 : 0));
    check_equal(json.columns, hdf5.columns);
    REQUIRE(hdf5.categories.size() == 2);
    CHECK(hdf5.categories[0].name == "four");
    CHECK(json.categories[1].name == "nine");
  }
}

TEST_CASE(
    "evaluation columns: a predictions file gives the same ones as the results it was made of") {
  const Scratch scratch("evaluation_columns_test");
  Random random(4);
  test::write_bytes(scratch / "truth.json", truth_text(random));
  const TruthColumns truth = read_coco_truth(scratch / "truth.json", {}).columns;
  const struct {
    const char* name;
    bool boxes, masks;
    RegionContent content;
  } cases[] = {
      {"boxes", true, false, {}},
      {"masks", false, true, {.boxes = false, .shapes = true}},
      {"boxes and masks, compared by mask", true, true, {.boxes = false, .shapes = true}},
  };
  for (const auto& [label, boxes, masks, content] : cases) {
    const std::string name = label;
    INFO(name);
    test::write_bytes(scratch / "results.json", results_text(random, boxes, masks));
    const ResultColumns json = read_coco_results(scratch / "results.json", truth, content);
    write_prediction_columns(scratch / "results.h5", truth, json);
    const ResultColumns hdf5 = read_prediction_columns(scratch / "results.h5", truth, content);
    CHECK(json.scores.size() == 200);
    CHECK(std::ranges::count(json.categories, no_category) > 20);
    check_equal(json, hdf5);
    CHECK(json.boxes == hdf5.boxes);
    if (content.shapes) CHECK(json.areas.empty() == !boxes);
    // The reader of single images sees the same detections.
    CHECK(PredictionsReader(scratch / "results.h5").detection_count() == 200);
  }
}

TEST_CASE("evaluation columns: what an image-by-image run wrote reads back, failed images marked") {
  const Scratch scratch("evaluation_columns_test");
  Random random(5);
  test::write_bytes(scratch / "truth.json", truth_text(random));
  const TruthColumns truth = read_coco_truth(scratch / "truth.json", {}).columns;
  {
    PredictionsWriter writer(scratch / "run.h5");
    const Rle mask{mask_height, mask_width, {10, 20, mask_height * mask_width - 30}};
    const Detection found{{1, 2, 4, 6}, 0.5F, 9, mask};
    writer.append(300, std::vector{found, found}, false);
    writer.append(40, {}, true);
    writer.append(7, std::vector{found}, false);
    writer.close();
  }
  const ResultColumns boxes = read_prediction_columns(scratch / "run.h5", truth, {});
  CHECK(boxes.image_processed == std::vector<std::uint8_t>{1, 0, 0, 1});  // 7, 12, 40, 300
  CHECK(boxes.first == std::vector<std::size_t>{0, 1, 1, 1, 3});
  CHECK(boxes.boxes[2] == std::array<double, 4>{1, 2, 3, 4});
  CHECK(boxes.areas == std::vector<double>{12, 12, 12});
  const RegionContent masks{.boxes = false, .shapes = true};
  const ResultColumns shapes = read_prediction_columns(scratch / "run.h5", truth, masks);
  CHECK(shapes.areas.empty());
  CHECK(shapes.shapes[0].text ==
        to_text(Rle{mask_height, mask_width, {10, 20, mask_height * mask_width - 30}}));

  const auto refusal = [&](const TruthColumns& other, const RegionContent& content) {
    try {
      (void)read_prediction_columns(scratch / "run.h5", other, content);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_data);
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  TruthColumns other = truth;
  other.image_ids[3] = 301;
  CHECK(refusal(other, {}) ==
        (scratch / "run.h5").string() +
            ": /images/id: row 0: expected the id of an image of the ground truth, found 300");
  CHECK(refusal(truth, {.keypoints = true}).find("predictions files hold boxes and masks only") !=
        std::string::npos);
}

TEST_CASE("evaluation columns: a data set without what is asked for is refused, with the row") {
  const Scratch scratch("evaluation_columns_test");
  test::write_bytes(scratch / "a.json",
                    R"({"images":[{"id":1,"file_name":"a","height":9,"width":9}],
      "categories":[{"id":1,"name":"a"}],"annotations":[{"id":6,"image_id":1,"category_id":1,
      "bbox":[0,0,1,1],"area":1,"keypoints":[1,2,2]}]})");
  write_dataset(scratch / "a.json", scratch / "a.h5");
  const auto refusal = [&](const RegionContent& content) -> std::string {
    try {
      (void)read_dataset_columns(scratch / "a.h5", content);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_data);
      return error.what();
    }
    return "accepted";
  };
  const std::string file = (scratch / "a.h5").string();
  CHECK(refusal({}) == "accepted");
  CHECK(
      refusal({.boxes = false, .shapes = true}) ==
      file +
          ": /annotations/segmentation: row 0 (annotation 6): expected a segmentation, found none "
          "(--iou-type chooses what is compared)");
  CHECK(refusal({.keypoints = true}) ==
        file + ": /annotations/extra: row 0: /: expected the member \"num_keypoints\", found none");
}

// 839 real annotations, polygons and crowds.
TEST_CASE("evaluation columns: real annotations") {
  const auto folder = test::shared_data() / "eval" / "cocoapi-fake100";
  if (!std::filesystem::is_directory(folder)) {
    MESSAGE("SKIPPED columns of real annotations: no " << folder.string());
    return;
  }
  const Scratch scratch("evaluation_columns_test");
  const auto json = folder / "instances_val2014_100.json";
  write_dataset(json, scratch / "truth.h5");
  const RegionContent content{.boxes = true, .shapes = true};
  const TruthColumns truth = read_coco_truth(json, content).columns;
  CHECK(truth.ids.size() == 839);
  check_equal(truth, read_dataset_columns(scratch / "truth.h5", content).columns);
  for (const auto& [file, shapes] :
       {std::pair{"instances_val2014_fakebbox100_results.json", false},
        std::pair{"instances_val2014_fakesegm100_results.json", true}}) {
    const RegionContent wanted{.boxes = !shapes, .shapes = shapes};
    const ResultColumns found = read_coco_results(folder / file, truth, wanted);
    write_prediction_columns(scratch / "found.h5", truth, found);
    check_equal(found, read_prediction_columns(scratch / "found.h5", truth, wanted));
  }
}

}  // namespace roiflow
