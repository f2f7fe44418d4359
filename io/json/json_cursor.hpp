/// A large JSON file read in one pass: numbers, texts and lists go straight to the caller, nothing
/// is kept. For files of many small records (COCO annotations and results), where building values
/// first would cost more than reading them.
///
/// Memory is one window of the file, and grows only if a single record is longer. The caller names
/// what has to lie in one window with whole(): a record that the window cuts is read again from its
/// beginning, so what it appends elsewhere must wait until the record is complete.
///
/// Strict: RFC 8259 with valid UTF-8 and nesting up to 64, also where values are skipped. NaN,
/// Infinity, numbers beyond double, members that come twice and a byte order mark are refused.
/// Decimal numbers become the nearest double, as in Python; -0 without a fraction is the integer 0,
/// as there.
///
/// Errors: Error{no_input}; Error{bad_data} "<file>: <pointer>: expected .., found .. at byte N";
/// the pointer is what the caller set with place() and member().
///
/// Example: JsonCursor json("a.json");                     // [{"id": 1}, {"id": 2}]
///          json.elements([&] { json.whole([&] {
///            json.members([&](std::string_view key) {
///              key == "id" ? use(json.integer()) : json.skip(); }); }); });
///          json.end();
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/input_file.hpp"
#include "io/json/json_keys.hpp"

namespace roiflow {

class JsonCursor {
 public:
  explicit JsonCursor(const std::filesystem::path& path);
  /// A text in memory, which must outlive the cursor; `name` stands for the file in messages.
  JsonCursor(const std::string& text, std::string name);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::uint64_t file_bytes() const { return file_bytes_; }
  [[nodiscard]] std::uint64_t offset() const;  ///< of the next byte

  /// Calls `read` for every element of the array here; `read` takes one value.
  template <class Read>
  void elements(Read&& read) {
    if (!enter_array()) return;
    do {
      read();
    } while (take(','));
    expect(']', "',' or ']'");
  }
  /// Only the beginning of an array: is there a first element?
  bool enter_array() {
    expect('[', "an array");
    return !take(']');
  }
  /// Calls `read(key)` for every member of the object here; `read` takes one value. The key lives
  /// as long as the window.
  template <class Read>
  void members(Read&& read) {
    expect('{', "an object");
    if (take('}')) return;
    JsonKeys keys;
    do {
      const std::string_view key = member_name(keys);
      read(key);
    } while (take(','));
    expect('}', "',' or '}'");
  }
  /// Everything that `read` takes lies in one window; `read` may be called again from the start.
  template <class Read>
  void whole(Read&& read) {
    in_whole_ = true;
    for (bool complete = false; !complete;) {
      mark_ = at_;
      try {
        read();
        complete = true;
      } catch (const WindowEnd&) {
        at_ = mark_;
        load_more();
      }
    }
    in_whole_ = false;
  }

  /// First character of the next value or sign; 0 at the end.
  [[nodiscard]] char peek();
  [[nodiscard]] double number();
  [[nodiscard]] std::int64_t integer();  ///< 3 and 3.0 are 3
  [[nodiscard]] bool truth();            ///< true, false, or a number that is 0 or not
  /// Without its escapes, which need `scratch`; lives as long as the window and `scratch`.
  [[nodiscard]] std::string_view text(std::string& scratch);
  /// Fills `out` and returns how many numbers there are, which may be more.
  std::size_t numbers(std::span<double> out);
  void numbers(std::vector<double>& out);  ///< appends
  void skip();                             ///< any value
  void end();                              ///< nothing but white space may follow

  /// Where the cursor is, for messages: "/annotations" and 17; "" and 3.
  void place(std::string_view array, std::size_t index);
  void no_place();
  void member(std::string_view name) { member_ = name; }
  [[nodiscard]] std::string pointer() const;

  /// `from`: where the refused value begins, as mark() gave it; the message quotes it.
  [[nodiscard]] const char* mark();
  [[noreturn]] void refuse(const char* from, std::string_view expected);
  /// About the record as a whole, e.g. a member that is missing.
  [[noreturn]] void refuse_record(std::string_view expected, std::string_view found) const;

 private:
  struct WindowEnd {};

  void expect(char wanted, std::string_view what);
  void skip_space();
  bool take(char wanted);
  std::string_view member_name(JsonKeys& keys);
  bool more();
  void load_more();
  void skip_value(int depth);
  void skip_number();
  void literal(std::string_view word);
  const char* scan_text(bool& escaped);
  const char* multi_byte(const char* at);
  const char* escape(const char* at, std::string* out);
  std::uint32_t hexadecimal(const char* at);
  void need(const char* at);
  [[noreturn]] void refuse_here(std::string_view expected);

  std::string path_;
  std::unique_ptr<InputFile> file_;  // none: a text in memory
  std::uint64_t file_bytes_ = 0, window_offset_ = 0, read_bytes_ = 0;
  std::vector<char> window_;  // followed by zeros
  const char *begin_ = nullptr, *at_ = nullptr, *end_ = nullptr, *mark_ = nullptr;
  bool in_whole_ = false;
  std::string key_;  // of a member whose name has escapes
  std::string_view array_;
  std::string member_;  // not a view: names inside the value that it has would replace key_
  std::int64_t index_ = -1;
};

}  // namespace roiflow
