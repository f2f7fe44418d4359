#include <algorithm>
#include <array>
#include <span>

#include <simdjson.h>

#include "io/voc/xml_tree.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

void require_text(std::string_view text, const std::string& item) {
  const bool allowed = std::ranges::all_of(text, [](char c) {
    return static_cast<unsigned char>(c) >= ' ' || c == '\t' || c == '\n' || c == '\r';
  });
  // U+FFFE and U+FFFF are the two of UTF-8 that XML leaves out.
  const bool characters = text.find("\xEF\xBF\xBE") == std::string_view::npos &&
                          text.find("\xEF\xBF\xBF") == std::string_view::npos;
  require(allowed && characters && simdjson::validate_utf8(text.data(), text.size()),
          ErrorCode::bad_data,
          "{}: expected text that XML can hold (UTF-8 without control characters), found '{}'",
          item, text);
}

/// Names come from XML or from a data set of anybody.
void require_name(std::string_view name, const std::string& item) {
  require(is_xml_name(name), ErrorCode::bad_data,
          "{}: expected the name of an XML element, found '{}'", item, name.substr(0, 100));
}

/// Every character of `special` is replaced by the entity at the same place.
std::string escaped(std::string_view text, std::string_view special,
                    std::span<const std::string_view> entities) {
  std::string result;
  for (const char c : text) {
    const std::size_t at = special.find(c);
    if (at == std::string_view::npos) {
      result += c;
    } else {
      result += entities[at];
    }
  }
  return result;
}

/// A carriage return would otherwise be read as a line feed, and either as a blank in an attribute.
std::string escaped_text(std::string_view text) {
  constexpr std::array<std::string_view, 4> entities = {"&amp;", "&lt;", "&gt;", "&#13;"};
  return escaped(text, "&<>\r", entities);
}

std::string escaped_attribute(std::string_view text) {
  constexpr std::array<std::string_view, 7> entities = {"&amp;", "&lt;", "&gt;",  "&#13;",
                                                        "&#10;", "&#9;", "&quot;"};
  return escaped(text, "&<>\r\n\t\"", entities);
}

void write_comment(std::string& out, const XmlElement& comment, const std::string& item) {
  require_text(comment.text, item);
  require(comment.text.find("--") == std::string::npos && !comment.text.ends_with('-'),
          ErrorCode::bad_data, "{}: expected a comment without '--', found '{}'", item,
          comment.text);
  out += "<!--" + comment.text + "-->\n";
}

void write_element(std::string& out, const XmlElement& element, std::size_t depth,
                   const std::string& item) {
  out.append(depth, '\t');
  if (element.name == "#comment") return write_comment(out, element, item);
  require_name(element.name, item);
  out += '<' + element.name;
  for (const auto& [key, value] : element.attributes) {
    require_name(key, item);
    require_text(value, item);
    out += fmt::format(" {}=\"{}\"", key, escaped_attribute(value));
  }
  require_text(element.text, item);
  out += '>' + escaped_text(element.text);
  if (!element.children.empty()) {
    out += '\n';
    for (const XmlElement& child : element.children) write_element(out, child, depth + 1, item);
    out.append(depth, '\t');
  }
  out += "</" + element.name + ">\n";
}

}  // namespace

std::string xml_text(const XmlElement& root, const std::string& item) {
  std::string out;
  write_element(out, root, 0, item);
  return out;
}

}  // namespace roiflow
