// What wants to harm the reader through a TorchScript archive is refused.
#include <string>

#include <doctest/doctest.h>

#include "io/weights/torch_script.hpp"
#include "tests/io/script_bytes.hpp"
#include "tests/io/weights_support.hpp"

using namespace roiflow;
using namespace std::string_literals;

namespace {

std::string number_of_five_digits(int number) {
  const std::string digits = std::to_string(100'000 + number);
  return "U\x05" + digits.substr(1);
}

/// A dict of `names` keys that all hold the value of `bytes`.
std::string same_value(const std::string& bytes, int names) {
  std::string dict = "}(" + number_of_five_digits(0) + bytes + "q\x01"s;
  for (int i = 1; i < names; ++i) dict += number_of_five_digits(i) + "h\x01";
  return dict + "u";
}

}  // namespace

TEST_CASE("W1 W2: torch script: what it may not hold is refused with opcode and offset") {
  struct Case {
    const char* name;
    std::string bytes;
    const char* text;
  };
  const Case cases[] = {
      {"os.system", script_begin + "cos\nsystem\n(U\x04trueetR.", "the name 'os system'"},
      {"a module that only begins like a script's", script_begin + "c__torch__x\nsystem\n.",
       "the name '__torch__x system'"},
      {"a class with a dot", script_begin + "c__torch__\na.b\n.", "the name '__torch__ a.b'"},
      {"a path", script_begin + "c__torch__.../etc\nNet\n.", "the name '__torch__.../etc Net'"},
      {"a class called", script_begin + "c__torch__.a\nNet\n)R.",
       "expected one of the known functions, found a class of TorchScript"},
      {"a class with arguments", script_begin + "c__torch__.a\nNet\nK\x01\x85\x81.",
       "expected no arguments"},
      {"two states", script_begin + script_module + "}b}b.", "a second state"},
      {"a list that is none", script_begin + "ctorch.jit._pickle\nbuild_intlist\nK\x01\x85R.",
       "expected one list"},
      {"a quantised tensor without a quantiser",
       script_begin + "ctorch._utils\n_rebuild_qtensor\n)R.", "expected 7 arguments"},
      {"a scheme called", script_begin + "ctorch\nper_channel_affine\n)R.",
       "a quantisation scheme"},
  };
  for (const Case& item : cases) {
    CAPTURE(item.name);
    check_refused([&] { read_script(item.bytes); }, ErrorCode::bad_data, item.text);
  }
  // The other dialect knows no classes at all.
  const std::string net = script_begin + script_module + "}b.";
  check_refused(
      [&] {
        pickle::read({reinterpret_cast<const std::uint8_t*>(net.data()), net.size()}, "p");
      },
      ErrorCode::bad_data, "the name '__torch__.a.b Net'");
}

TEST_CASE("W4: torch script: modules inside themselves, towers and trees end well") {
  struct Case {
    const char* name;
    std::string bytes;
    const char* text;
  };
  // A module that is its own attribute.
  const std::string loop = script_begin + script_module + "q\x00}U\x01xh\x00sb."s;
  // Every level holds the next one twice: 2^40 modules by path, 41 in the file.
  std::string tree = script_module + "}b"s;
  for (int level = 0; level < 40; ++level) {
    const std::string place(1, static_cast<char>(level));
    tree = script_module + "}(U\x01x" + tree + "q" + place + "U\x01yh" + place + "ub";
  }
  const Case cases[] = {
      {"loop", loop, "inside each other"},
      {"tree", script_begin + tree + ".", "expected at most 100000 modules"},
      {"no module", script_begin + "}.", "expected a TorchScript module"},
      {"no tensors", script_begin + script_module + "}b.", "found one without any"},
      {"no state", script_begin + script_module + ".", "found one without any"},
  };
  for (const Case& item : cases) {
    CAPTURE(item.name);
    check_refused([&] { find_script_tensors(read_script(item.bytes), "p"); }, ErrorCode::bad_data,
                  item.text);
  }
}

TEST_CASE("W4: torch script: one child of many names cannot multiply its attributes") {
  const auto root = [](const std::string& child, int names) {
    return script_begin + script_module + same_value(script_module + child + "b", names) + "b.";
  };
  struct Case {
    const char* name;
    std::string bytes;
    const char* text;
  };
  // The memo number 1 is the child's attribute first and the child afterwards.
  // 90,000 attributes of the root and as many of each child pass 2 million in the 22nd child.
  const Case cases[] = {
      {"numbers", root(same_value("K\x07", 90'000), 90'000),
       "p: module '00021': expected at most 2000000 attributes"},
      {"tensors", root(same_value(empty_tensor, 500), 90'000),
       "p: tensor '00200.00000': expected at most 100000 tensors"},
  };
  for (const Case& item : cases) {
    CAPTURE(item.name);
    check_refused([&] { find_script_tensors(read_script(item.bytes), "p"); }, ErrorCode::bad_data,
                  item.text);
  }
}

TEST_CASE("W4: torch script: classes without number cannot have the code read for ever") {
  std::string bytes = script_begin + script_module + "}(";
  for (int i = 0; i < 1000; ++i) {
    const std::string name = number_of_five_digits(i);
    bytes += name + "c__torch__.a\nNet" + name.substr(2) + "\n)\x81}b";
  }
  std::size_t entries = 0;
  const auto code = [&](const std::string& /*entry*/) {
    ++entries;
    return std::string(1U << 20U, ' ');
  };
  check_refused([&] { find_script_tensors(read_script(bytes + "ub."), "p", code); },
                ErrorCode::bad_data, "code of class '__torch__.a.Net00256'");
  CHECK(entries == 257);
}
