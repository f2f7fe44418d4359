#include <cmath>
#include <fstream>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "io/coco/coco_json.hpp"
#include "io/input_file.hpp"
#include "io/json/shallow_json.hpp"
#include "io/pending_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

void merge_extra(Json& object, const std::string& extra) {
  if (extra.empty()) return;
  const Json members = parse_shallow(extra, "a record's `extra`");
  require(members.is_object(), ErrorCode::bad_data,
          "a record's `extra` must be a JSON object, found {}", extra);
  for (const auto& [key, value] : members.items()) object[key] = value;
}

Json to_json(const ImageRecord& image) {
  Json object = {{"id", image.id},
                 {"file_name", image.file_name},
                 {"width", image.width},
                 {"height", image.height}};
  merge_extra(object, image.extra);
  return object;
}

Json to_json(const Category& category) {
  Json object = {{"id", category.id}, {"name", category.name}};
  if (!category.supercategory.empty()) object["supercategory"] = category.supercategory;
  merge_extra(object, category.extra);
  return object;
}

/// Whole numbers without a fraction, as COCO's own files have them; -0.0 stays what it is.
Json number(double value) {
  constexpr double exact = 9007199254740992.0;  // 2^53
  const bool whole = value >= -exact && value <= exact && !(value == 0 && std::signbit(value)) &&
                     static_cast<double>(static_cast<std::int64_t>(value)) == value;
  return whole ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

Json numbers(std::span<const double> values) {
  Json array = Json::array();
  for (const double value : values) array.push_back(number(value));
  return array;
}

Json to_json(const Segmentation& segmentation) {
  if (const auto* polygons = std::get_if<Polygons>(&segmentation)) {
    Json rings = Json::array();
    for (const auto& ring : polygons->rings) rings.push_back(numbers(ring));
    return rings;
  }
  if (const auto* rle = std::get_if<Rle>(&segmentation)) {
    return {{"counts", rle->runs}, {"size", {rle->height, rle->width}}};
  }
  const auto& text = std::get<RleText>(segmentation);
  return {{"counts", text.counts}, {"size", {text.height, text.width}}};
}

Json to_json(const Annotation& a, std::int64_t image_id) {
  Json object = {{"id", a.id},
                 {"image_id", image_id},
                 {"category_id", a.category_id},
                 {"bbox", numbers(a.bbox)},
                 {"area", number(a.area)},
                 {"iscrowd", a.iscrowd ? 1 : 0}};
  if (a.difficult) object["difficult"] = 1;
  if (a.segmentation.index() != 0) object["segmentation"] = to_json(a.segmentation);
  merge_extra(object, a.extra);
  return object;
}

/// JSON can only say what is UTF-8.
std::string text_of(const Json& record, std::int64_t image_id) {
  try {
    return record.dump();
  } catch (const Json::type_error& error) {
    fail(ErrorCode::bad_data, "image {}: expected names in UTF-8: {}", image_id, error.what());
  }
}

}  // namespace

/// Images and annotations are two arrays of one file, but come together: the annotations wait in a
/// second temporary file.
struct CocoWriter::Parts {
  explicit Parts(const std::filesystem::path& path)
      : images(path), annotations(path.string() + ".annotations") {}
  PendingFile images, annotations;
  std::string tail;
  bool first_image = true, first_annotation = true;
};

CocoWriter::CocoWriter(const std::filesystem::path& path, const std::vector<Category>& categories,
                       const std::string& extra)
    : parts_(std::make_unique<Parts>(path)) {
  Json list = Json::array();
  for (const Category& category : categories) list.push_back(to_json(category));
  parts_->tail = "\n],\n\"categories\": " + list.dump() + "}\n";
  Json head = Json::object();
  merge_extra(head, extra);
  parts_->images.write("{");
  for (const auto& [key, value] : head.items()) {
    parts_->images.write(Json(key).dump() + ": " + value.dump() + ",\n");
  }
  parts_->images.write("\"images\": [");
}
CocoWriter::CocoWriter(CocoWriter&&) noexcept = default;
CocoWriter& CocoWriter::operator=(CocoWriter&&) noexcept = default;
CocoWriter::~CocoWriter() = default;

void CocoWriter::append(const ImageRecord& image, const std::vector<Annotation>& annotations) {
  const auto separator = [](bool& first) { return std::exchange(first, false) ? "\n" : ",\n"; };
  parts_->images.write(separator(parts_->first_image) + text_of(to_json(image), image.id));
  for (const Annotation& a : annotations) {
    parts_->annotations.write(separator(parts_->first_annotation) +
                              text_of(to_json(a, image.id), image.id));
  }
}

void CocoWriter::close() {
  parts_->images.write("\n],\n\"annotations\": [");
  parts_->annotations.flush();
  InputFile(parts_->annotations.temporary().string()).each_block([&](std::string_view block) {
    parts_->images.write(block);
  });
  parts_->images.write(parts_->tail);
  parts_->images.publish();
  parts_.reset();  // removes the second temporary file
}

}  // namespace roiflow
