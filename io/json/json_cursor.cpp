#include "io/json/json_cursor.hpp"

#include <algorithm>
#include <cstring>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::size_t window_bytes = std::size_t{1} << 18;  // fits a second-level cache
constexpr std::size_t padding = 16;                         // zeros that a scan may run into
constexpr std::size_t quoted_characters = 80;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

JsonCursor::JsonCursor(const std::filesystem::path& path)
    : path_(path.string()), file_(std::make_unique<InputFile>(path_)), window_(padding) {
  file_bytes_ = file_->size();
  begin_ = at_ = end_ = window_.data();
  load_more();
  if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(byte_order_mark)) {
    refuse_here("JSON in UTF-8 without a byte order mark");
  }
}

JsonCursor::JsonCursor(const std::string& text, std::string name)
    : path_(std::move(name)), file_bytes_(text.size()), read_bytes_(text.size()) {
  window_.assign(text.begin(), text.end());
  window_.resize(text.size() + padding);
  begin_ = at_ = window_.data();
  end_ = begin_ + text.size();
}

std::uint64_t JsonCursor::offset() const {
  return window_offset_ + static_cast<std::uint64_t>(at_ - begin_);
}

/// What is left of the window moves to its front; the rest is filled from the file. A window that
/// is all in use is doubled.
void JsonCursor::load_more() {
  const auto done = static_cast<std::size_t>(at_ - begin_);
  const auto left = static_cast<std::size_t>(end_ - at_);
  const std::size_t wanted = std::max(window_bytes, 2 * left);
  if (window_.size() < wanted + padding) {
    std::vector<char> larger(wanted + padding);
    std::memcpy(larger.data(), at_, left);
    window_.swap(larger);
  } else {
    std::memmove(window_.data(), at_, left);
  }
  const std::size_t got =
      file_->read_some(read_bytes_, std::span(window_.data() + left, wanted - left));
  std::memset(window_.data() + left + got, 0, padding);
  read_bytes_ += got;
  window_offset_ += done;
  begin_ = at_ = window_.data();
  end_ = begin_ + left + got;
  if (got == 0) file_bytes_ = read_bytes_;  // the file became shorter
}

/// At the end of the window: is there more? Inside whole() it begins again with a longer window.
bool JsonCursor::more() {
  if (read_bytes_ >= file_bytes_) return false;
  if (in_whole_) throw WindowEnd();
  load_more();
  return at_ != end_;
}

/// A number, word or text that reaches the end of the window may go on behind it.
void JsonCursor::need(const char* at) {
  if (at >= end_ && read_bytes_ < file_bytes_) {
    if (!in_whole_) fail(ErrorCode::internal, "{}: a token outside of whole()", path_);
    throw WindowEnd();
  }
}

void JsonCursor::skip_space() {
  for (;;) {
    const char c = *at_;
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      ++at_;
    } else if (at_ != end_ || !more()) {
      return;
    }
  }
}

char JsonCursor::peek() {
  skip_space();
  return *at_;
}

bool JsonCursor::take(char wanted) {
  if (*at_ != wanted && peek() != wanted) return false;
  ++at_;
  return true;
}

void JsonCursor::expect(char wanted, std::string_view what) {
  if (!take(wanted)) refuse_here(what);
}

std::string_view JsonCursor::member_name(JsonKeys& keys) {
  std::string_view key;
  const auto read = [&] {
    if (peek() != '"') refuse_here("a member name in quotes");
    const char* from = at_;
    key = text(key_);
    expect(':', "':'");
    if (!keys.insert(key)) {
      at_ = from;
      fail(ErrorCode::bad_data, "{}: {}: expected every member once, found \"{}\" twice at byte {}",
           path_, pointer(), key, offset());
    }
  };
  in_whole_ ? read() : whole(read);
  return key;
}

void JsonCursor::end() {
  no_place();
  if (peek() != '\0' || at_ != end_) refuse_here("nothing after the closing bracket");
}

void JsonCursor::skip() {
  skip_value(1);
}

void JsonCursor::skip_value(int depth) {
  if (depth > deepest_json) refuse_here(fmt::format("nesting of at most {} levels", deepest_json));
  switch (peek()) {
    case '{':
      return members([&](std::string_view) { skip_value(depth + 1); });
    case '[':
      return elements([&] { skip_value(depth + 1); });
    case '"': {
      bool escaped = false;
      at_ = scan_text(escaped) + 1;
      return;
    }
    case 't':
      return literal("true");
    case 'f':
      return literal("false");
    case 'n':
      return literal("null");
    default:
      return skip_number();
  }
}

void JsonCursor::literal(std::string_view word) {
  const auto left = static_cast<std::size_t>(end_ - at_);
  if (left <= word.size()) need(end_);
  if (std::string_view(at_, left).substr(0, word.size()) != word) refuse_here("a value");
  at_ += word.size();
}

bool JsonCursor::truth() {
  const char c = peek();
  if (c == 't') {
    literal("true");
    return true;
  }
  if (c == 'f') {
    literal("false");
    return false;
  }
  return number() != 0;
}

std::size_t JsonCursor::numbers(std::span<double> out) {
  std::size_t count = 0;
  elements([&] {
    const double value = number();
    if (count < out.size()) out[count] = value;
    ++count;
  });
  return count;
}

void JsonCursor::numbers(std::vector<double>& out) {
  elements([&] { out.push_back(number()); });
}

void JsonCursor::place(std::string_view array, std::size_t index) {
  array_ = array;
  index_ = static_cast<std::int64_t>(index);
  member_.clear();
}

void JsonCursor::no_place() {
  array_ = {};
  member_.clear();
  index_ = -1;
}

std::string JsonCursor::pointer() const {
  std::string pointer(array_);
  if (index_ >= 0) pointer += fmt::format("/{}", index_);
  if (!member_.empty()) pointer += fmt::format("/{}", member_);
  return pointer.empty() ? "/" : pointer;
}

const char* JsonCursor::mark() {
  skip_space();
  return at_;
}

/// Quotes the value at `from` if it is one, else the character that is not.
void JsonCursor::refuse(const char* from, std::string_view expected) {
  at_ = from;
  std::string found;
  try {
    skip_value(1);
    found.assign(from, at_);
  } catch (const Error&) {
    at_ = from;
    refuse_here(expected);
  }
  at_ = from;
  if (found.size() > quoted_characters) found = found.substr(0, quoted_characters) + "...";
  fail(ErrorCode::bad_data, "{}: {}: expected {}, found {} at byte {}", path_, pointer(), expected,
       found, offset());
}

void JsonCursor::refuse_here(std::string_view expected) {
  need(at_);
  if (at_ == end_) {
    fail(ErrorCode::bad_data, "{}: {}: expected {}, found the end of the file at byte {}", path_,
         pointer(), expected, offset());
  }
  const auto byte = static_cast<unsigned char>(*at_);
  const bool visible = byte > ' ' && byte < 0x7F;
  fail(ErrorCode::bad_data, "{}: {}: expected {}, found {} at byte {}", path_, pointer(), expected,
       visible ? fmt::format("'{}'", *at_) : fmt::format("the byte {:#04x}", byte), offset());
}

void JsonCursor::refuse_record(std::string_view expected, std::string_view found) const {
  fail(ErrorCode::bad_data, "{}: {}: expected {}, found {}", path_, pointer(), expected, found);
}

}  // namespace roiflow
