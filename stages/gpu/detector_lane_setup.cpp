#include "stages/gpu/detector_lane_setup.hpp"

#include "stages/core/error.hpp"
#include "stages/detector/described_params.hpp"
#include "stages/heads/box_result_work.hpp"
#include "stages/model/mask_head.hpp"
#include "stages/preprocess/described_preprocess.hpp"
#include "stages/proposals/proposal_work.hpp"

namespace roiflow {

DetectorLaneSetup::DetectorLaneSetup(const ModelDescription& d, const Weights& weights,
                                     int batch_size)
    : description(d), preprocess(described_preprocess(d.preprocess)), batch(batch_size) {
  // What a GPU does not take is refused before the first image.
  [[maybe_unused]] const BoxResultWork limits(box_result_params(d), d.classes, regions_per_image());
  if (d.has_rpn()) {
    require(
        d.rpn.pre_nms_top_n <= NmsSegments::most_rows && d.levels() <= ProposalWork::most_levels,
        ErrorCode::bad_data,
        "model {}: a GPU takes at most {} candidates a level (rpn.pre_nms_top_n) and {} levels, "
        "found {} and {}",
        d.name, NmsSegments::most_rows, ProposalWork::most_levels, d.rpn.pre_nms_top_n, d.levels());
  }
  if (d.kind != ModelKind::mask_rcnn) return;
  const std::string prefix = mask_logits_parameters;
  mask_weights = weights.find(prefix + ".weight")->second.values;
  mask_bias = weights.find(prefix + ".bias")->second.values;
}

int DetectorLaneSetup::regions_per_image() const {
  return description.has_rpn() ? description.rpn.post_nms_top_n : description.proposals.max_count;
}

}  // namespace roiflow
