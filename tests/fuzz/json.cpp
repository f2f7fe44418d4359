// The one-pass JSON reader beside nlohmann's: both accept, or both refuse; numbers are the same
// bits.
#include <algorithm>
#include <bit>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "io/json/json_cursor.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace roiflow;

namespace {

/// The other reader, value by value: members that come twice are there twice, as in the cursor.
class OtherReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t value) override { return keep(static_cast<double>(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    return keep(static_cast<double>(value));
  }
  bool number_float(number_float_t value, const string_t& /*text*/) override { return keep(value); }
  bool string(string_t& value) override {
    texts.push_back(value);
    return true;
  }
  bool binary(binary_t& /*value*/) override { return true; }
  bool start_object(std::size_t /*items*/) override {
    names_.emplace_back();
    return deeper();
  }
  bool end_object() override {
    names_.pop_back();
    return --depth_ >= 0;
  }
  bool start_array(std::size_t /*items*/) override { return deeper(); }
  bool end_array() override { return --depth_ >= 0; }
  bool key(string_t& value) override {
    twice = !names_.back().insert(value).second || twice;
    return string(value);
  }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::json::exception& /*error*/) override {
    return false;
  }

  std::vector<double> numbers;
  std::vector<std::string> texts;  // names of members as well
  int deepest = 0;
  bool twice = false;  // some object has two members of one name

 private:
  bool keep(double value) {
    numbers.push_back(value);
    return true;
  }
  bool deeper() {
    deepest = std::max(deepest, ++depth_);
    return true;
  }
  int depth_ = 0;
  std::vector<std::set<std::string>> names_;  // of the open objects
};

/// Reads any value with the cursor's calls for callers, not with skip().
struct Walk {
  std::vector<double> numbers;
  std::vector<std::string> texts;

  void value(JsonCursor& cursor) {
    std::string scratch;
    switch (cursor.peek()) {
      case '{':
        return cursor.members([&](std::string_view key) {
          texts.emplace_back(key);
          value(cursor);
        });
      case '[':
        return cursor.elements([&] { value(cursor); });
      case '"':
        texts.emplace_back(cursor.text(scratch));
        return;
      case 't':
      case 'f':
      case 'n':
        return cursor.skip();
      default:
        numbers.push_back(cursor.number());
    }
  }
};

/// Whether some escape may be half of a surrogate pair: \uD800 to \uDFFF.
bool has_surrogate(std::string_view text) {
  for (std::size_t at = text.find("\\u"); at != std::string_view::npos;
       at = text.find("\\u", at + 1)) {
    if (at + 2 < text.size() && (text[at + 2] == 'd' || text[at + 2] == 'D')) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::MemoryFile file;
  const std::string text(fuzz::as_text({data, size}));
  // A file needs a large window, so mostly it is a text in memory (which has no byte order mark).
  const bool in_file = text.size() % 16 == 0 || text.starts_with('\xEF');
  const std::string source = in_file ? file.path() : "t.json";
  if (in_file) file.write({data, size});
  const auto open = [&] { return in_file ? JsonCursor(file.path()) : JsonCursor(text, "t.json"); };
  constexpr int deep = 64;
  OtherReader other;
  const bool accepted = nlohmann::json::sax_parse(text, &other);
  if (other.deepest >= deep) return 0;

  const bool skipped = fuzz::accepts(source, [&] {
    JsonCursor cursor = open();
    cursor.skip();
    cursor.end();
  });
  Walk walk;
  const bool walked = fuzz::accepts(source, [&] {
    JsonCursor cursor = open();
    walk.value(cursor);
    cursor.end();
  });
  fuzz::must(!walked || skipped, "what can be read can be skipped");
  if (text.find('\0') != std::string::npos) return 0;  // to nlohmann, the end of the text
  if (other.twice || text.starts_with('\xEF')) return 0;
  fuzz::must(walked || !accepted, "what the other reader accepts is accepted", text);
  if (has_surrogate(text)) return 0;
  fuzz::must(walked == accepted, "both readers accept or both refuse", text);
  if (!walked) return 0;
  fuzz::must(other.texts == walk.texts, "the same texts");
  fuzz::must(other.numbers.size() == walk.numbers.size(), "as many numbers");
  for (std::size_t i = 0; i < walk.numbers.size(); ++i) {
    const double a = walk.numbers[i] == 0 ? 0.0 : walk.numbers[i];
    const double b = other.numbers[i] == 0 ? 0.0 : other.numbers[i];
    fuzz::must(std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b),
               "the nearest double", fmt::format("{} and {}", a, b));
  }
  return 0;
}
