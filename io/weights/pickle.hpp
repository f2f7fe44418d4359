/// Reads a pickle as data: a small machine for the opcodes that a torch state_dict consists of
/// or a TorchScript module consists of (protocols 2 to 5). It has no way to import, call or build
/// anything: a GLOBAL is looked up in a fixed table (io/torch_objects.cpp) and REDUCE gives the
/// handful of names there one fixed meaning. Every other opcode, name or use is refused; there is
/// no second, laxer way in.
///
/// Bounded before memory is taken: operations, nesting, memo, and every length against the input.
///
/// Errors: Error{bad_data} "FILE: byte N: OPCODE: what was expected or found".
///
/// Source: Lib/pickletools.py of CPython (opcode table), torch/serialization.py (persistent ids).
/// Example: the bytes 80 02 5d 71 00 4b 07 61 2e are the list [7].
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "io/weights/pickle_value.hpp"

namespace roiflow::pickle {

/// What the file is said to be. Only a script may name its own classes (module "__torch__" and
/// below); they become plain Module values, never types that could be called.
enum class Dialect { state_dict, torch_script };

struct Limits {
  std::uint64_t operations = 10'000'000;
  std::size_t values = 2'000'000;  ///< things made; about 100 bytes each
  int depth = 256;                 ///< nesting of containers, and of open marks
};

/// Reads the pickle at the beginning of `bytes`; what follows its STOP is the caller's
/// (Document::bytes says where it ends). `source` begins every message.
Document read(std::span<const std::uint8_t> bytes, const std::string& source,
              const Limits& limits = {}, Dialect dialect = Dialect::state_dict);

}  // namespace roiflow::pickle
