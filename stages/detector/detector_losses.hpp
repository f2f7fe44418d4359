/// The training-mode losses of a detector on one image: the network's outputs against the image's
/// annotations. They combine the rooms of stages/losses, which say how each loss is defined.
///
///   trunk -> RPN losses;  proposals + objects -> sampled boxes -> box head -> box losses
///                         sampled objects -> mask logits of the true class -> mask loss
///
/// Reference: torchvision 0.14's GeneralizedRCNN in training mode on a batch of one image, with
/// frozen batch norm; the values have its names. What differs from its training:
///   * proposals are as many as the model's description says (torchvision keeps 2000 before and
///     after suppression in training);
///   * the sampled anchors and boxes are drawn from (seed, image), not from torch's generator; they
///     are the same where the batch takes in everything that there is.
/// Crowd regions are left out (losses/training_truth.hpp).
///
/// `operator()` is const and may be called from several threads at once; its result depends on the
/// image, the seed and the image's number alone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "stages/core/annotation.hpp"
#include "stages/detector/detector.hpp"
#include "stages/losses/box_loss.hpp"
#include "stages/losses/rpn_loss.hpp"
#include "stages/losses/training_truth.hpp"

namespace roiflow {

struct DetectorLossParams {
  RpnLossParams rpn;
  BoxLossParams box;
  std::uint64_t seed = 1;
};

/// NaN where a mean has nothing to be taken over, as in torch.
struct DetectorLosses {
  std::optional<RpnLoss> rpn;  ///< nothing without a region proposal network
  BoxLoss box;
  std::optional<double> mask;  ///< nothing without a mask head
  int objects = 0;             ///< of the ground truth
};

class ComputeLosses {
 public:
  /// Throws Error{bad_data} for anchors that make no sense.
  ComputeLosses(const DetectorStages& stages, const ModelDescription& description,
                const DetectorLossParams& params);

  /// `image` is the number from which the samples are drawn, e.g. the row in the data set. Throws
  /// Error{bad_data} for annotations that the model cannot be trained on.
  [[nodiscard]] DetectorLosses operator()(const TrunkResult& trunk,
                                          std::span<const Annotation> annotations,
                                          std::uint64_t image) const;

 private:
  [[nodiscard]] RpnLoss rpn(const TrunkResult& trunk, const TrainingTruth& truth,
                            std::uint64_t image) const;
  [[nodiscard]] LabelledBoxes sample(const TrunkResult& trunk, const TrainingTruth& truth,
                                     std::uint64_t image) const;
  [[nodiscard]] double mask(const TrunkResult& trunk, const TrainingTruth& truth,
                            const LabelledBoxes& samples) const;

  DetectorStages stages_;
  std::optional<Anchors> anchors_;
  DetectorLossParams params_;
  TruthOptions truth_;
  std::array<float, 4> delta_weights_;
};

}  // namespace roiflow
