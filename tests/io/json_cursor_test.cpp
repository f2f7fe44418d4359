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
}

TEST_CASE("J13: nesting beyond 64 levels is refused where it begins") {
  CHECK(refusal(std::string(64, '[') + std::string(64, ']')) == "accepted");
  CHECK(refusal(std::string(65, '[') + std::string(65, ']')) ==
        "text: /: expected nesting of at most 64 levels, found '[' at byte 64");
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  CHECK(refusal(objects).find("expected nesting of at most 64 levels") != std::string::npos);
}

TEST_CASE("J2: a member that comes twice is refused, however it is written") {
  CHECK(refusal(R"({"a": 1, "b": 2, "a": 1})") ==
        "text: /: expected every member once, found \"a\" twice at byte 17");
  CHECK(refusal(R"([{"x": {"name": 1, "n\u0061me": 2}}])").find("found \"name\" twice") !=
        std::string::npos);
  CHECK(refusal(R"({"": 1, "": 2})") != "accepted");
  const std::string long_name(100, 'n');
  CHECK(refusal("{\"" + long_name + "\":1,\"" + long_name + "\":2}") != "accepted");
  CHECK(refusal("{\"" + long_name + "1\":1,\"" + long_name + "2\":2}") == "accepted");
  CHECK(refusal(R"({"a": {"a": [{"a": 1}, {"a": 2}]}, "b": 0})") == "accepted");
  // Many members take neither the square of their number in time nor a twin unseen.
  std::string many;
  for (int i = 0; i < 200000; ++i) many += fmt::format("\"k{}\":0,", i);
  CHECK(refusal("{" + many + "\"last\":0}") == "accepted");
  CHECK(refusal("{" + many + "\"k17\":0}").find("found \"k17\" twice") != std::string::npos);
}

TEST_CASE("J1: what is no JSON is refused with the byte where it ends to be some") {
  const struct {
    std::string text, part;
  } cases[] = {
      {"", "found the end of the file at byte 0"},
      {"[NaN]", "found 'N' at byte 1"},
      {"[-Infinity]", "found '-' at byte 1"},
      {"[1e400]", "expected a number that a double can hold"},
      {"[-1e999999999999]", "expected a number that a double can hold"},
      {"[1" + std::string(400, '0') + "]", "expected a number that a double can hold"},
      {std::string("[\0 1]", 5), "found the byte 0x00 at byte 1"},
      {std::string("\xFF\xFE[\0]\0", 6), "found the byte 0xff at byte 0"},  // UTF-16
      {std::string("\0[\0]", 4), "found the byte 0x00 at byte 0"},
      {"[\"\xC3(\"]", "expected a text in UTF-8, found the byte 0xc3 at byte 2"},
      {"[\"\xED\xA0\x80\"]", "expected a text in UTF-8"},      // a surrogate
      {"[\"\xF4\x90\x80\x80\"]", "expected a text in UTF-8"},  // above U+10FFFF
      {"[1] 2", "found '2' at byte 4"},
      {"[1,]", "expected a value, found ']' at byte 3"},
  };
  for (const auto& c : cases) {
    const std::string found = refusal(c.text);
    CAPTURE(found);
    CHECK(found.find(c.part) != std::string::npos);
  }
  CHECK(refusal("[1e308, 1e-400, 0e999999]") == "accepted");
  const Scratch scratch("json_cursor_test");
  test::write_bytes(scratch / "a.json", "\xEF\xBB\xBF[1]");
  CHECK_THROWS_WITH_AS(JsonCursor(scratch / "a.json"),
                       (scratch.path().string() +
                        "/a.json: /: expected JSON in UTF-8 without a byte order mark, found the "
                        "byte 0xef at byte 0")
                           .c_str(),
                       Error);
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
TEST_CASE("json cursor: a refusal inside a value names the member that the value has") {
  // Both names have escapes, so neither can be told from the file's bytes alone.
  JsonCursor json(R"({"a\u0062 is longer than fifteen":{"c\u0064 is longer than fifteen":[+]}})",
                  "t.json");
  std::string message;
  try {
    json.members([&](std::string_view key) {
      json.member(key);
      json.skip();
    });
  } catch (const Error& error) {
    message = error.what();
  }
  CHECK(message.starts_with("t.json: /ab is longer than fifteen: expected a value"));
}

TEST_CASE("json cursor: records that the window cuts are read again") {
  const Scratch scratch("json_cursor_test");
  std::mt19937_64 random(2);
  std::string file = " [";
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
