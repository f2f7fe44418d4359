/// Inside of the VOC room: small XML files, read strictly into a tree and written back.
///
/// Reading is Expat's: well-formed XML in UTF-8, UTF-16, ISO-8859-1 or ASCII, everything else is
/// refused with line and column. A document type declaration is refused, and with it every entity
/// but XML's own five: nothing expands and nothing is fetched. Files are at most 8 MiB and nest at
/// most 64 deep.
///
/// Kept: names, attributes, text, comments inside the root, the order of children. Not kept: white
/// space between elements, CDATA marks, processing instructions and what stands outside the root.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roiflow {

inline constexpr std::size_t most_xml_bytes = std::size_t{8} * 1024 * 1024;

struct XmlElement {
  std::string name;  ///< "#comment" for a comment, whose words are `text`
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string text;  ///< all character data directly inside, UTF-8
  std::vector<XmlElement> children;
  std::uint64_t line = 0;  ///< of the start tag, from 1

  /// The only child of this name, or null. Error{bad_data} if there are several; `file` is for it.
  [[nodiscard]] const XmlElement* child(std::string_view name, std::string_view file) const;
};

/// The root. Error{bad_data}; `file` is for messages.
[[nodiscard]] XmlElement parse_xml(std::span<const std::uint8_t> bytes, const std::string& file);
/// Error{no_input}, Error{bad_data}.
[[nodiscard]] XmlElement read_xml(const std::string& file);

/// UTF-8 without declaration, one element a line, indented by tabs as VOCdevkit's files are.
/// Error{bad_data} for a name or text that XML cannot hold; `item` names its place.
[[nodiscard]] std::string xml_text(const XmlElement& root, const std::string& item);

/// Whether XML 1.0 has such a name for elements and attributes; UTF-8.
[[nodiscard]] bool is_xml_name(std::string_view name);

/// Without white space at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace roiflow
