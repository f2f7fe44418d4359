#include <cstring>

#include "io/json/json_cursor.hpp"

namespace roiflow {
namespace {

/// Eight bytes at once: is there a quote, a backslash, a control character, or one above 7 bits?
bool all_plain(const char* at) {
  constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  const std::uint64_t quote = bytes ^ (ones * '"'), slash = bytes ^ (ones * '\\');
  const std::uint64_t special =
      (bytes - ones * ' ') | (quote - ones) | (slash - ones) | bytes;  // exact below 0x80
  return (special & highs) == 0;
}

bool is_plain(unsigned char c) {
  return c >= ' ' && c != '"' && c != '\\' && c < 0x80;
}

bool continues(unsigned char c) {
  return (c & 0xC0U) == 0x80;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [](std::uint32_t bits) { return static_cast<char>(bits); };
  if (code < 0x80) {
    out += byte(code);
  } else if (code < 0x800) {
    out += {byte(0xC0 | code >> 6), byte(0x80 | (code & 0x3F))};
  } else if (code < 0x10000) {
    out += {byte(0xE0 | code >> 12), byte(0x80 | (code >> 6 & 0x3F)), byte(0x80 | (code & 0x3F))};
  } else {
    out += {byte(0xF0 | code >> 18), byte(0x80 | (code >> 12 & 0x3F)),
            byte(0x80 | (code >> 6 & 0x3F)), byte(0x80 | (code & 0x3F))};
  }
}

}  // namespace

/// From the opening quote to the closing one, which is returned; everything between is checked.
const char* JsonCursor::scan_text(bool& escaped) {
  const char* at = at_ + 1;
  for (;;) {
    while (at + sizeof(std::uint64_t) <= end_ && all_plain(at)) at += sizeof(std::uint64_t);
    while (is_plain(static_cast<unsigned char>(*at))) ++at;
    const auto c = static_cast<unsigned char>(*at);
    if (c == '"') {
      need(at);
      return at;
    }
    if (c == '\\') {
      escaped = true;
      at = escape(at, nullptr);
    } else if (c >= 0x80) {
      at = multi_byte(at);
    } else {
      at_ = at;
      refuse_here(at == end_ ? "the end of a text" : "no control character in a text");
    }
  }
}

std::string_view JsonCursor::text(std::string& scratch) {
  if (peek() != '"') refuse(at_, "a text");
  bool escaped = false;
  const char* from = at_ + 1;
  const char* last = scan_text(escaped);
  at_ = last + 1;
  if (!escaped) return {from, static_cast<std::size_t>(last - from)};
  scratch.clear();
  while (from != last) {
    const auto* slash =
        static_cast<const char*>(std::memchr(from, '\\', static_cast<std::size_t>(last - from)));
    scratch.append(from, slash == nullptr ? last : slash);
    from = slash == nullptr ? last : escape(slash, &scratch);
  }
  return scratch;
}

/// A UTF-8 character of several bytes, checked by the table of RFC 3629; returns what follows.
const char* JsonCursor::multi_byte(const char* at) {
  const auto byte = [&](int i) { return static_cast<unsigned char>(at[i]); };
  const unsigned char first = byte(0), second = byte(1);
  int length = 0;
  if (first >= 0xC2 && first <= 0xDF) length = 2;
  if (first >= 0xE0 && first <= 0xEF) length = 3;
  if (first >= 0xF0 && first <= 0xF4) length = 4;
  const bool too_long = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second > 0x9F;
  const bool too_large = first == 0xF4 && second > 0x8F;
  bool valid = length > 0 && !too_long && !surrogate && !too_large;
  for (int i = 1; i < length; ++i) valid = valid && continues(byte(i));
  if (valid) return at + length;
  need(at + 3);  // it may be whole with the next window
  at_ = at;
  refuse_here("a text in UTF-8");
}

std::uint32_t JsonCursor::hexadecimal(const char* at) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = at[i];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) {
      need(at + i);
      at_ = at + i;
      refuse_here("four hexadecimal digits after \\u");
    }
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  return value;
}

/// One escape, appended to `out` if there is one; returns what follows. Half of a surrogate pair,
/// which Python accepts, becomes the replacement character.
const char* JsonCursor::escape(const char* at, std::string* out) {
  constexpr std::uint32_t replacement = 0xFFFD;
  constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
  const std::size_t plain = at[1] == '\0' ? letters.npos : letters.find(at[1]);
  if (plain != letters.npos) {
    if (out != nullptr) *out += meanings[plain];
    return at + 2;
  }
  if (at[1] != 'u') {
    need(at + 1);
    at_ = at;
    refuse_here("one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
  }
  std::uint32_t code = hexadecimal(at + 2);
  at += 6;
  if (code >= 0xD800 && code < 0xDC00 && at[0] == '\\' && at[1] == 'u') {
    const std::uint32_t low = hexadecimal(at + 2);
    if (low >= 0xDC00 && low < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      at += 6;
    }
  }
  if (code >= 0xD800 && code < 0xE000) code = replacement;
  if (out != nullptr) append_utf8(*out, code);
  return at;
}

}  // namespace roiflow
