/// Weights from the format that torch.save wrote before torch 1.6 (and still does on request).
///
/// A row of pickles, then raw storages: magic number, protocol version 1001, machine description,
/// the object, the list of storage keys; then for every key an int64 count of elements and the
/// elements, little-endian, to the end of the file.
///
/// Source: torch/serialization.py, _legacy_save and _legacy_load.
#pragma once

#include <cstdint>
#include <span>

#include "io/input_file.hpp"
#include "io/weights/state_dict.hpp"

namespace roiflow {

/// Whether the first bytes of a file (32 are enough) are this format's magic number.
bool is_torch_legacy(std::span<const std::uint8_t> beginning);

/// Throws Error{bad_data} with the path, the part and the byte offset.
ImportedWeights read_torch_legacy(const InputFile& file);

}  // namespace roiflow
