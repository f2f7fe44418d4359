#include "io/json/json_cursor.hpp"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "stages/core/error.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/shared_data.hpp"

namespace roiflow {
namespace {

using test::Scratch;

std::string refusal(const std::string& text) {
  try {
    JsonCursor json(text, "text");
    json.skip();
    json.end();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_data);
    return error.what();
  }
  return "accepted";
}

double number(const std::string& text) {
  JsonCursor json(text, "text");
  const double value = json.number();
  json.end();
  return value;
}

std::string text_of(const std::string& json_text) {
  JsonCursor json(json_text, "text");
  std::string scratch;
  return std::string(json.text(scratch));
}

}  // namespace

// Truth: the C library's strtod, which is correctly rounded.
TEST_CASE("json cursor: decimals become the nearest double") {
  std::mt19937_64 random(1);
  const auto check = [](const std::string& text) {
    INFO(text);
    const double expected = std::strtod(text.c_str(), nullptr);
    CHECK(std::bit_cast<std::uint64_t>(number(text)) == std::bit_cast<std::uint64_t>(expected));
  };
  for (int i = 0; i < 20000; ++i) {
    double value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    check(fmt::format("{:.17g}", value));
    check(fmt::format(
        "{:.{}f}",
        std::ldexp(1.0, static_cast<int>(random() % 20)) / static_cast<double>(random() % 9999 + 1),
        random() % 30));
    check(fmt::format("{}.{}e{}", random() % 10, random(), static_cast<int>(random() % 600) - 300));
    check(fmt::format("{}", static_cast<double>(static_cast<float>(value)) == 0 ? 0.1 : value));
  }
  for (const char* text :
       {"0", "-0.0", "9007199254740993", "9007199254740992.5", "5e-324", "1e-400",
        "2.2250738585072011e-308", "1.7976931348623157e308", "1e22", "1e23",
        "12345678901234567890123456789", "0.000000000000000000000000000001"}) {
    check(text);
  }
}

TEST_CASE("json cursor: -0 without a fraction is an integer; integers may have a point") {
  CHECK_FALSE(std::signbit(number("-0")));
  CHECK(std::signbit(number("-0.0")));
  const auto integer = [](const std::string& text) { return JsonCursor(text, "text").integer(); };
  CHECK(integer("7.0") == 7);
  CHECK(integer("-12e2") == -1200);
  CHECK(integer("9223372036854775807") == 9223372036854775807);
  CHECK_THROWS_AS(integer("7.5"), Error);
  CHECK_THROWS_AS(integer("18446744073709551616"), Error);
}

TEST_CASE("json cursor: texts lose their escapes") {
  CHECK(text_of(R"("plain, longer than eight bytes")") == "plain, longer than eight bytes");
  CHECK(text_of(R"("a\"\\\/\b\f\n\r\tz")") == "a\"\\/\b\f\n\r\tz");
  CHECK(text_of(R"("\u0041\u00e9\u20AC\ud83d\ude00")") == "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK(text_of(R"("\ud83d!")") == "\xEF\xBF\xBD!");
  CHECK(text_of("\"\xC3\xA9\"") == "\xC3\xA9");
}

TEST_CASE("json cursor: what is no JSON is refused with its place") {
  CHECK(refusal("[1, 2") == "text: /: expected ',' or ']', found the end of the file at byte 5");
  CHECK(refusal("[01]") == "text: /: expected a value, found '0' at byte 1");
  CHECK(refusal("[NaN]") == "text: /: expected a value, found 'N' at byte 1");
  CHECK(refusal("{\"a\" 1}") == "text: /: expected ':', found '1' at byte 5");
  CHECK(refusal("\"\t\"") ==
        "text: /: expected no control character in a text, found the byte 0x09 at byte 1");
  CHECK(refusal("\"\xC0\xAF\"") ==
        "text: /: expected a text in UTF-8, found the byte 0xc0 at byte 1");
  CHECK(refusal("\"\\x\"").find("expected one of \\\"") != std::string::npos);
  CHECK(refusal(std::string("[1]\0", 4)) ==
        "text: /: expected nothing after the closing bracket, found the byte 0x00 at byte 3");
  CHECK(refusal(std::string(1024, '[') + std::string(1024, ']')) == "accepted");
  CHECK(refusal(std::string(100000, '[')) ==
        "text: /: expected nesting of at most 1024 levels, found '[' at byte 1024");
}

TEST_CASE("json cursor: JSONTestSuite") {
  const auto root = test::shared_data() / "hostile" / "json_test_suite" / "test_parsing";
  if (!std::filesystem::is_directory(root)) {
    MESSAGE("SKIPPED JSONTestSuite: no " << root.string());
    return;
  }
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".json") continue;
    const std::string file = entry.path().filename();
    INFO(file);
    ++files;
    const bool accepted = refusal(test::read_bytes(entry.path())) == "accepted";
    if (file.starts_with("y_")) CHECK(accepted);
    if (file.starts_with("n_")) CHECK_FALSE(accepted);
  }
  CHECK(files > 100);
}

// Records of 1 to 400,000 bytes, so that every kind of token is cut by the end of a window.
TEST_CASE("json cursor: records that the window cuts are read again") {
  const Scratch scratch("json_cursor_test");
  std::mt19937_64 random(2);
  std::string file = "\xEF\xBB\xBF [";
  std::vector<std::pair<std::int64_t, std::string>> expected;
  for (int i = 0; i < 30000; ++i) {
    const std::size_t size = i % 3000 == 0 ? random() % 400000 : random() % 60;
    std::string value(size, static_cast<char>('a' + i % 26));
    if (i % 7 == 0) value += "\xE2\x82\xAC";
    expected.emplace_back(static_cast<std::int64_t>(random() >> 12), value);
    file += fmt::format(
        "{}{{\"number\": {}, \"skip\": [true, null, -1.5e3, {{\"\\u0041\": \"\\\\\"}}],"
        " \"text\":\"{}\\n\"}}{}",
        i == 0 ? "" : ",", expected.back().first, value,
        std::string(static_cast<std::size_t>(i % 5), ' '));
  }
  file += "]\n";
  test::write_bytes(scratch / "a.json", file);
  JsonCursor json(scratch / "a.json");
  std::size_t at = 0;
  bool all_equal = true;
  json.elements([&] {
    std::int64_t number = 0;
    std::string text, buffer;
    json.whole([&] {
      json.members([&](std::string_view key) {
        if (key == "number") {
          number = json.integer();
        } else if (key == "text") {
          text = json.text(buffer);
        } else {
          json.skip();
        }
      });
    });
    all_equal = all_equal && number == expected.at(at).first && text == expected[at].second + "\n";
    ++at;
  });
  json.end();
  CHECK(all_equal);
  CHECK(at == expected.size());
  CHECK(json.offset() == file.size());
}

}  // namespace roiflow
