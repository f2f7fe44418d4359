#include "io/weights/pickle_opcodes.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace roiflow::pickle {

std::string_view name(Opcode opcode) {
  using enum Opcode;
  using Entry = std::pair<Opcode, std::string_view>;
  static constexpr auto names = std::to_array<Entry>({
      {mark, "MARK"},
      {empty_tuple, "EMPTY_TUPLE"},
      {stop, "STOP"},
      {pop, "POP"},
      {pop_mark, "POP_MARK"},
      {duplicate, "DUP"},
      {binary_bytes, "BINBYTES"},
      {short_binary_bytes, "SHORT_BINBYTES"},
      {floating, "FLOAT"},
      {binary_float, "BINFLOAT"},
      {integer, "INT"},
      {binary_int, "BININT"},
      {binary_int1, "BININT1"},
      {long_integer, "LONG"},
      {binary_int2, "BININT2"},
      {none, "NONE"},
      {persistent_id, "PERSID"},
      {binary_persistent_id, "BINPERSID"},
      {reduce, "REDUCE"},
      {string, "STRING"},
      {binary_string, "BINSTRING"},
      {short_binary_string, "SHORT_BINSTRING"},
      {unicode, "UNICODE"},
      {binary_unicode, "BINUNICODE"},
      {empty_list, "EMPTY_LIST"},
      {append, "APPEND"},
      {build, "BUILD"},
      {global, "GLOBAL"},
      {dict, "DICT"},
      {appends, "APPENDS"},
      {get, "GET"},
      {binary_get, "BINGET"},
      {inst, "INST"},
      {long_binary_get, "LONG_BINGET"},
      {list, "LIST"},
      {object, "OBJ"},
      {put, "PUT"},
      {binary_put, "BINPUT"},
      {long_binary_put, "LONG_BINPUT"},
      {set_item, "SETITEM"},
      {tuple, "TUPLE"},
      {set_items, "SETITEMS"},
      {empty_dict, "EMPTY_DICT"},
      {protocol, "PROTO"},
      {new_object, "NEWOBJ"},
      {extension1, "EXT1"},
      {extension2, "EXT2"},
      {extension4, "EXT4"},
      {tuple1, "TUPLE1"},
      {tuple2, "TUPLE2"},
      {tuple3, "TUPLE3"},
      {new_true, "NEWTRUE"},
      {new_false, "NEWFALSE"},
      {long1, "LONG1"},
      {long4, "LONG4"},
      {short_binary_unicode, "SHORT_BINUNICODE"},
      {binary_unicode8, "BINUNICODE8"},
      {binary_bytes8, "BINBYTES8"},
      {empty_set, "EMPTY_SET"},
      {add_items, "ADDITEMS"},
      {frozen_set, "FROZENSET"},
      {new_object_ex, "NEWOBJ_EX"},
      {stack_global, "STACK_GLOBAL"},
      {memoize, "MEMOIZE"},
      {frame, "FRAME"},
      {byte_array8, "BYTEARRAY8"},
      {next_buffer, "NEXT_BUFFER"},
      {read_only_buffer, "READONLY_BUFFER"},
  });
  const auto* found = std::ranges::find(names, opcode, &Entry::first);
  return found == names.end() ? std::string_view("unknown opcode") : found->second;
}

}  // namespace roiflow::pickle
