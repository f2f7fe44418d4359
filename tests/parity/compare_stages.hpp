/// Every stage of a detector against torchvision's values for one picture.
#pragma once

#include "stages/detector/detector.hpp"
#include "tests/support/parity_dump.hpp"

namespace roiflow::test {

/// Tolerances of the contract: tensors 1e-4 relative, boxes 0.05 px, scores 1e-4, the same
/// detections in the same order, masks equal but where the probability is within 1e-5 of 0.5.
/// Runs the chain from the picture on; where a stage decides (top-k, NMS), it is also given
/// torchvision's own input, so that a rounding before it cannot hide a wrong decision.
void compare_stages(const ParityImage& expected, const DetectorStages& stages);

}  // namespace roiflow::test
