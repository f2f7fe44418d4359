/// The preprocessing that a model's description asks for.
#pragma once

#include "stages/model/model_description.hpp"
#include "stages/preprocess/preprocess.hpp"

namespace roiflow {

/// Throws Error{usage} as Preprocess.
[[nodiscard]] Preprocess described_preprocess(const PreprocessDescription& description);

}  // namespace roiflow
