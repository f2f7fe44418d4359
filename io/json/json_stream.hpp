/// A large JSON file read value by value: memory is one block and the largest single value, not the
/// file. The walker knows the brackets, strings and commas of the outer levels; each value is then
/// handed to simdjson, which checks it strictly (so NaN, wrong escapes, bad UTF-8, nesting deeper
/// than 64 and numbers beyond double are refused); so are members that come twice, and a byte order
/// mark.
///
/// Errors: Error{no_input}, or Error{bad_data} "<file>: <pointer>: ..." with the byte offset.
///
/// Example, for {"images": [{"id": 1}, {"id": 2}]}:
///   JsonStream json("a.json");
///   json.begin_object("");
///   while (auto key = json.next_member("")) {            // "images"
///     json.begin_array("/images");
///     for (i = 0; json.next_element("/images"); ++i) json.value(fmt::format("/images/{}", i));
///   }
///   json.end();                                          // nothing but white space may follow
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

namespace roiflow {

class JsonStream {
 public:
  explicit JsonStream(const std::filesystem::path& path);

  [[nodiscard]] const std::string& path() const { return path_; }
  /// The first character of the next value, after white space; 0 at the end of the file.
  [[nodiscard]] char peek();
  void begin_object(std::string_view pointer);
  /// The key of the next member, or nothing after the object's end. The caller reads the value.
  [[nodiscard]] std::optional<std::string> next_member(std::string_view pointer);
  void begin_array(std::string_view pointer);
  /// False after the array's end. The caller reads the element.
  [[nodiscard]] bool next_element(std::string_view pointer);
  /// The next value, whole; it lives until the next call.
  [[nodiscard]] simdjson::dom::element value(std::string_view pointer);
  void end();

 private:
  char take();
  void expect(char wanted, std::string_view pointer, std::string_view what);
  void fill();
  void read_nested(std::string_view pointer);
  void read_string(std::string_view pointer);
  void read_scalar();
  [[noreturn]] void fail_here(std::string_view pointer, std::string_view expected);

  std::string path_;
  std::ifstream file_;
  std::vector<char> block_;
  std::size_t at_ = 0, filled_ = 0;
  std::int64_t block_offset_ = 0;  // of block_[0] in the file
  bool first_ = true;              // no member or element of the open container was read yet
  std::string text_;               // the value that is being read
  simdjson::dom::parser parser_;
};

}  // namespace roiflow
