#include "io/coco/region_json.hpp"

#include <cmath>
#include <limits>

#include "stages/core/error.hpp"
#include "stages/masks/rle.hpp"

namespace roiflow {
namespace {

constexpr double furthest = 1e6;  // pixels; farther, the reference's grid overflows
constexpr std::size_t numbers_of_a_box = 4;

}  // namespace

std::array<double, 4> read_box(JsonCursor& json) {
  const char* from = json.mark();
  std::array<double, 4> box{};
  if (json.peek() != '[' || json.numbers(box) != box.size()) {
    json.refuse(from, "4 numbers (x, y, width, height)");
  }
  return box;
}

void read_keypoints(JsonCursor& json, std::vector<double>& out, std::size_t& points) {
  const char* from = json.mark();
  const std::size_t before = out.size();
  if (json.peek() != '[') json.refuse(from, "an array of numbers");
  json.numbers(out);
  const std::size_t count = out.size() - before;
  if (count == 0 || count % 3 != 0) json.refuse(from, "x, y and visibility of every keypoint");
  if (points == 0) points = count / 3;
  if (count != 3 * points) {
    json.refuse(from, fmt::format("{} keypoints, as objects before have", points));
  }
}

void ShapeJson::read(JsonCursor& json) {
  coordinates_.clear();
  ring_sizes_.clear();
  runs_.clear();
  const char* from = json.mark();
  if (json.peek() == '{') {
    read_run_lengths(json);
  } else if (json.peek() == '[') {
    kind_ = ShapeKind::polygons;
    read_rings(json);
    if (ring_sizes_.empty()) json.refuse(from, "at least one polygon");
    if (ring_sizes_[0] == numbers_of_a_box) {
      json.refuse(from,
                  "a first polygon of more than two points (pycocotools takes four numbers for a "
                  "box, and fails)");
    }
    if (ring_sizes_[0] < numbers_of_a_box) json.refuse(from, "a first polygon of three points");
  } else {
    json.refuse(from, "polygons (an array) or run lengths (an object)");
  }
}

void ShapeJson::read_rings(JsonCursor& json) {
  json.elements([&] {
    const char* from = json.mark();
    if (json.peek() != '[') json.refuse(from, "a polygon (an array of numbers)");
    read_ring(json);
    if (ring_sizes_.back() < 2) json.refuse(from, "a polygon with a point");
  });
}

void ShapeJson::read_ring(JsonCursor& json) {
  const std::size_t before = coordinates_.size();
  json.elements([&] {
    const char* from = json.mark();
    const double value = json.number();
    if (std::abs(value) > furthest) json.refuse(from, "a coordinate within a million pixels");
    coordinates_.push_back(value);
  });
  ring_sizes_.push_back(static_cast<std::uint32_t>(coordinates_.size() - before));
}

/// {"size": [height, width], "counts": text or list}; other members are passed over.
void ShapeJson::read_run_lengths(JsonCursor& json) {
  const char* from = json.mark();
  bool size = false, counts = false;
  json.members([&](std::string_view key) {
    if (key == "size") {
      size = true;
      read_size(json);
    } else if (key == "counts") {
      counts = true;
      read_runs(json);
    } else {
      json.skip();
    }
  });
  if (!size) json.refuse(from, "run lengths with the member \"size\"");
  if (!counts) json.refuse(from, "run lengths with the member \"counts\"");
}

void ShapeJson::read_size(JsonCursor& json) {
  const char* from = json.mark();
  std::array<std::int64_t, 2> extents{};
  std::size_t count = 0;
  if (json.peek() == '[') {
    json.elements([&] {
      const std::int64_t extent = json.integer();
      if (count < extents.size()) extents[count] = extent;
      ++count;
    });
  }
  const auto valid = [](std::int64_t extent) {
    return extent > 0 && extent <= std::numeric_limits<int>::max();
  };
  const bool fits = count == 2 && valid(extents[0]) && valid(extents[1]) &&
                    extents[0] * extents[1] <= std::numeric_limits<std::uint32_t>::max();
  if (!fits) json.refuse(from, "a size [height, width] of 1 to 2^32 - 1 pixels");
  height_ = static_cast<int>(extents[0]);
  width_ = static_cast<int>(extents[1]);
}

void ShapeJson::read_runs(JsonCursor& json) {
  const char* from = json.mark();
  if (json.peek() == '"') {
    kind_ = ShapeKind::text;
    text_ = json.text(unescaped_);
    return;
  }
  if (json.peek() != '[') json.refuse(from, "run lengths as a text or an array");
  kind_ = ShapeKind::runs;
  runs_.clear();
  json.elements([&] {
    const char* run_from = json.mark();
    const std::int64_t run = json.integer();
    if (run < 0 || run > std::numeric_limits<std::uint32_t>::max()) {
      json.refuse(run_from, "a run from 0 to 2^32 - 1");
    }
    runs_.push_back(static_cast<std::uint32_t>(run));
  });
}

void ShapeJson::add_to(ShapePool& pool) const {
  switch (kind_) {
    case ShapeKind::none:
      return pool.add_none();
    case ShapeKind::polygons:
      return pool.add_polygons(coordinates_, ring_sizes_);
    case ShapeKind::runs:
      return pool.add_runs(height_, width_, runs_);
    case ShapeKind::text:
      return pool.add_text(height_, width_, text_);
  }
}

Rle ShapeJson::mask() const {
  if (kind_ == ShapeKind::text) return from_text(text_, height_, width_);
  Rle rle{height_, width_, runs_};
  check(rle);
  return rle;
}

}  // namespace roiflow
