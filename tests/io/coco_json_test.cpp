/// COCO JSON: records come out as they stand in the file, everything else is refused by name.
#include "io/coco/coco_json.hpp"

#include <algorithm>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "stages/core/error.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/shared_data.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const char* const valid = R"({
  "info": {"year": 2017, "note": "a\"b\\"},
  "annotations": [
    {"id": 5, "image_id": 2, "category_id": 7, "bbox": [1, 2.5, 3, 4], "area": 6.25, "iscrowd": 0,
     "segmentation": [[1, 1, 5, 1, 5, 5.5]], "keypoints": [1, 2, 2]},
    {"id": 4, "image_id": 1, "category_id": 7, "bbox": [0, 0, 3, 4], "area": 12, "iscrowd": 1,
     "segmentation": {"counts": [2, 1, 1, 2], "size": [2, 3]}},
    {"id": 9, "image_id": 2, "category_id": 7, "bbox": [0, 0, 0, 0], "area": 0, "iscrowd": 0},
    {"id": 3, "image_id": 1, "category_id": 7, "bbox": [0, 0, 3, 4], "area": 12, "iscrowd": 1,
     "segmentation": {"counts": "2111", "size": [2, 3]}, "difficult": 1}],
  "images": [{"id": 1, "file_name": "dir/a.jpg", "width": 3, "height": 2, "license": 3},
             {"id": 2, "file_name": "b.jpg", "width": 30, "height": 20}],
  "categories": [{"id": 7, "name": "disc", "supercategory": "shape", "keypoints": ["nose"]}]})";

CocoFile read_text(std::string_view text) {
  const test::Scratch scratch("coco_json");
  test::write_bytes(scratch / "ann.json", text);
  return read_coco(scratch / "ann.json");
}

std::string refusal(std::string_view text) {
  try {
    (void)read_text(text);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_data);
    return error.what();
  }
  return "accepted";
}

/// The valid file with one place changed ("/annotations/0/bbox"), or removed if `value` is empty.
std::string changed(const std::string& pointer, std::string_view value) {
  Json json = Json::parse(valid);
  if (value.empty()) {
    const Json::json_pointer place(pointer);
    json[place.parent_pointer()].erase(place.back());
  } else {
    json[Json::json_pointer(pointer)] = Json::parse(value);
  }
  return json.dump();
}

TEST_CASE("coco_json: every member has its place, file order is kept") {
  const CocoFile coco = read_text(valid);
  REQUIRE(coco.images.size() == 2);
  CHECK(coco.images[0].file_name == "dir/a.jpg");
  CHECK(coco.images[0].extra == R"({"license":3})");
  CHECK(coco.images[1].index == 1);
  CHECK(coco.images[1].width == 30);
  CHECK(coco.extra == R"({"info":{"year":2017,"note":"a\"b\\"}})");
  REQUIRE(coco.categories.size() == 1);
  CHECK(coco.categories[0].supercategory == "shape");
  CHECK(coco.categories[0].extra == R"({"keypoints":["nose"]})");
  REQUIRE(coco.annotations[0].size() == 2);
  REQUIRE(coco.annotations[1].size() == 2);
  CHECK(coco.annotations[0][0].segmentation == Segmentation(Rle{2, 3, {2, 1, 1, 2}}));
  CHECK(coco.annotations[0][0].iscrowd);
  CHECK(coco.annotations[0][1].segmentation == Segmentation(RleText{2, 3, "2111"}));
  CHECK(coco.annotations[0][1].difficult);
  CHECK(coco.annotations[0][1].extra.empty());
  CHECK(coco.annotations[1][0].id == 5);
  CHECK(coco.annotations[1][0].bbox == std::array<double, 4>{1, 2.5, 3, 4});
  CHECK(coco.annotations[1][0].segmentation == Segmentation(Polygons{{{1, 1, 5, 1, 5, 5.5}}}));
  CHECK(coco.annotations[1][0].extra == R"({"keypoints":[1,2,2]})");
  CHECK(coco.annotations[1][1].segmentation.index() == 0);
}

TEST_CASE("coco_json: refusals name file, pointer, expected and found") {
  struct Case {
    const char* pointer;
    const char* value;  // "": the member is removed
    const char* text;
  };
  const Case cases[] = {
      {"/images/0/id", "", R"(/images/0/id: expected the member "id", found none)"},
      {"/images/1/id", "1", "/images/1/id: expected every id once, found 1 also at /images/0"},
      {"/images/1/id", "1.5", "/images/1/id: expected an integer"},
      {"/images/1/id", "9007199254740993", "/images/1/id: expected an integer"},
      {"/images/0/file_name", "", "/images/0/file_name: expected the member"},
      {"/images/0/file_name", "\"/etc/passwd\"", "an absolute path"},
      {"/images/0/file_name", "\"a/../../b\"", "a '..' component"},
      {"/images/0/file_name", "\"b.jpg\"", "expected every file_name once, found b.jpg"},
      {"/images/0/width", "", "/images/0/width: expected the member"},
      {"/images/0/width", "0", "/images/0/width: expected an integer from 1"},
      {"/images/0/height", "\"2\"",
       "/images/0/height: expected an integer from 1 to 2147483647, found \"2\""},
      {"/annotations/1/id", "5", "/annotations/1/id: expected every id once"},
      {"/annotations/1/id", "", "/annotations/1/id: expected the member"},
      {"/annotations/2/image_id", "77",
       "/annotations/2/image_id: expected the id of an image, found 77"},
      {"/annotations/2/category_id", "8",
       "/annotations/2/category_id: expected the id of a category, found 8"},
      {"/annotations/0/bbox", "", "/annotations/0/bbox: expected the member"},
      {"/annotations/0/bbox", "[1,2,3]",
       "/annotations/0/bbox: expected 4 numbers (x, y, width, height), found [1,2,3]"},
      {"/annotations/0/bbox", "[1,2,-3,4]",
       "/annotations/0/bbox: expected a width and height that are not negative"},
      {"/annotations/0/bbox", "[1,null,3,4]",
       "/annotations/0/bbox/1: expected a number, found null"},
      {"/annotations/0/bbox", "[31,0,3,4]",
       "/annotations/0/bbox: expected a box that touches its image of 30 x 20 pixels"},
      {"/annotations/0/area", "", "/annotations/0/area: expected the member"},
      {"/annotations/0/area", "-1",
       "/annotations/0/area: expected an area that is not negative, found -1"},
      {"/annotations/0/iscrowd", "2",
       "/annotations/0/iscrowd: expected an integer from 0 to 1, found 2"},
      {"/annotations/0/segmentation", "[[1,2,3,4]]",
       "/annotations/0/segmentation/0: expected an even count of at least 6 numbers"},
      {"/annotations/0/segmentation", "[[1,2,3,4,5,6,7]]", "found 7 numbers"},
      {"/annotations/0/segmentation", "[]",
       "/annotations/0/segmentation: expected at least one polygon"},
      {"/annotations/1/segmentation/counts", "[2,1,1,3]",
       "must sum to height x width = 2 x 3 = 6, found 7"},
      {"/annotations/1/segmentation/counts", "[-2,8]",
       "/annotations/1/segmentation/counts/0: expected an integer from 0"},
      {"/annotations/1/segmentation/size", "[3,2]",
       "/annotations/1/segmentation/size: expected [2,3]"},
      {"/categories/0/name", "", "/categories/0/name: expected the member"},
      {"/categories", "", "/categories: expected an array (it may be empty), found no such member"},
      {"/annotations", "{}", "/annotations: expected an array, found '{'"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.pointer));
    CAPTURE(std::string(c.value));
    const std::string text = refusal(changed(c.pointer, c.value));
    CAPTURE(text);
    CHECK(text.find("ann.json: ") != std::string::npos);
    CHECK(text.find(c.text) != std::string::npos);
  }
}

TEST_CASE("coco_json: text that is no JSON is refused, wherever it is cut") {
  const std::string whole = valid;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    REQUIRE(refusal(whole.substr(0, length)) != "accepted");
  }
  CHECK(refusal(whole + " \n") == "accepted");
  CHECK(refusal(whole + "{}").find("expected nothing after the closing bracket") !=
        std::string::npos);
  CHECK(refusal("[]").find("expected an object, found '['") != std::string::npos);
}

TEST_CASE("coco_json: a value longer than the reader's block") {
  const std::string note(3'000'000, 'x');
  const CocoFile coco = read_text(changed("/info/note", '"' + note + '"'));
  CHECK(Json::parse(coco.extra)["info"]["note"] == note);
}

TEST_CASE("coco_json: a missing file") {
  try {
    (void)read_coco("/nonexistent/ann.json");
    FAIL("expected an error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::no_input);
  }
}

TEST_CASE("coco_json: what is written reads back the same") {
  const test::Scratch scratch("coco_json_write");
  const CocoFile first = read_text(valid);
  CocoWriter writer(scratch / "out.json", first.categories, first.extra);
  for (std::size_t i = 0; i < first.images.size(); ++i) {
    writer.append(first.images[i], first.annotations[i]);
  }
  writer.close();
  Json expected = Json::parse(valid);
  Json found = Json::parse(test::read_bytes(scratch / "out.json"));
  const auto by_id = [](const Json& a, const Json& b) { return a["id"] < b["id"]; };
  std::sort(expected["annotations"].begin(), expected["annotations"].end(), by_id);
  std::sort(found["annotations"].begin(), found["annotations"].end(), by_id);
  CHECK(found == expected);
  CHECK(std::distance(fs::directory_iterator(scratch.path()), {}) == 1);
}

// The name of each file says what must happen to it. One is judged otherwise here: the COCO data
// set itself has polygons that cross themselves, and rasterising defines what they cover.
TEST_CASE("coco_json: an `extra` nested too deep is refused, not followed down the stack") {
  const test::Scratch scratch("coco_json_deep");
  CocoWriter writer(scratch / "deep.json", {}, "");
  ImageRecord image{0, 1, "a.png", 4, 3, {}};
  image.extra = R"({"x":)" + std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}";
  CHECK_THROWS_WITH_AS(writer.append(image, {}),
                       "a record's `extra`: expected JSON nested at most 65 deep, found more",
                       Error);
}

TEST_CASE("coco_json: hostile files") {
  const fs::path folder = test::shared_data() / "hostile" / "coco_derived";
  if (!fs::exists(folder)) {
    MESSAGE("SKIPPED coco_json: hostile files: no folder " << folder.string());
    return;
  }
  int refused = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name == "bad__polygon_self_intersecting.json") continue;
    CAPTURE(name);
    if (name.starts_with("ok__")) CHECK_NOTHROW((void)read_coco(entry.path()));
    if (!name.starts_with("bad__")) continue;
    ++refused;
    try {
      (void)read_coco(entry.path());
      FAIL_CHECK("accepted");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_data);
      CHECK(std::string(error.what()).find(name + ": /") != std::string::npos);
    }
  }
  CHECK(refused > 30);
}

TEST_CASE("coco_json: real annotations") {
  const fs::path file = test::shared_data() / "coco_mini/annotations/instances_val2017.json";
  if (!fs::exists(file)) {
    MESSAGE("SKIPPED coco_json: real annotations: no file " << file.string());
    return;
  }
  const CocoFile coco = read_coco(file);
  CHECK(coco.images.size() == 80);
  CHECK(coco.categories.size() == 80);
  std::size_t annotations = 0;
  for (const auto& list : coco.annotations) annotations += list.size();
  CHECK(annotations == 815);
}

}  // namespace
}  // namespace roiflow
