#include <algorithm>
#include <exception>
#include <memory>

#include <expat.h>

#include "io/input_file.hpp"
#include "io/voc/xml_tree.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::size_t most_nesting = 64;

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};
using Parser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, FreeParser>;

/// What Expat's callbacks build. They are called from C, so no exception may leave them.
struct Builder {
  XML_Parser parser = nullptr;
  XmlElement document;              // its only child is the root
  std::vector<XmlElement*> open{};  // valid: only the innermost element grows
  std::string refusal;              // "expected ..., found ..."
  std::exception_ptr exception;

  void refuse(const char* reason) {
    refusal = reason;
    XML_StopParser(parser, XML_FALSE);
  }
};

/// Runs `action(builder)` unless parsing was stopped: Expat may call once more afterwards.
template <class Action>
void guarded(void* user_data, Action&& action) {
  auto& builder = *static_cast<Builder*>(user_data);
  if (builder.exception || !builder.refusal.empty()) return;
  try {
    action(builder);
  } catch (...) {
    builder.exception = std::current_exception();
    XML_StopParser(builder.parser, XML_FALSE);
  }
}

XmlElement& add_child(Builder& builder, std::string name) {
  XmlElement& parent = *builder.open.back();
  parent.children.push_back({std::move(name)});
  parent.children.back().line = XML_GetCurrentLineNumber(builder.parser);
  return parent.children.back();
}

void XMLCALL on_start(void* user_data, const XML_Char* name, const XML_Char** attributes) {
  guarded(user_data, [&](Builder& builder) {
    if (builder.open.size() > most_nesting) {
      builder.refuse("expected elements nested at most 64 deep, found more");
      return;
    }
    bool named = is_xml_name(name);
    XmlElement& element = add_child(builder, name);
    for (; *attributes != nullptr; attributes += 2) {
      named = named && is_xml_name(attributes[0]);
      element.attributes.emplace_back(attributes[0], attributes[1]);
    }
    if (!named) builder.refuse("expected names of letters that XML knows, found another");
    builder.open.push_back(&element);
  });
}

void XMLCALL on_end(void* user_data, const XML_Char* /*name*/) {
  guarded(user_data, [](Builder& builder) { builder.open.pop_back(); });
}

void XMLCALL on_text(void* user_data, const XML_Char* text, int length) {
  guarded(user_data, [&](Builder& builder) {
    builder.open.back()->text.append(text, static_cast<std::size_t>(length));
  });
}

void XMLCALL on_comment(void* user_data, const XML_Char* text) {
  guarded(user_data, [&](Builder& builder) {
    if (builder.open.size() > 1) add_child(builder, "#comment").text = text;
  });
}

void XMLCALL on_doctype(void* user_data, const XML_Char* /*name*/, const XML_Char* /*system*/,
                        const XML_Char* /*public*/, int /*has_internal_subset*/) {
  guarded(user_data, [](Builder& builder) {
    builder.refuse("expected no document type declaration, found <!DOCTYPE");
  });
}

}  // namespace

bool is_xml_name(std::string_view name) {
  const auto ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  const auto letter = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || !ascii(c);
  };
  const auto inner = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  if (name.empty() || !letter(name[0]) || !std::ranges::all_of(name, inner)) return false;
  if (std::ranges::all_of(name, ascii)) return true;
  // Of letters beyond ASCII Expat has a table, and another one for files in ISO-8859-1 and UTF-16
  // that takes three signs of page 0 for letters; what we write is UTF-8.
  const Parser parser(XML_ParserCreate("UTF-8"));
  if (!parser) throw std::bad_alloc();
  const std::string element = "<" + std::string(name) + "/>";
  return XML_Parse(parser.get(), element.data(), static_cast<int>(element.size()), XML_TRUE) ==
         XML_STATUS_OK;
}

XmlElement parse_xml(std::span<const std::uint8_t> bytes, const std::string& file) {
  const Parser parser(XML_ParserCreate(nullptr));
  if (!parser) throw std::bad_alloc();
  Builder builder{.parser = parser.get()};
  builder.open.push_back(&builder.document);
  XML_SetUserData(parser.get(), &builder);
  XML_SetElementHandler(parser.get(), on_start, on_end);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetCommentHandler(parser.get(), on_comment);
  XML_SetStartDoctypeDeclHandler(parser.get(), on_doctype);
  const auto status = XML_Parse(parser.get(), reinterpret_cast<const char*>(bytes.data()),
                                static_cast<int>(bytes.size()), XML_TRUE);
  if (builder.exception) std::rethrow_exception(builder.exception);
  if (status != XML_STATUS_OK) {
    fail(ErrorCode::bad_data, "{}: line {}, column {}: {}", file,
         XML_GetCurrentLineNumber(parser.get()), XML_GetCurrentColumnNumber(parser.get()) + 1,
         !builder.refusal.empty() ? builder.refusal
                                  : fmt::format("expected well-formed XML, found: {}",
                                                XML_ErrorString(XML_GetErrorCode(parser.get()))));
  }
  return std::move(builder.document.children.at(0));
}

XmlElement read_xml(const std::string& file) {
  const InputFile input(file);
  require(input.size() <= most_xml_bytes, ErrorCode::bad_data,
          "{}: expected an XML file of at most {} bytes, found {}", file, most_xml_bytes,
          input.size());
  return parse_xml(input.read(0, input.size(), "XML"), file);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

const XmlElement* XmlElement::child(std::string_view wanted, std::string_view file) const {
  const XmlElement* found = nullptr;
  for (const XmlElement& element : children) {
    if (element.name != wanted) continue;
    require(found == nullptr, ErrorCode::bad_data,
            "{}: line {}: expected one <{}> in this <{}>, found a second one", file, element.line,
            wanted, name);
    found = &element;
  }
  return found;
}

}  // namespace roiflow
