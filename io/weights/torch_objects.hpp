/// The objects of torch that a state_dict names, as data: the allow-list of globals, and what
/// REDUCE and BINPERSID mean for them. Nothing is called; each rule makes one plain value.
///
/// All functions throw Refused with the reason; the pickle reader adds file, offset and opcode.
///
/// Source: torch/_utils.py (_rebuild_tensor_v2, _rebuild_parameter), torch/serialization.py
/// (persistent_id: ('storage', type, key, location, elements)).
#pragma once

#include <stdexcept>
#include <string_view>
#include <vector>

#include "io/weights/pickle_value.hpp"

namespace roiflow::pickle {

class Refused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The value of a global; refused unless it is in the table.
Value find_global(std::string_view module, std::string_view name);

/// `id` is the tuple of a persistent id; the storage is registered in `document`.
Value persistent_storage(Document& document, const Value& id);

/// The value of callable(*arguments).
Value reduce(const Value& callable, const Tuple& arguments);

/// The value of cls.__new__(cls, *arguments): plain argparse.Namespace only.
Value new_object(const Value& callable, const Tuple& arguments);

/// Refused unless `target` may get a state (which is then dropped: it never holds weights).
void check_build(const Value& target, const Value& state);

}  // namespace roiflow::pickle
