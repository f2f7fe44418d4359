/// The losses of a box head on one image, and which boxes it is trained on.
///
///   proposals      [P], and truth [G] with labels 1 .. classes - 1; pixels of the resized image
///   class_logits   [S, classes], class 0 is background
///   deltas         [S, 4 classes]
///
/// The objects' own boxes are appended to the proposals. Each candidate is matched (IoU >= 0.5,
/// else background; match_boxes.hpp without keep_best), labelled with its object's class or 0, and
/// 512 are sampled, at most a quarter of them objects, in the order of the candidates.
///
///   classifier   mean of the softmax cross-entropy over the samples
///   box          sum over the samples that are objects of the smooth L1 (beta 1/9) of the four
///                deltas of the true class against the encoded object (weights 10 10 5 5), divided
///                by the number of all samples
///
/// Reference: torchvision 0.14 RoIHeads.select_training_samples and roi_heads.fastrcnn_loss, a
/// batch of one image. It sums in float32 in an order of its own; here terms and sums are double:
/// equal to 1e-5 relative. Without any sample both losses are NaN, as there.
/// Example: one sample of background, logits {0, 0}: classifier log 2, box 0.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "stages/core/box.hpp"
#include "stages/core/tensor.hpp"
#include "stages/losses/match_boxes.hpp"
#include "stages/losses/sampling.hpp"

namespace roiflow {

struct BoxLossParams {
  MatchParams match{.high = 0.5F, .low = 0.5F, .keep_best = false};
  SamplingParams sampling{.batch_size = 512, .positive_fraction = 0.25};
  double lambda = 1;  ///< weight of the box loss in a total
};

/// Boxes to train on, each with its class and the object that it stands for.
struct LabelledBoxes {
  std::vector<Box> boxes;
  std::vector<int> labels;  ///< 1 .. : class of the object; 0: background; -1: undecided
  std::vector<int> truth;   ///< index of the object; 0 where there is none

  [[nodiscard]] std::size_t size() const { return boxes.size(); }
};

struct BoxLoss {
  double classifier = 0, box = 0;
};

/// Proposals, then the objects' own boxes, labelled. Throws Error{internal} if there are not as
/// many labels as objects.
[[nodiscard]] LabelledBoxes label_candidates(std::span<const Box> proposals,
                                             std::span<const Box> truth,
                                             std::span<const int> truth_labels,
                                             const MatchParams& params);

/// The sampled ones, in the order of the candidates.
[[nodiscard]] LabelledBoxes choose(const LabelledBoxes& candidates, const Samples& samples);

/// Those that are objects: what a mask head is trained on.
[[nodiscard]] LabelledBoxes objects_of(const LabelledBoxes& boxes);

/// Throws Error{internal} if the shapes do not fit each other or a label is not a class.
[[nodiscard]] BoxLoss box_loss(TensorView<const float, 2> class_logits,
                               TensorView<const float, 2> deltas, const LabelledBoxes& samples,
                               std::span<const Box> truth,
                               const std::array<float, 4>& delta_weights = {10, 10, 5, 5});

}  // namespace roiflow
