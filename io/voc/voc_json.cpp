#include "io/voc/voc_json.hpp"

#include "io/json/shallow_json.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr int most_nesting = 64;

void add_member(VocJson& object, const std::string& name, VocJson value) {
  if (!object.contains(name)) {
    object[name] = std::move(value);
    return;
  }
  VocJson& present = object[name];
  if (!present.is_array()) present = VocJson::array({std::move(present)});
  present.push_back(std::move(value));
}

}  // namespace

VocJson voc_json(const XmlElement& element) {
  if (element.attributes.empty() && element.children.empty()) return element.text;
  VocJson object = VocJson::object();
  for (const auto& [key, value] : element.attributes) object["@" + key] = value;
  if (const auto text = trimmed(element.text); !text.empty()) object["#text"] = text;
  for (const XmlElement& child : element.children) {
    add_member(object, child.name, voc_json(child));
  }
  return object;
}

void append_xml(XmlElement& parent, const std::string& name, const VocJson& value,
                const VocColumns& columns, const std::string& item, int depth) {
  require(depth <= most_nesting, ErrorCode::bad_data,
          "{}: expected elements nested at most {} deep in its extra, found more", item,
          most_nesting);
  if (value.is_null()) return columns(parent, name);
  if (value.is_array()) {
    for (const VocJson& one : value) append_xml(parent, name, one, columns, item, depth + 1);
    return;
  }
  require(value.is_string() || (value.is_object() && !name.starts_with('#')), ErrorCode::bad_data,
          "{}: extra, member {}: expected text, an object or an array of them, found {}", item,
          name, value.type_name());
  if (value.is_string() && name == "#text") {
    parent.text = value.get<std::string>();
    return;
  }
  if (value.is_string() && name.starts_with('@')) {
    parent.attributes.emplace_back(name.substr(1), value.get<std::string>());
    return;
  }
  XmlElement element{name};
  if (value.is_string()) {
    element.text = value.get<std::string>();
  } else {
    for (const auto& [key, member] : value.items()) {
      append_xml(element, key, member, columns, item, depth + 1);
    }
  }
  parent.children.push_back(std::move(element));
}

VocJson voc_member(const std::string& extra, const std::string& item) {
  if (extra.empty()) return nullptr;
  const VocJson members = parse_shallow(extra, item + ": extra", most_nesting);
  require(members.is_object(), ErrorCode::bad_data, "{}: expected a JSON object as extra, found {}",
          item, extra);
  const auto member = members.find("voc");
  if (member == members.end()) return nullptr;
  require(member->is_object(), ErrorCode::bad_data,
          "{}: extra: expected an object as member \"voc\", found {}", item, member->type_name());
  return *member;
}

}  // namespace roiflow
