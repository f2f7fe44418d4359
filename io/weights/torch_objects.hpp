/// The objects of torch that a weights file names, as data: the allow-list of globals, and what
/// REDUCE and BINPERSID mean for them. Nothing is called; each rule makes one plain value.
///
/// All functions throw Refused with the reason; the pickle reader adds file, offset and opcode.
///
/// Source: torch/_utils.py (_rebuild_tensor_v2, _rebuild_parameter), torch/serialization.py
/// (persistent_id: ('storage', type, key, location, elements)), torch/jit/_pickle.py.
#pragma once

#include <string_view>
#include <vector>

#include "io/weights/pickle.hpp"
#include "io/weights/pickle_value.hpp"
#include "io/weights/torch_tensors.hpp"

namespace roiflow::pickle {

/// The value of a global; refused unless it is in the table, or a class of a script in its file.
Value find_global(std::string_view module, std::string_view name, Dialect dialect);

/// `id` is the tuple of a persistent id; the storage is registered in `document`.
Value persistent_storage(Document& document, const Value& id);

/// The value of callable(*arguments).
Value reduce(const Value& callable, const Tuple& arguments);

/// The value of cls.__new__(cls, *arguments): plain argparse.Namespace, or a Module.
Value new_object(const Value& callable, const Tuple& arguments);

/// Gives a Module its state, once. The state of an OrderedDict or a Namespace is dropped: it never
/// holds weights. Refused for everything else.
void build(Value& target, Value& state);

}  // namespace roiflow::pickle
