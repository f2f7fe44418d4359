/// The opcodes of the pickle format, with their names for messages.
/// Source: Lib/pickletools.py of CPython, protocols 0 to 5.
#pragma once

#include <cstdint>
#include <string_view>

namespace roiflow::pickle {

enum class Opcode : std::uint8_t {
  mark = '(',
  empty_tuple = ')',
  stop = '.',
  pop = '0',
  pop_mark = '1',
  duplicate = '2',
  binary_bytes = 'B',
  short_binary_bytes = 'C',
  floating = 'F',
  binary_float = 'G',
  integer = 'I',
  binary_int = 'J',
  binary_int1 = 'K',
  long_integer = 'L',
  binary_int2 = 'M',
  none = 'N',
  persistent_id = 'P',
  binary_persistent_id = 'Q',
  reduce = 'R',
  string = 'S',
  binary_string = 'T',
  short_binary_string = 'U',
  unicode = 'V',
  binary_unicode = 'X',
  empty_list = ']',
  append = 'a',
  build = 'b',
  global = 'c',
  dict = 'd',
  appends = 'e',
  get = 'g',
  binary_get = 'h',
  inst = 'i',
  long_binary_get = 'j',
  list = 'l',
  object = 'o',
  put = 'p',
  binary_put = 'q',
  long_binary_put = 'r',
  set_item = 's',
  tuple = 't',
  set_items = 'u',
  empty_dict = '}',
  protocol = 0x80,
  new_object = 0x81,
  extension1 = 0x82,
  extension2 = 0x83,
  extension4 = 0x84,
  tuple1 = 0x85,
  tuple2 = 0x86,
  tuple3 = 0x87,
  new_true = 0x88,
  new_false = 0x89,
  long1 = 0x8a,
  long4 = 0x8b,
  short_binary_unicode = 0x8c,
  binary_unicode8 = 0x8d,
  binary_bytes8 = 0x8e,
  empty_set = 0x8f,
  add_items = 0x90,
  frozen_set = 0x91,
  new_object_ex = 0x92,
  stack_global = 0x93,
  memoize = 0x94,
  frame = 0x95,
  byte_array8 = 0x96,
  next_buffer = 0x97,
  read_only_buffer = 0x98
};

/// "REDUCE", or "unknown opcode".
std::string_view name(Opcode opcode);

}  // namespace roiflow::pickle
