/// The losses of a region proposal network on one image.
///
///   levels    per level: logits [h, w, A], deltas [h, w, 4 A]; as stages/proposals takes them
///   anchors   [N], all levels one after the other, each in (y, x, a) order: all_anchors()
///   truth     [G] boxes of the objects; all boxes in pixels of the resized image, also the anchors
///             beyond its edges
///
/// An anchor is labelled 1 (object), 0 (background) or -1 (neither: undecided) by match_boxes.hpp
/// with 0.7 / 0.3 and keep_best; of these, 256 are sampled, at most half of them objects.
///
///   objectness   mean of the binary cross-entropy over the samples
///   box          sum over the sampled objects of the smooth L1 (beta 1/9) of the four deltas
///                against the encoded object (anchors/box_coder.hpp, weights 1), divided by the
///                number of all samples
///
/// Reference: torchvision 0.14 RegionProposalNetwork.assign_targets_to_anchors and compute_loss, a
/// batch of one image. It sums in float32 in an order of its own; here terms and sums are double:
/// equal to 1e-5 relative. Without any sample both losses are NaN, as there. The total of the
/// Faster R-CNN paper, objectness + lambda * box, has lambda = 1 in torchvision.
/// Example: one anchor that equals the object, logit 0, deltas 0: objectness log 2, box 0.
#pragma once

#include <span>
#include <vector>

#include "stages/losses/match_boxes.hpp"
#include "stages/losses/sampling.hpp"
#include "stages/proposals/proposals.hpp"

namespace roiflow {

struct RpnLossParams {
  MatchParams match{.high = 0.7F, .low = 0.3F, .keep_best = true};
  SamplingParams sampling{.batch_size = 256, .positive_fraction = 0.5};
  double lambda = 1;  ///< weight of the box loss in a total
};

struct RpnLoss {
  double objectness = 0, box = 0;
};

[[nodiscard]] std::vector<Box> all_anchors(const Anchors& anchors, std::span<const RpnLevel> levels,
                                           const ImageGeometry& geometry);

/// [N] labels from what match_boxes() says.
[[nodiscard]] std::vector<int> anchor_labels(std::span<const int> matches);

/// `matches` are those of the anchors with `truth`. Throws Error{internal} if the counts of
/// anchors, matches and logits differ.
[[nodiscard]] RpnLoss rpn_loss(std::span<const RpnLevel> levels, std::span<const Box> anchors,
                               std::span<const Box> truth, std::span<const int> matches,
                               const Samples& samples);

/// Match, draw, compute.
[[nodiscard]] RpnLoss rpn_loss(std::span<const RpnLevel> levels, std::span<const Box> anchors,
                               std::span<const Box> truth, const RpnLossParams& params,
                               Random random);

}  // namespace roiflow
