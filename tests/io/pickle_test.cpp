// The pickle reader: plain values, and everything that it has to refuse.
#include "io/weights/pickle.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "io/weights/state_dict.hpp"
#include "tests/io/weights_support.hpp"
#include "tests/support/allocation_count.hpp"

using namespace roiflow;
using namespace std::string_literals;

namespace {

pickle::Document read_text(const std::string& text) {
  return pickle::read({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "p");
}

std::string repeat(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

/// _rebuild_tensor_v2(storage("key", FloatStorage, elements), offset, shape, strides, ...)
std::string tensor(const std::string& key, const std::string& elements, const std::string& offset,
                   const std::string& shape, const std::string& strides) {
  std::string text = "ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU"s;
  text += static_cast<char>(key.size());
  text += key +
          "U\x03"
          "cpu"s +
          elements + "tQ" + offset + shape + strides;
  return text +
         "\x89"
         "ccollections\nOrderedDict\n)RtR";
}

const std::string begin = "\x80\x02"s;
const std::string four = "K\x04"s;
const std::string zero = "K\x00"s;
const std::string square = "K\x02K\x02\x86"s;
const std::string rows = "K\x02K\x01\x86"s;

struct Case {
  const char* name;
  std::string bytes;
  const char* text;  // part of the message
};

void check_all(const std::vector<Case>& cases) {
  for (const Case& item : cases) {
    CAPTURE(item.name);
    check_refused([&] { read_text(item.bytes); }, ErrorCode::bad_data, item.text);
  }
}

}  // namespace

TEST_CASE("pickle: plain values") {
  const auto document = read_text(begin + "]q\x00(K\x07J\xff\xff\xff\xff\x8a\x02\x00\x01"s +
                                  "G\x3f\xf8\x00\x00\x00\x00\x00\x00X\x02\x00\x00\x00hi\x88Ne."s);
  const auto* list = pickle::get_if<pickle::List>(document.root);
  REQUIRE(list != nullptr);
  REQUIRE(list->items.size() == 7);
  CHECK(*pickle::get_if<std::int64_t>(list->items[0]) == 7);
  CHECK(*pickle::get_if<std::int64_t>(list->items[1]) == -1);
  CHECK(*pickle::get_if<std::int64_t>(list->items[2]) == 256);
  CHECK(*pickle::get_if<double>(list->items[3]) == 1.5);
  CHECK(*pickle::get_if<std::string>(list->items[4]) == "hi");
  CHECK(*pickle::get_if<bool>(list->items[5]));
  CHECK(pickle::get_if<pickle::None>(list->items[6]) != nullptr);
}

TEST_CASE("W3: a list inside itself is read and freed") {
  const auto document = read_text(begin +
                                  "]q\x00h\x00"
                                  "a."s);
  CHECK(pickle::get_if<pickle::List>(document.root)->items[0] == document.root);
}

TEST_CASE("W1: a name that no state_dict needs is refused with opcode, offset and name") {
  check_all({
      {"os.system", begin + "cos\nsystem\n(U\x04trueetR.",
       "p: byte 2: GLOBAL (0x63): the name 'os system'"},
      {"stack global",
       "\x80\x04\x8c\x08"
       "builtins\x8c\x04"
       "eval\x93.",
       "STACK_GLOBAL (0x93): the name 'builtins eval'"},
      {"dotted",
       "\x80\x04\x8c\x05torch\x8c\x0c"
       "Size.__new__\x93.",
       "the name 'torch Size.__new__'"},
      {"getattr of an allowed module", begin + "ctorch._utils\n_import_dotted_name\n.", "GLOBAL"},
  });
}

TEST_CASE("W2: nothing is called or built but the few known things") {
  check_all({
      {"reduce on a text", begin + "U\x01x)R.",
       "REDUCE (0x52): expected one of the known functions"},
      {"reduce on a storage type", begin + "ctorch\nFloatStorage\n)R.", "found a storage type"},
      {"reduce without a tuple", begin + "ccollections\nOrderedDict\n]R.", "expected a tuple"},
      {"namespace called", begin + "cargparse\nNamespace\n)R.", "is not called"},
      {"newobj on a function", begin + "ctorch._utils\n_rebuild_tensor_v2\n)\x81.", "NEWOBJ"},
      {"build on a dict", begin + "}}b.", "BUILD (0x62)"},
      {"build with a list", begin + "ccollections\nOrderedDict\n)R]b.",
       "expected a dict as the state"},
      {"inst", begin + "(ios\nsystem\n.", "INST (0x69): an opcode that no state_dict needs"},
      {"obj", begin + "(cos\nsystem\no.", "GLOBAL"},
      {"ext1", begin + "\x82\x01.", "EXT1"},
      {"newobj_ex", "\x80\x04)}\x92.", "NEWOBJ_EX"},
      {"persid", begin + "Pid\n.", "PERSID"},
      {"next buffer", "\x80\x05\x97.", "NEXT_BUFFER"},
      {"unknown opcode", begin + "\xf7.", "unknown opcode (0xf7)"},
  });
}

TEST_CASE("W3: misuse of stack and memo, and lengths beyond the input, are refused") {
  check_all({
      {"protocol 0", "(I1\nl.", "begins with PROTO"},
      {"protocol 9", "\x80\x09N.", "expected protocol 2 to 5, found 9"},
      {"second PROTO", begin + "N\x80\x02.", "a second PROTO"},
      {"nothing", "", "1 bytes were expected"},
      {"no STOP", begin + "N", "1 bytes were expected but only 0 are left"},
      {"truncated text", begin + "X\xff\xff\xff\x7fhi.", "2147483647 bytes were expected"},
      {"huge text", "\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xffhi.", "bytes were expected"},
      {"huge long", begin + "\x8b\xff\xff\xff\xff.", "bytes were expected"},
      {"frame lie", "\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7fN.", "FRAME"},
      {"opcode over the frame's end", "\x80\x04\x95\x01\0\0\0\0\0\0\0K\x01."s, "BININT1"},
      {"empty stack", begin + ".", "nothing is on the stack"},
      {"two values", begin + "NN.", "more than one value is left"},
      {"no mark", begin + "Nt.", "there is no mark"},
      {"below the mark", begin + "N(\x85.", "too few values"},
      {"append to a tuple", begin + ")Na.", "expected a list, found a tuple"},
      {"odd items", begin + "}(Nu.", "a key without a value"},
      {"list as key", begin + "}]Ns.", "as key, found a list"},
      {"memo never stored", begin + "h\x07.", "memo number 7 was never stored"},
      {"memo far away", begin + "Nr\xff\xff\xff\xff.", "memo number 4294967295 is out of order"},
      {"endless name", begin + "c" + std::string(1000, 'a'), "a name of more than 256 bytes"},
  });
}

TEST_CASE("W4: nesting has a bound") {
  check_all({
      {"deep marks", begin + std::string(1000, '('), "more than 256 open marks"},
      {"deep tuples", begin + ")" + std::string(1000, '\x85') + ".", "nested more than 256 deep"},
      {"deep lists",
       begin + "]" +
           repeat("q\x01]h\x01"
                  "a",
                  400) +
           ".",
       "nested more than 256 deep"},
  });
}

TEST_CASE("W5: storages and tensors that do not fit each other are refused") {
  check_all({
      {"storage key leaves", begin + tensor("../x", four, zero, square, rows) + ".",
       "BINPERSID (0x51): storage key"},
      {"storage key empty", begin + tensor("", four, zero, square, rows) + ".", "storage key"},
      {"persistent id of two", begin + "NN\x86Q.", "expected the persistent id"},
      {"offset beyond", begin + tensor("0", four, four, square, rows) + ".",
       "does not fit the 4 elements of storage '0'"},
      {"offset negative", begin + tensor("0", four, "J\xff\xff\xff\xff", square, rows) + ".",
       "tensor offset: expected 0 or more, found -1"},
      {"shape negative",
       begin + tensor("0", four, zero, "J\xff\xff\xff\xff\x85", "K\x01\x85") + ".", "tensor shape"},
      {"stride overflows",
       begin +
           tensor("0", four, zero, "K\x02\x85", "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f\x85") +
           ".",
       "stride"},
      {"shape overflows",
       begin +
           tensor("0", four, zero, "\x8a\x08\0\0\0\0\0\0\0\x40\x8a\x08\0\0\0\0\0\0\0\x40\x86"s,
                  rows) +
           ".",
       "shape"},
      {"expanded", begin + tensor("0", four, zero, "J\xff\xff\xff\x7f\x85", "K\x00\x85"s) + ".",
       "shape"},
      {"ranks differ", begin + tensor("0", four, zero, square, "K\x01\x85") + ".",
       "2 dimensions but 1 strides"},
      {"storage twice",
       begin + tensor("0", four, zero, square, rows) + tensor("0", "K\x05", zero, square, rows) +
           "\x86.",
       "named twice"},
  });
}

TEST_CASE("W4: operations and values have bounds") {
  pickle::Limits limits;
  limits.operations = 50;
  const auto read_limited = [&](const std::string& text) {
    pickle::read({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "p", limits);
  };
  const std::string many = begin + "]" + repeat("Na", 100) + ".";
  check_refused([&] { read_limited(many); }, ErrorCode::bad_data, "more than 50 operations");
  limits = {};
  limits.values = 20;
  check_refused([&] { read_limited(many); }, ErrorCode::bad_data, "more than 20 values");
}

TEST_CASE("W4: without limits of one's own, bombs end at ten million operations and below 1 GB") {
  // One value fetched without end; then values without end, alone and in containers.
  check_refused([] { read_text(begin + "Nq\x00"s + repeat("h\x00"s, 10'000'001)); },
                ErrorCode::bad_data, "more than 10000000 operations");
  const std::string values = begin + "]" + repeat("N", 2'000'001) + ".";
  const std::string containers = begin + "]" + repeat("]\x85", 1'000'001) + ".";
  for (const std::string& text : {values, containers}) {
    const std::size_t before = start_allocation_count();
    check_refused([&] { read_text(text); }, ErrorCode::bad_data, "more than 2000000 values");
    CHECK(peak_allocated_bytes() - before < std::size_t{1} << 30U);
  }
}

TEST_CASE("W4: sixty pairs of pairs cost sixty steps, not 2^60") {
  std::string text = begin + ")q\x00"s;
  for (char i = 0; i < 60; ++i) text += "h"s + i + "\x86q" + static_cast<char>(i + 1);
  CHECK(read_text(text + ".").values.size() == 61);
  check_refused([&] { find_state_dict(read_text(text + "."), "p"); }, ErrorCode::bad_data,
                "found a tuple");
}
