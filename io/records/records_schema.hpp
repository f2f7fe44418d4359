/// What the writer and the reader of match records share. `match_records.hpp` is the door.
#pragma once

#include <cstdint>

#include "io/hdf5/hdf5.hpp"
#include "stages/evaluate/evaluation_params.hpp"

namespace roiflow {

/// /images/state
inline constexpr std::uint8_t image_missing = 0, image_processed = 1, image_failed = 2;

/// Everything but category_ids and use_categories.
void write_parameters(hdf5::Group group, const EvaluationParams& params);
[[nodiscard]] EvaluationParams read_parameters(const hdf5::Group& group);

}  // namespace roiflow
