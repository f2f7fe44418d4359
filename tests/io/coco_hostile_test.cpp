/// Faults J1 to J15 of COCO files. Wrong structure is refused with its place; wrong values concern
/// one annotation, which can be left out. Broken masks are refused on every way into the program.
#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "io/coco/coco_json.hpp"
#include "io/coco/evaluation_json.hpp"
#include "io/coco/results_json.hpp"
#include "io/dataset/dataset.hpp"
#include "io/dataset/dataset_columns.hpp"
#include "io/predictions/prediction_columns.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/core/error.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/scratch.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::json;

/// Two images of 4 x 3 pixels; every annotation but one of each test is in order.
Json good_file() {
  return Json::parse(R"({
    "images": [{"id": 1, "file_name": "a.png", "width": 4, "height": 3},
               {"id": 2, "file_name": "b.png", "width": 4, "height": 3}],
    "annotations": [
      {"id": 1, "image_id": 1, "category_id": 7, "bbox": [0, 0, 2, 2], "area": 4, "iscrowd": 0,
       "segmentation": {"size": [3, 4], "counts": [0, 5, 7]}},
      {"id": 2, "image_id": 2, "category_id": 7, "bbox": [0, 0, 2, 2], "area": 4, "iscrowd": 0,
       "segmentation": {"size": [3, 4], "counts": "057"}},
      {"id": 3, "image_id": 2, "category_id": 7, "bbox": [0, 0, 2, 2], "area": 4, "iscrowd": 0,
       "segmentation": [[0, 0, 2, 0, 2, 2]]}],
    "categories": [{"id": 7, "name": "disc"}]})");
}

std::string changed(const std::string& pointer, std::string_view value) {
  Json json = good_file();
  const Json::json_pointer place(pointer);
  if (value.empty()) {
    json[place.parent_pointer()].erase(place.back());
  } else {
    json[place] = Json::parse(value);
  }
  return json.dump();
}

class Files {
 public:
  Files() { test::write_bytes(path("good.json"), good_file().dump()); }
  [[nodiscard]] std::filesystem::path path(const std::string& name) const {
    return scratch_ / name;
  }
  [[nodiscard]] std::filesystem::path write(const std::string& text) const {
    test::write_bytes(path("bad.json"), text);
    return path("bad.json");
  }

 private:
  test::Scratch scratch_{"coco_hostile"};
};

/// Refused by the reader that packs, and also by the one that may leave annotations out.
void check_structure(const std::string& text, const std::string& part) {
  const Files files;
  const auto path = files.write(text);
  std::vector<BadAnnotation> left_out;
  for (auto* list : {static_cast<std::vector<BadAnnotation>*>(nullptr), &left_out}) {
    const std::string found = test::refusal([&] { (void)read_coco(path, list); });
    CAPTURE(found);
    CHECK(found.starts_with(path.string() + ": /"));
    CHECK(found.find(part) != std::string::npos);
  }
}

/// Refused with the hint, or left out alone.
void check_value(const std::string& text, const std::string& pointer, std::int64_t index) {
  const Files files;
  const auto path = files.write(text);
  const std::string found = test::refusal([&] { (void)read_coco(path); });
  CAPTURE(found);
  CHECK(found.starts_with(path.string() + ": " + pointer));
  CHECK(found.ends_with("(--skip-bad leaves such annotations out)"));
  std::vector<BadAnnotation> left_out;
  const CocoFile coco = read_coco(path, &left_out);
  REQUIRE(left_out.size() == 1);
  CHECK(left_out[0].index == index);
  CHECK(left_out[0].id == index + 1);
  CHECK(left_out[0].reason.starts_with(path.string() + ": " + pointer));
  CHECK(coco.annotations[0].size() + coco.annotations[1].size() == 2);
  for (const auto& list : coco.annotations) {
    for (const Annotation& a : list) CHECK(a.id != index + 1);
  }
}

}  // namespace

TEST_CASE("J1: what is no JSON is refused with its byte") {
  const std::string good = good_file().dump();
  check_structure(good + "x", "found 'x' at byte " + std::to_string(good.size()));
  check_structure(good.substr(0, good.size() - 1), "found the end of the file at byte");
  check_structure("\xEF\xBB\xBF" + good, "without a byte order mark, found one at byte 0");
  std::string wide;
  for (const char c : good) wide += {c, '\0'};
  check_structure("\xFF\xFE" + wide, "at byte 0");
  check_structure(wide, "at byte 1");
  const auto with = [&](const std::string& text) {
    std::string result = good;
    return result.replace(result.find("[0,0,2,2]"), 9, text);
  };
  for (const char* bad : {"[NaN,0,2,2]", "[0,Infinity,2,2]", "[0,0,1e400,2]", "[0,0,2,2,]",
                          "[0 0,2,2]", "\"\xC3(\""}) {
    CAPTURE(std::string(bad));
    check_structure(with(bad), "found an error in the value at byte");
  }
}

TEST_CASE("J2: a member that comes twice, at any depth") {
  const std::string good = good_file().dump();
  check_structure(good.substr(0, good.size() - 1) + R"(,"images":[]})",
                  "/images: expected every member once, found it twice");
  std::string twice = good;
  twice.replace(twice.find(R"("area":4)"), 8, R"("area":4,"\u0061rea":5)");
  check_structure(twice, "/annotations/0/area: expected every member once");
  check_structure(good.substr(0, good.size() - 1) + R"(,"info":{"a":[{"b":1,"b":1}]}})",
                  "/info/a/0/b: expected every member once, found it twice");
  const Files files;
  const std::string result =
      R"([{"image_id":1,"category_id":7,"bbox":[0,0,1,1],"score":1,"score":0}])";
  CHECK(test::refusal([&] {
          (void)read_results_json(files.write(result));
        }).find("/0: expected every member once, found \"score\" twice") != std::string::npos);
}

TEST_CASE("J3: ids of images, annotations and categories that come twice") {
  check_structure(changed("/images/1/id", "1"), "/images/1/id: expected every id once");
  check_structure(changed("/annotations/2/id", "1"), "/annotations/2/id: expected every id once");
  check_structure(changed("/categories/1", R"({"id": 7, "name": "x"})"),
                  "/categories/1/id: expected every id once");
}

TEST_CASE("J4: an image or category that is not there concerns its annotation") {
  check_value(changed("/annotations/1/image_id", "5"), "/annotations/1/image_id: expected", 1);
  check_value(changed("/annotations/0/category_id", "5"), "/annotations/0/category_id: ", 0);
}

TEST_CASE("J5: boxes that are none") {
  for (const char* box : {"", "null", "[]", "[0,0,2]", "[0,0,2,2,2]", "[0,0,-2,2]", "[\"0\",0,2,2]",
                          "[0,0,null,2]", "{\"x\":0}"}) {
    CAPTURE(std::string(box));
    check_value(changed("/annotations/0/bbox", box), "/annotations/0/bbox", 0);
  }
  check_value(changed("/annotations/2/area", "-1"), "/annotations/2/area: expected", 2);
}

// Parts outside stay: evaluation compares boxes as they are, and clipped ones would give another
// AP.
TEST_CASE("J6: a box partly outside its image stays as it is, one that misses it is none") {
  const Files files;
  const CocoFile coco = read_coco(files.write(changed("/annotations/0/bbox", "[-1,-1,9,9]")));
  CHECK(coco.annotations[0][0].bbox == std::array<double, 4>{-1, -1, 9, 9});
  check_value(changed("/annotations/0/bbox", "[5,0,2,2]"), "/annotations/0/bbox: expected", 0);
}

TEST_CASE("J7: polygons of less than three points, or with half a point") {
  for (const char* rings : {"[]", "[[]]", "[[0,0,2,0]]", "[[0,0,2,0,2,2,1]]", "[[0,0,2,0,2,null]]",
                            "[[0,0,2,0,2,2],[0,0]]", "\"x\"", "null"}) {
    CAPTURE(std::string(rings));
    check_value(changed("/annotations/2/segmentation", rings), "/annotations/2/segmentation", 2);
  }
}

namespace {

struct BadMask {
  const char* fault;
  const char* size;
  const char* counts;
  const char* text = nullptr;  ///< compressed: goes into the HDF5 files, too
};

/// All of 12 pixels in 3 x 4, were they right.
const BadMask bad_masks[] = {
    {"J8 too few", "[3,4]", "[0,5]"},
    {"J8 too many", "[3,4]", "[0,5,7,1]"},
    {"J8 none", "[3,4]", "[]"},
    {"J8 too few, text", "[3,4]", "\"05\"", "05"},
    {"J8 too many, text", "[3,4]", "\"0571\"", "0571"},
    {"J8 empty text", "[3,4]", "\"\"", ""},
    {"J9 negative", "[3,4]", "[-5,17]"},
    {"J9 fraction", "[3,4]", "[0.5,11.5]"},
    {"J9 2^32", "[3,4]", "[4294967296,12]"},
    {"J9 sum wraps in 32 bits", "[3,4]", "[4294967295,13]"},
    {"J9 a text for a run", "[3,4]", "[\"5\",7]"},
    {"J9 negative, text", "[3,4]", "\"@\\\\\"", "@\\"},
    {"J9 sum wraps, text", "[3,4]", "\"oooooo3]0\"", "oooooo3]0"},
    {"J10 unterminated", "[3,4]", "\"05W\"", "05W"},
    {"J10 overlong", "[3,4]", "\"05oooooooooooooooo0\"", "05oooooooooooooooo0"},
    {"J10 a character below", "[3,4]", "\"05 7\"", "05 7"},
    {"J10 a character above", "[3,4]", "\"05p\"", "05p"},
    {"J10 a character of two bytes", "[3,4]", "\"05\xC3\xA9\"", "05\xC3\xA9"},
    {"J10 a NUL", "[3,4]", "\"05\\u00007\"", nullptr},
    {"J11 2^31 x 2^31", "[2147483648,2147483648]", "[0,5,7]"},
    {"J11 product wraps to 0", "[65536,65536]", "[]"},
    {"J11 none", "[0,0]", "[]"},
    {"J11 negative", "[-3,-4]", "[0,5,7]"},
    {"J11 one number", "[12]", "[0,5,7]"},
};

std::string mask_json(const BadMask& mask) {
  return fmt::format(R"({{"size":{},"counts":{}}})", mask.size, mask.counts);
}

}  // namespace

TEST_CASE("J8 J9 J10 J11: masks that are none, in files to pack") {
  for (const BadMask& mask : bad_masks) {
    CAPTURE(std::string(mask.fault));
    check_value(changed("/annotations/1/segmentation", mask_json(mask)),
                "/annotations/1/segmentation", 1);
  }
  // Of a mask, but not of this image's.
  for (const char* size : {"[4,3]", "[6,2]", "[1,12]"}) {
    check_value(changed("/annotations/0/segmentation/size", size),
                "/annotations/0/segmentation/size: expected [3,4]", 0);
  }
}

TEST_CASE("J8 J9 J10 J11: masks that are none, in files to evaluate") {
  const Files files;
  const auto truth = read_coco_truth(files.path("good.json"), {.shapes = true}).columns;
  for (const BadMask& mask : bad_masks) {
    CAPTURE(std::string(mask.fault));
    const auto annotations = files.write(changed("/annotations/1/segmentation", mask_json(mask)));
    CHECK(test::refusal([&] {
            (void)read_coco_truth(annotations, {.shapes = true});
          }).find(": /annotations/1/segmentation") != std::string::npos);
    for (const char* box : {"", "\"bbox\":[0,0,2,2],"}) {
      const auto results = files.write(
          fmt::format(R"([{{"image_id":1,"category_id":7,"score":0.5,{}"segmentation":{}}}])", box,
                      mask_json(mask)));
      CHECK(test::refusal([&] {
              (void)read_coco_results(results, truth,
                                      {.boxes = true, .shapes = true, .check_shapes = true});
            }).find(": /0/segmentation") != std::string::npos);
    }
  }
}

TEST_CASE("J8 J9 J10 J11: masks that are none, in HDF5 files") {
  const Files files;
  const auto truth = read_coco_truth(files.path("good.json"), {.shapes = true}).columns;
  for (const BadMask& mask : bad_masks) {
    if (mask.text == nullptr) continue;
    CAPTURE(std::string(mask.fault));
    DatasetWriter writer(files.path("data.h5"), {.categories = {{7, "disc", "", ""}}});
    Annotation a;
    a.id = 1;
    a.category_id = 7;
    a.segmentation = RleText{3, 4, mask.text};
    writer.append({{0, 1, "a.png", 4, 3, ""}, {}, {a}, {}});
    writer.close();
    CHECK(test::refusal([&] {
            (void)read_dataset_columns(files.path("data.h5"), {.shapes = true});
          }).find("data.h5: /annotations/segmentation: row 0 (annotation 1): ") !=
          std::string::npos);

    ResultColumns results;
    results.first = {0, 1, 1};
    results.categories = {0};
    results.scores = {0.5};
    results.boxes = {{0, 0, 2, 2}};
    results.shapes.add_text(3, 4, mask.text);
    results.image_processed = {1, 1};
    const auto path = files.path("predictions.h5");
    write_prediction_columns(path, truth, results);
    CHECK(test::refusal([&] {
            (void)read_prediction_columns(path, truth, {.shapes = true, .check_shapes = true});
          }).find("predictions.h5: /detections/mask_counts: row 0: ") != std::string::npos);
    CHECK(test::refusal([&] {
            (void)PredictionsReader(path).read(0, IouType::segm);
          }).find("predictions.h5: /detections/mask_counts") != std::string::npos);
  }
}

TEST_CASE("J12: ids that are no integers, or not the same to every reader") {
  for (const char* id : {"\"1\"", "1.5", "1.0", "null", "true", "9007199254740993",
                         "-9007199254740993", "18446744073709551616", "1e3", "[1]"}) {
    CAPTURE(std::string(id));
    for (const char* place : {"/images/0/id", "/annotations/0/id", "/annotations/0/image_id",
                              "/annotations/0/category_id", "/categories/0/id"}) {
      check_structure(changed(place, id), std::string(place) + ": expected an integer");
    }
  }
  check_structure(changed("/annotations/0/id", ""), "/annotations/0/id: expected the member");
}

// As in Python, where integers have no bounds and 3.0 is the key 3.
TEST_CASE("J12: evaluation takes every id of 64 bits exactly, and no other") {
  const Files files;
  const auto ids_of = [&](const std::string& id) {
    return read_coco_truth(files.write(changed("/images/0/id", id)), {}).columns.image_ids;
  };
  CHECK(std::ranges::count(ids_of("9007199254740993"), 9007199254740993) == 1);
  CHECK(std::ranges::count(ids_of("1.0"), 1) == 1);
  for (const char* id : {"\"1\"", "1.5", "null", "true", "9223372036854775808"}) {
    CAPTURE(std::string(id));
    CHECK(test::refusal([&] { (void)ids_of(id); }).find("/images/0/id: expected an integer") !=
          std::string::npos);
  }
}

TEST_CASE("J13: nesting beyond 64 levels") {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  const std::string good = good_file().dump();
  const auto with = [&](std::size_t levels) {
    return good.substr(0, good.size() - 1) + R"(,"info":)" + nested(levels) + "}";
  };
  const Files files;
  CHECK(test::refusal([&] { (void)read_coco(files.write(with(60))); }) == "accepted");
  check_structure(with(66), "/info: expected valid JSON");
  check_structure(with(1'000'000), "/info: expected valid JSON");
}

TEST_CASE("J14: names that lead out of the folder") {
  for (const char* name : {"\"\"", "\"/etc/passwd\"", "\"../a.png\"", "\"x/../../a.png\"", "\"..\"",
                           "\"a\\u0000.png\"", "\"x/\"", "7", "null"}) {
    CAPTURE(std::string(name));
    check_structure(changed("/images/0/file_name", name), "/images/0/file_name: expected ");
  }
  check_structure(changed("/images/0/file_name", "\"b.png\""), "expected every file_name once");
}

TEST_CASE("J15: results with a score that is no number, or of an image that is not there") {
  const Files files;
  const auto truth = read_coco_truth(files.path("good.json"), {}).columns;
  const auto with = [&](const char* image, const char* score) {
    const auto path = files.write(fmt::format(
        R"([{{"image_id":{},"category_id":7,"bbox":[0,0,1,1],"score":{}}}])", image, score));
    return test::refusal([&] { (void)read_coco_results(path, truth, {.boxes = true}); });
  };
  CHECK(with("1", "0.5") == "accepted");
  for (const char* score : {"NaN", "Infinity", "-Infinity", "1e400", "null", "\"0.5\"", "[]"}) {
    CAPTURE(std::string(score));
    CHECK(with("1", score).find("bad.json: /0/score: expected ") != std::string::npos);
  }
  CHECK(with("3", "0.5")
            .find("/0/image_id: expected the id of an image of the ground truth, found "
                  "3") != std::string::npos);
}

}  // namespace roiflow
