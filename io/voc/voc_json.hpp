/// Inside of the VOC room: XML elements as JSON and back; voc_annotation.hpp explains the form.
#pragma once

#include <functional>
#include <string>

#include <nlohmann/json.hpp>

#include "io/voc/xml_tree.hpp"

namespace roiflow {

using VocJson = nlohmann::ordered_json;

/// A string for an element of nothing but text, otherwise an object.
[[nodiscard]] VocJson voc_json(const XmlElement& element);

/// Fills in for a null: adds whatever elements the columns say to `parent`.
using VocColumns = std::function<void(XmlElement& parent, const std::string& name)>;

/// Appends the element `name` (several for an array) to `parent`. Error{bad_data} if `value` is not
/// of the form; `item` names its place.
void append_xml(XmlElement& parent, const std::string& name, const VocJson& value,
                const VocColumns& columns, const std::string& item, int depth = 0);

/// The member "voc" of a record's extra, or null if it has none. Error{bad_data}.
[[nodiscard]] VocJson voc_member(const std::string& extra, const std::string& item);

}  // namespace roiflow
