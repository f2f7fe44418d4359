/// Trained weights from a file of another program, as float32 by name.
///
/// The format is found from the content, never from the file's name: torch's zip format (a
/// state_dict or a TorchScript module), torch's older format, safetensors. Nothing in the file is
/// executed, and there is no fallback that would. Names and conventions are torchvision's, in their
/// newest form (weight_names.hpp, d2go_names.hpp).
///
/// Errors: Error{no_input} if the file cannot be opened; Error{bad_data} if it is none of these
/// formats, breaks the rules of its format, or holds a number that is not finite.
#pragma once

#include <string>

#include "io/weights/state_dict.hpp"

namespace roiflow {

ImportedWeights read_weights(const std::string& path);

/// Throws Error{bad_data} naming the first tensor and index that is infinite or not a number.
void require_finite(const Weights& weights, const std::string& source);

}  // namespace roiflow
