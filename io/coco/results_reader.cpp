#include <cstddef>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "io/coco/results_json.hpp"
#include "io/json/json_cursor.hpp"
#include "stages/core/error.hpp"
#include "stages/masks/polygon.hpp"
#include "stages/masks/rle.hpp"

namespace roiflow {
namespace {

namespace json = simdjson::ondemand;

/// Where we are in the file, for messages: set as the reader goes along.
struct Place {
  std::string file;
  std::size_t record = 0;
  std::string_view member;  ///< or empty

  [[nodiscard]] std::string text() const {
    return member.empty() ? fmt::format("{}: /{}", file, record)
                          : fmt::format("{}: /{}/{}", file, record, member);
  }
};

/// An empty list counts as no box, as in the COCO API.
std::optional<std::array<double, 4>> read_box(json::value value, const Place& place) {
  std::array<double, 4> box{};
  std::size_t count = 0;
  for (auto number : value.get_array()) {
    require(count < box.size(), ErrorCode::bad_data,
            "{}: must be [x, y, width, height], found more", place.text());
    box[count++] = number.get_double();
  }
  if (count == 0) return std::nullopt;
  require(count == box.size(), ErrorCode::bad_data,
          "{}: must be [x, y, width, height], found {} numbers", place.text(), count);
  return box;
}

Polygons read_polygons(json::value value) {
  Polygons polygons;
  for (auto ring : value.get_array()) {
    auto& numbers = polygons.rings.emplace_back();
    for (auto number : ring.get_array()) numbers.push_back(number.get_double());
  }
  return polygons;
}

int read_extent(json::value value, const Place& place) {
  const std::int64_t extent = value.get_int64();
  constexpr std::int64_t largest = 1 << 24;
  require(extent >= 0 && extent <= largest, ErrorCode::bad_data,
          "{}/size: must be between 0 and {} pixels, found {}", place.text(), largest, extent);
  return static_cast<int>(extent);
}

/// {"size": [height, width], "counts": text or list}
Segmentation read_run_lengths(json::value value, const Place& place) {
  Rle rle;
  std::optional<std::string> text;
  std::size_t extents = 0;
  bool counts = false;
  for (auto field : value.get_object()) {
    const std::string_view key = field.unescaped_key();
    if (key == "size") {
      extents = 0;
      for (auto extent : field.value().get_array()) {
        (extents == 0 ? rle.height : rle.width) = read_extent(extent.value(), place);
        ++extents;
      }
    } else if (key == "counts") {
      counts = true;
      json::value content = field.value();
      if (content.type() == json::json_type::string) {
        text = std::string(std::string_view(content.get_string()));
        continue;
      }
      for (auto run : content.get_array()) {
        const std::uint64_t length = run.get_uint64();
        require(length <= std::numeric_limits<std::uint32_t>::max(), ErrorCode::bad_data,
                "{}/counts: a run must be below 2^32, found {}", place.text(), length);
        rle.runs.push_back(static_cast<std::uint32_t>(length));
      }
    }
  }
  require(extents == 2, ErrorCode::bad_data, "{}/size: must be [height, width], found {} numbers",
          place.text(), extents);
  require(counts, ErrorCode::bad_data, "{}/counts: is missing", place.text());
  if (text) return RleText{rle.height, rle.width, std::move(*text)};
  return rle;
}

Segmentation read_segmentation(json::value value, const Place& place) {
  if (value.type() == json::json_type::array) return read_polygons(value);
  return read_run_lengths(value, place);
}

ResultRecord read_record(json::value value, Place& place) {
  ResultRecord record;
  bool image = false, category = false, score = false;
  for (auto field : value.get_object()) {
    const std::string_view key = field.unescaped_key();
    if (key == "image_id") {
      place.member = "image_id";
      record.image_id = field.value().get_int64();
      image = true;
    } else if (key == "category_id") {
      place.member = "category_id";
      record.category_id = field.value().get_int64();
      category = true;
    } else if (key == "score") {
      place.member = "score";
      record.score = field.value().get_double();
      score = true;
    } else if (key == "bbox") {
      place.member = "bbox";
      record.bbox = read_box(field.value(), place);
    } else if (key == "segmentation") {
      place.member = "segmentation";
      record.segmentation = read_segmentation(field.value(), place);
    }
    place.member = {};
  }
  require(image && category && score, ErrorCode::bad_data, "{}: \"{}\" is missing", place.text(),
          !image      ? "image_id"
          : !category ? "category_id"
                      : "score");
  return record;
}

/// The first record decides what all of them must have.
void check_kind(const ResultRecord& record, ResultsFile& file, const Place& place) {
  const bool has_mask = !std::holds_alternative<std::monostate>(record.segmentation);
  if (place.record == 0) {
    require(record.bbox || has_mask, ErrorCode::bad_data,
            "{}: \"bbox\" or \"segmentation\" is needed, found neither", place.text());
    file.has_boxes = record.bbox.has_value();
  }
  require(file.has_boxes ? record.bbox.has_value() : has_mask, ErrorCode::bad_data,
          "{}: \"{}\" is missing, which the first record has", place.text(),
          file.has_boxes ? "bbox" : "segmentation");
}

}  // namespace

ResultsFile read_results_json(const std::filesystem::path& path) {
  Place place{path.string(), 0, {}};
  require(std::filesystem::is_regular_file(path), ErrorCode::no_input,
          "{}: no such file (a COCO results file is expected)", place.file);
  // simdjson's on-demand reader looks at no more than it is asked for.
  JsonCursor all(path);
  all.elements([&, record = std::size_t{0}]() mutable {
    all.place("", record++);
    all.whole([&] { all.skip(); });
  });
  all.end();
  ResultsFile file;
  try {
    const simdjson::padded_string text = simdjson::padded_string::load(place.file);
    json::parser parser;
    json::document document = parser.iterate(text);
    require(document.type() == json::json_type::array, ErrorCode::bad_data,
            "{}: a COCO results file is a list of records, found something else", place.file);
    for (auto element : document.get_array()) {
      file.records.push_back(read_record(element.value(), place));
      check_kind(file.records.back(), file, place);
      ++place.record;
    }
    const char* rest = nullptr;
    require(document.current_location().get(rest) != simdjson::SUCCESS, ErrorCode::bad_data,
            "{}: the file must end after the list, found more", place.file);
  } catch (const simdjson::simdjson_error& error) {
    fail(ErrorCode::bad_data, "{}: {}", place.text(), error.what());
  }
  return file;
}

DetectionResult complete(const ResultRecord& record, bool has_boxes, IouType type, int height,
                         int width) {
  DetectionResult result{record.category_id, record.score, {}, std::nullopt, 0};
  const bool has_mask = !std::holds_alternative<std::monostate>(record.segmentation);
  if (has_mask && (type == IouType::segm || !has_boxes)) {
    result.mask = to_rle(record.segmentation, height, width);
  } else if (type == IouType::segm) {
    result.mask = rasterise_box(*record.bbox, height, width);
  }
  result.bbox = record.bbox ? *record.bbox : bounding_box(*result.mask);
  result.area =
      has_boxes ? result.bbox[2] * result.bbox[3] : static_cast<double>(area(*result.mask));
  return result;
}

}  // namespace roiflow
