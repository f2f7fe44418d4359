#include "io/coco/coco_records.hpp"

#include <cmath>
#include <limits>

#include "io/file_name.hpp"
#include "stages/masks/rle.hpp"

namespace roiflow {
namespace {

constexpr std::int64_t most_pixels_a_side = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t most_run = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t least_ring_numbers = 6;  // three points

std::array<double, 4> box(const JsonValue& value) {
  const std::vector<double> numbers = value.numbers();
  if (numbers.size() != 4) value.refuse("4 numbers (x, y, width, height)");
  if (numbers[2] < 0 || numbers[3] < 0) value.refuse("a width and height that are not negative");
  return {numbers[0], numbers[1], numbers[2], numbers[3]};
}

Polygons polygons(const JsonValue& value) {
  Polygons result;
  for (const JsonValue& ring : value.array()) {
    std::vector<double> numbers = ring.numbers();
    if (numbers.size() % 2 != 0 || numbers.size() < least_ring_numbers) {
      ring.refuse("an even count of at least 6 numbers (x and y of three points or more)",
                  fmt::format("{} numbers", numbers.size()));
    }
    result.rings.push_back(std::move(numbers));
  }
  if (result.rings.empty()) value.refuse("at least one polygon (or leave the member out)");
  return result;
}

/// Run lengths must be those of a mask: `check` and `from_text` say what is wrong.
template <class Check>
void require_mask(const JsonValue& counts, Check&& check_mask) {
  try {
    check_mask();
  } catch (const Error& error) {
    counts.refuse("run lengths that fill the mask", error.what());
  }
}

Segmentation run_lengths(const JsonValue& value) {
  JsonMembers members(value);
  const JsonValue size = members.required("size");
  const auto extents = size.array();
  if (extents.size() != 2) size.refuse("2 integers (height, width)");
  const auto height = static_cast<int>(extents[0].integer(1, most_pixels_a_side));
  const auto width = static_cast<int>(extents[1].integer(1, most_pixels_a_side));
  const JsonValue counts = members.required("counts");
  if (counts.is_text()) {
    RleText text{height, width, counts.text()};
    require_mask(counts, [&] { (void)from_text(text.counts, height, width); });
    return text;
  }
  Rle rle{height, width, {}};
  for (const JsonValue& run : counts.array()) {
    rle.runs.push_back(static_cast<std::uint32_t>(run.integer(0, most_run)));
  }
  require_mask(counts, [&] { check(rle); });
  return rle;
}

Segmentation segmentation(const JsonValue& value) {
  if (value.is_array()) return polygons(value);
  if (value.is_object()) return run_lengths(value);
  value.refuse("polygons (an array) or run lengths (an object)");
}

/// `difficult` is PASCAL VOC's; 0 is what the column says anyway, but then the member must be kept.
bool take_difficult(JsonMembers& members, const simdjson::dom::object& object) {
  simdjson::dom::element value;
  if (object.at_key("difficult").get(value) != simdjson::SUCCESS) return false;
  std::int64_t number = 0;
  if (value.get(number) != simdjson::SUCCESS || number != 1) return false;
  return members.required("difficult").flag();
}

}  // namespace

ImageRecord image_record(const JsonValue& object) {
  JsonMembers members(object);
  ImageRecord record;
  record.id = members.required("id").id();
  const JsonValue name = members.required("file_name");
  record.file_name = name.text();
  const std::string_view problem = file_name_problem(record.file_name);
  if (!problem.empty()) {
    name.refuse("a path below the image directory",
                fmt::format("{}: {}", problem, name.minified()));
  }
  record.width = static_cast<int>(members.required("width").integer(1, most_pixels_a_side));
  const JsonValue height = members.required("height");
  record.height = static_cast<int>(height.integer(1, most_pixels_a_side));
  if (std::int64_t{record.width} * record.height > most_run) {
    height.refuse("an image of less than 2^32 pixels",
                  fmt::format("{} x {}", record.width, record.height));
  }
  record.extra = members.extra();
  return record;
}

Category category(const JsonValue& object) {
  JsonMembers members(object);
  Category result;
  result.id = members.required("id").id();
  result.name = members.required("name").text();
  simdjson::dom::element parent;
  const bool has_parent = object.object().at_key("supercategory").get(parent) == simdjson::SUCCESS;
  // "" and null are not the same as no member: they stay in `extra`.
  if (has_parent && parent.is_string() && !parent.get_string().value().empty()) {
    result.supercategory = members.required("supercategory").text();
  }
  result.extra = members.extra();
  return result;
}

ParsedAnnotation annotation_ids(const JsonValue& object) {
  JsonMembers members(object);
  ParsedAnnotation result;
  result.annotation.id = members.required("id").id();
  result.image_id = members.required("image_id").id();
  result.annotation.category_id = members.required("category_id").id();
  return result;
}

void read_values(const JsonValue& object, Annotation& out) {
  JsonMembers members(object);
  for (const char* name : {"id", "image_id", "category_id"}) (void)members.required(name);
  out.bbox = box(members.required("bbox"));
  const JsonValue area = members.required("area");
  out.area = area.number();
  if (out.area < 0) area.refuse("an area that is not negative");
  if (const auto crowd = members.optional("iscrowd")) out.iscrowd = crowd->flag();
  out.difficult = take_difficult(members, object.object());
  if (const auto mask = members.optional("segmentation")) out.segmentation = segmentation(*mask);
  out.extra = members.extra();
}

}  // namespace roiflow
