/// Weights from a .safetensors file.
///
/// Eight bytes (little-endian) give the length of a JSON header, at most 25 MiB here; the header
/// maps names to {"dtype", "shape", "data_offsets": [begin, end]} and may have one
/// "__metadata__" of texts. The data follow: from 0, without hole or overlap, to the end of file.
///
/// Source: huggingface/safetensors, safetensors/src/tensor.rs.
/// Example: {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} and eight bytes.
#pragma once

#include "io/input_file.hpp"
#include "io/weights/state_dict.hpp"

namespace roiflow {

/// Throws Error{bad_data} with the path, the tensor and the rule that does not hold.
ImportedWeights read_safetensors(const InputFile& file);

}  // namespace roiflow
