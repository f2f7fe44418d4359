/// What the CPU's stages find in an image of a batch, whatever kind of detector they are.
#pragma once

#include "stages/detector/detector.hpp"
#include "stages/gpu/batch_engine.hpp"

namespace roiflow {

inline ImageDetections detections_on_cpu(const DetectorStages& s, const BatchImage& image) {
  const NetworkInput input = s.needs_proposals()
                                 ? s.preprocess_proposed({*image.image, image.regions})
                                 : s.preprocess(*image.image);
  const Detected d = s.detect(s.box_head(s.propose(s.trunk(input))));
  return s.has_masks() ? s.paste(s.mask_head(d)) : s.finish(d);
}

}  // namespace roiflow
