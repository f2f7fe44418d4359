/// The engines chosen for a GPU's convolutions (stages/cudnn/engine_choices.hpp) as a JSON file:
///
///   {"format": "roiflow engine choices", "version": 1,
///    "scopes": {"cuDNN 91900, NVIDIA H200, ...": {"f16 conv 8x200x272x256 to 256, ...":
///    "<plan>"}}}
///
/// The plans are cuDNN's own texts; it refuses those it cannot read.
#pragma once

#include <filesystem>

#include "stages/cudnn/engine_choices.hpp"

namespace roiflow {

/// Throws Error{no_input} or Error{bad_data}.
EngineChoices::Scopes read_engine_choices(const std::filesystem::path& path);

/// The file appears when it is complete. Throws Error{cannot_create} or Error{io}.
void write_engine_choices(const std::filesystem::path& path, const EngineChoices::Scopes& scopes);

}  // namespace roiflow
