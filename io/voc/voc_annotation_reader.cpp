#include <charconv>
#include <cmath>
#include <limits>

#include "io/voc/voc_annotation.hpp"
#include "io/voc/voc_boxes.hpp"
#include "io/voc/voc_json.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

/// Reads elements of one file; every refusal names file, line and element.
class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  [[nodiscard]] const XmlElement& required(const XmlElement& parent, std::string_view name) const {
    const XmlElement* element = parent.child(name, file_);
    if (element == nullptr) refuse(parent, fmt::format("an element <{}> in it", name), "none");
    return *element;
  }
  [[nodiscard]] const XmlElement* optional(const XmlElement& parent, std::string_view name) const {
    return parent.child(name, file_);
  }
  /// Finite; a comma, a unit or nothing at all is refused.
  [[nodiscard]] double number(const XmlElement& element) const {
    const std::string_view text = trimmed(element.text);
    double value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || rest != text.data() + text.size() || !std::isfinite(value)) {
      refuse(element, "a finite number", quoted(text));
    }
    return value;
  }
  [[nodiscard]] int pixels(const XmlElement& element) const {
    const std::string_view text = trimmed(element.text);
    int value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || rest != text.data() + text.size() || value <= 0) {
      refuse(element, "a positive whole number of pixels", quoted(text));
    }
    return value;
  }
  [[nodiscard]] bool flag(const XmlElement& element) const {
    const std::string_view text = trimmed(element.text);
    if (text != "0" && text != "1") refuse(element, "0 or 1", quoted(text));
    return text == "1";
  }
  [[noreturn]] void refuse(const XmlElement& element, std::string_view expected,
                           std::string_view found) const {
    fail(ErrorCode::bad_data, "{}: line {}: <{}>: expected {}, found {}", file_, element.line,
         element.name, expected, found);
  }
  static std::string quoted(std::string_view text) {
    constexpr std::size_t most = 60;
    return text.size() <= most ? fmt::format("'{}'", text)
                               : fmt::format("'{}...'", text.substr(0, most));
  }

 private:
  const std::string& file_;
};

VocBox corners(const Reader& read, const XmlElement& bndbox, const VocFileRecord& file) {
  const auto corner = [&](const char* name) { return read.number(read.required(bndbox, name)); };
  const VocBox box{corner("xmin"), corner("ymin"), corner("xmax"), corner("ymax")};
  const auto found = fmt::format("{} {} {} {}", box.xmin, box.ymin, box.xmax, box.ymax);
  if (box.xmax < box.xmin || box.ymax < box.ymin) {
    read.refuse(bndbox, "xmin <= xmax and ymin <= ymax", found);
  }
  const bool touches =
      box.xmin < file.width + 1 && box.ymin < file.height + 1 && box.xmax > 0 && box.ymax > 0;
  if (file.width > 0 && !touches) {
    read.refuse(
        bndbox,
        fmt::format("a box that touches the image of {} x {} pixels", file.width, file.height),
        fmt::format("xmin ymin xmax ymax = {}", found));
  }
  return box;
}

/// The value is in its column if VOC's usual form of the column is what stands here.
void leave_to_column(VocJson& object, const char* name, const VocJson& usual) {
  if (object.contains(name) && object[name] == usual) object[name] = nullptr;
}

/// Equal also in the order of the members.
bool same_text(const VocJson& a, const VocJson& b) {
  return a.dump() == b.dump();
}

std::string as_extra(VocJson voc) {
  VocJson extra = VocJson::object();
  extra["voc"] = std::move(voc);
  return extra.dump();
}

VocObjectRecord object_record(const Reader& read, const XmlElement& element,
                              const VocFileRecord& file) {
  VocObjectRecord record;
  const XmlElement& name = read.required(element, "name");
  record.name = trimmed(name.text);
  if (record.name.empty()) read.refuse(name, "the name of a class", "nothing");
  if (const XmlElement* difficult = read.optional(element, "difficult")) {
    record.annotation.difficult = read.flag(*difficult);
  }
  const VocBox box = corners(read, read.required(element, "bndbox"), file);
  Annotation& annotation = record.annotation;
  annotation.bbox = from_voc_box(box);
  annotation.area = annotation.bbox[2] * annotation.bbox[3];

  VocJson voc = voc_json(element);
  leave_to_column(voc, "name", record.name);
  leave_to_column(voc, "difficult", annotation.difficult ? "1" : "0");
  if (same_text(voc["bndbox"], voc_json(bndbox_element(annotation.bbox)))) voc["bndbox"] = nullptr;
  annotation.extra = as_extra(std::move(voc));
  return record;
}

}  // namespace

VocFileRecord read_voc_annotation(const std::string& file, const std::string& image_name) {
  const XmlElement root = read_xml(file);
  const Reader read(file);
  if (root.name != "annotation") read.refuse(root, "the root element <annotation>", root.name);
  VocFileRecord record;
  VocJson voc = voc_json(root);
  if (!voc.is_object()) voc = VocJson::object();
  if (const XmlElement* size = read.optional(root, "size")) {
    record.width = read.pixels(read.required(*size, "width"));
    record.height = read.pixels(read.required(*size, "height"));
    leave_to_column(voc["size"], "width", std::to_string(record.width));
    leave_to_column(voc["size"], "height", std::to_string(record.height));
  }
  (void)read.optional(root, "filename");
  leave_to_column(voc, "filename", image_name);
  for (const XmlElement& element : root.children) {
    if (element.name == "object") record.objects.push_back(object_record(read, element, record));
  }
  if (!record.objects.empty()) voc["object"] = nullptr;
  record.extra = as_extra(std::move(voc));
  return record;
}

}  // namespace roiflow
