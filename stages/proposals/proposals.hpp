/// Proposals: from the region proposal network's two maps per level to the boxes worth a look.
///
///   level.objectness   [h, w, A]    logits, one per anchor
///   level.deltas       [h, w, 4 A]  dx dy dw dh per anchor (anchors/box_coder.hpp, weights 1)
///   out                at most post_nms_top_n boxes, best first, pixels of the resized image and
///                      clipped to it (not to the padded input)
///
/// Per level: the pre_nms_top_n best logits (only these are decoded), decode, sigmoid, clip, drop
/// boxes with a side < min_size and scores < score_threshold, NMS. Then the best of all levels.
/// Equal scores keep the order (level, rank of the logit within it): sigmoid rounds large logits to
/// the same score, so this does happen. A NaN logit or delta never becomes a proposal.
///
/// Reference: torchvision RegionProposalNetwork.filter_proposals, one image. Differences: NMS is
/// exact per level for any number of boxes (nms/nms.hpp); ties within torch.topk are decided.
/// Many images at once, on a GPU: proposals_cuda.hpp.
/// Example: one cell with anchor {-16 -16 16 16}, deltas 0, a 100 x 100 image: {0 0 16 16}.
#pragma once

#include <span>
#include <vector>

#include "stages/anchors/anchors.hpp"
#include "stages/core/box.hpp"
#include "stages/core/image.hpp"
#include "stages/core/tensor.hpp"

namespace roiflow {

struct RpnLevel {
  TensorView<const float, 3> objectness;
  TensorView<const float, 3> deltas;
};

struct ProposalParams {
  int pre_nms_top_n = 1000;   ///< per level, before suppression
  int post_nms_top_n = 1000;  ///< of all levels together, after it
  double nms_threshold = 0.7;
  float min_size = 1e-3F;     ///< pixels of the resized image
  float score_threshold = 0;  ///< on the sigmoid; a score equal to it stays
};

/// Throws Error{bad_data} for counts that are not positive.
void check(const ProposalParams& params);

class Proposals {
 public:
  /// Throws Error{bad_data} for anchors that make no sense or counts that are not positive.
  Proposals(const AnchorParams& anchors, const ProposalParams& params);

  /// Throws Error{bad_data} if the levels do not fit the anchors. Safe from several threads.
  std::vector<Box> operator()(std::span<const RpnLevel> levels,
                              const ImageGeometry& geometry) const;

 private:
  struct Scored;
  void append_level(std::size_t index, const RpnLevel& level, const ImageGeometry& geometry,
                    Scored& all) const;

  Anchors anchors_;
  ProposalParams params_;
};

}  // namespace roiflow
