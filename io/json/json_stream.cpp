#include "io/json/json_stream.hpp"

#include "io/json/json_keys.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::size_t block_bytes = 1 << 20;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// In all objects below `value`.
void require_keys_once(simdjson::dom::element value, const std::string& file,
                       const std::string& pointer) {
  if (value.is_array()) {
    std::size_t index = 0;
    for (const simdjson::dom::element element : value.get_array()) {
      if (element.is_array() || element.is_object()) {
        require_keys_once(element, file, fmt::format("{}/{}", pointer, index));
      }
      ++index;
    }
  } else if (value.is_object()) {
    JsonKeys keys;
    for (const auto field : value.get_object()) {
      require(keys.insert(field.key), ErrorCode::bad_data,
              "{}: {}/{}: expected every member once, found it twice", file, pointer, field.key);
      if (field.value.is_array() || field.value.is_object()) {
        require_keys_once(field.value, file, fmt::format("{}/{}", pointer, field.key));
      }
    }
  }
}

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

}  // namespace

JsonStream::JsonStream(const std::filesystem::path& path)
    : path_(path.string()), file_(path, std::ios::binary), block_(block_bytes) {
  std::error_code ignored;
  require(file_.is_open() && !std::filesystem::is_directory(path, ignored), ErrorCode::no_input,
          "{}: expected a JSON file, but it does not exist or cannot be opened", path_);
  require(parser_.allocate(0, deepest_json) == simdjson::SUCCESS, ErrorCode::internal,
          "{}: no memory for a parser", path_);
  fill();
  if (std::string_view(block_.data(), filled_).starts_with(byte_order_mark)) {
    fail(ErrorCode::bad_data,
         "{}: /: expected JSON in UTF-8 without a byte order mark, found one at byte 0", path_);
  }
}

void JsonStream::fill() {
  block_offset_ += static_cast<std::int64_t>(filled_);
  file_.read(block_.data(), static_cast<std::streamsize>(block_.size()));
  require(!file_.bad(), ErrorCode::io, "{}: reading failed at byte {}", path_, block_offset_);
  filled_ = static_cast<std::size_t>(file_.gcount());
  at_ = 0;
}

/// The character under the cursor, taken; 0 at the end (a NUL in the file is no JSON either way).
char JsonStream::take() {
  if (at_ == filled_) fill();
  return at_ < filled_ ? block_[at_++] : '\0';
}

char JsonStream::peek() {
  while (true) {
    if (at_ == filled_) fill();
    if (at_ == filled_) return '\0';
    if (!is_space(block_[at_])) return block_[at_];
    ++at_;
  }
}

void JsonStream::fail_here(std::string_view pointer, std::string_view expected) {
  const char found = peek();
  const std::int64_t offset = block_offset_ + static_cast<std::int64_t>(at_);
  if (at_ == filled_) {
    fail(ErrorCode::bad_data, "{}: {}: expected {}, found the end of the file at byte {}", path_,
         pointer.empty() ? "/" : pointer, expected, offset);
  }
  const auto byte = static_cast<unsigned char>(found);
  const bool visible = byte > ' ' && byte < 0x7F;
  fail(ErrorCode::bad_data, "{}: {}: expected {}, found {} at byte {}", path_,
       pointer.empty() ? "/" : pointer, expected,
       visible ? fmt::format("'{}'", found) : fmt::format("the byte {:#04x}", byte), offset);
}

void JsonStream::expect(char wanted, std::string_view pointer, std::string_view what) {
  if (peek() != wanted) fail_here(pointer, what);
  ++at_;
}

void JsonStream::begin_object(std::string_view pointer) {
  expect('{', pointer, "an object");
  first_ = true;
}

void JsonStream::begin_array(std::string_view pointer) {
  expect('[', pointer, "an array");
  first_ = true;
}

std::optional<std::string> JsonStream::next_member(std::string_view pointer) {
  if (peek() == '}') {
    ++at_;
    first_ = false;
    return std::nullopt;
  }
  if (!first_) expect(',', pointer, "',' or '}'");
  if (peek() != '"') fail_here(pointer, "a member name in quotes");
  std::string name(value(pointer).get_string().value());
  expect(':', pointer, "':'");
  first_ = false;
  return name;
}

bool JsonStream::next_element(std::string_view pointer) {
  if (peek() == ']') {
    ++at_;
    first_ = false;
    return false;
  }
  if (!first_) expect(',', pointer, "',' or ']'");
  first_ = false;
  return true;
}

/// After the opening quote, up to and including the closing one.
void JsonStream::read_string(std::string_view pointer) {
  while (true) {
    const char c = take();
    if (c == '\0') fail_here(pointer, "the end of a string");
    text_ += c;
    if (c == '\\') text_ += take();
    if (c == '"') return;
  }
}

/// After the opening bracket, up to its partner; which bracket closes which, simdjson checks.
void JsonStream::read_nested(std::string_view pointer) {
  for (std::int64_t depth = 1; depth > 0;) {
    const char c = take();
    if (c == '\0') fail_here(pointer, "a closing bracket");
    text_ += c;
    if (c == '"') read_string(pointer);
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
  }
}

void JsonStream::read_scalar() {
  while (true) {
    if (at_ == filled_) fill();
    if (at_ == filled_) return;
    const char c = block_[at_];
    if (is_space(c) || c == ',' || c == '}' || c == ']' || c == ':') return;
    text_ += c;
    ++at_;
  }
}

simdjson::dom::element JsonStream::value(std::string_view pointer) {
  const char first = peek();
  if (first == '\0' || first == ',' || first == '}' || first == ']') fail_here(pointer, "a value");
  const std::int64_t offset = block_offset_ + static_cast<std::int64_t>(at_);
  text_.clear();
  if (first == '{' || first == '[' || first == '"') {
    text_ += take();
    if (first == '"') {
      read_string(pointer);
    } else {
      read_nested(pointer);
    }
  } else {
    read_scalar();
  }
  const std::size_t size = text_.size();
  text_.append(simdjson::SIMDJSON_PADDING, ' ');
  simdjson::dom::element element;
  const auto error = parser_.parse(text_.data(), size, false).get(element);
  require(error == simdjson::SUCCESS, ErrorCode::bad_data,
          "{}: {}: expected valid JSON, found an error in the value at byte {}: {}", path_,
          pointer.empty() ? "/" : pointer, offset, simdjson::error_message(error));
  require_keys_once(element, path_, std::string(pointer));
  return element;
}

void JsonStream::end() {
  if (peek() != '\0' || at_ < filled_) fail_here("", "nothing after the closing bracket");
}

}  // namespace roiflow
