#include <algorithm>

#include "io/voc/voc_annotation.hpp"
#include "io/voc/voc_boxes.hpp"
#include "io/voc/voc_json.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

/// What VOC's readers ask for, in VOC's order; for records that came from elsewhere.
VocJson usual_object() {
  return {{"name", nullptr},
          {"pose", "Unspecified"},
          {"truncated", "0"},
          {"difficult", nullptr},
          {"bndbox", nullptr}};
}

VocJson usual_image() {
  return {{"filename", nullptr},
          {"size", {{"width", nullptr}, {"height", nullptr}, {"depth", "3"}}},
          {"segmented", "0"},
          {"object", nullptr}};
}

const std::string& category_name(const std::vector<Category>& categories, std::int64_t id,
                                 const std::string& item) {
  const auto found = std::ranges::find(categories, id, &Category::id);
  require(found != categories.end(), ErrorCode::bad_data,
          "{}: expected a category_id of the category table, found {}", item, id);
  return found->name;
}

[[noreturn]] void refuse_null(const std::string& item, const std::string& name) {
  fail(ErrorCode::bad_data,
       "{}: extra: expected null only where a column holds the value, found "
       "member {}",
       item, name);
}

void append_object(XmlElement& root, const Annotation& annotation,
                   const std::vector<Category>& categories, const std::string& item) {
  VocJson voc = voc_member(annotation.extra, item);
  if (voc.is_null()) voc = usual_object();
  const VocColumns columns = [&](XmlElement& parent, const std::string& name) {
    if (name == "name") {
      parent.children.push_back(
          {.name = name, .text = category_name(categories, annotation.category_id, item)});
    } else if (name == "difficult") {
      parent.children.push_back({.name = name, .text = annotation.difficult ? "1" : "0"});
    } else if (name == "bndbox") {
      parent.children.push_back(bndbox_element(annotation.bbox));
    } else {
      refuse_null(item, name);
    }
  };
  append_xml(root, "object", voc, columns, item);
}

}  // namespace

XmlElement bndbox_element(const std::array<double, 4>& bbox) {
  const VocBox box = to_voc_box(bbox);
  const auto corner = [](const char* name, double value) {
    return XmlElement{.name = name, .text = fmt::format("{}", value)};
  };
  return {.name = "bndbox",
          .children = {corner("xmin", box.xmin), corner("ymin", box.ymin), corner("xmax", box.xmax),
                       corner("ymax", box.ymax)}};
}

std::string voc_annotation_text(const ImageRecord& image,
                                const std::vector<Annotation>& annotations,
                                const std::vector<Category>& categories, const std::string& item) {
  VocJson voc = voc_member(image.extra, item);
  if (voc.is_null()) voc = usual_image();
  if (!annotations.empty()) voc["object"] = nullptr;
  const VocColumns columns = [&](XmlElement& parent, const std::string& name) {
    if (name == "filename") {
      parent.children.push_back({.name = name, .text = image.file_name});
    } else if (name == "width" || name == "height") {
      parent.children.push_back(
          {.name = name, .text = std::to_string(name == "width" ? image.width : image.height)});
    } else if (name == "object") {
      for (const Annotation& a : annotations) append_object(parent, a, categories, item);
    } else {
      refuse_null(item, name);
    }
  };
  XmlElement document;
  append_xml(document, "annotation", voc, columns, item);
  return xml_text(document.children.at(0), item);
}

}  // namespace roiflow
