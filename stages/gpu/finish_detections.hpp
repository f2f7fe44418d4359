/// The host's part of a detector on a device: what a lane found becomes detections of the data set.
#pragma once

#include "stages/gpu/gpu.hpp"

namespace roiflow {

/// A detector with everything but engines.
[[nodiscard]] BatchDetector without_engines(const ModelDescription& d);

}  // namespace roiflow
