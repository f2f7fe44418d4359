#include "stages/gpu/detector_lane.hpp"

#include "stages/model/mask_head.hpp"
#include "stages/preprocess/described_preprocess.hpp"

namespace roiflow {

DetectorLaneSetup::DetectorLaneSetup(const ModelDescription& d, const Weights& weights,
                                     int batch_size)
    : description(d), preprocess(described_preprocess(d.preprocess)), batch(batch_size) {
  if (d.kind != ModelKind::mask_rcnn) return;
  const std::string prefix = mask_logits_parameters;
  mask_weights = weights.find(prefix + ".weight")->second.values;
  mask_bias = weights.find(prefix + ".bias")->second.values;
}

int DetectorLaneSetup::regions_per_image() const {
  return description.has_rpn() ? description.rpn.post_nms_top_n : description.proposals.max_count;
}

}  // namespace roiflow
