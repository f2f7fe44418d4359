#include "stages/detector/detector_losses.hpp"

#include "stages/detector/described_params.hpp"
#include "stages/detector/rpn_levels.hpp"
#include "stages/losses/mask_loss.hpp"

namespace roiflow {
namespace {

/// Two streams an image: the anchors' and the boxes'.
Random stream(const DetectorLossParams& params, std::uint64_t image, std::uint64_t part) {
  return {params.seed, 2 * image + part};
}

}  // namespace

ComputeLosses::ComputeLosses(const DetectorStages& stages, const ModelDescription& d,
                             const DetectorLossParams& params)
    : stages_(stages),
      params_(params),
      truth_{.category_ids = d.category_ids, .classes = d.classes, .masks = stages.has_masks()},
      delta_weights_(d.box.weights) {
  if (d.has_rpn()) anchors_.emplace(anchor_params(d));
}

RpnLoss ComputeLosses::rpn(const TrunkResult& trunk, const TrainingTruth& truth,
                           std::uint64_t image) const {
  const std::vector<RpnLevel> levels = rpn_levels(trunk);
  return rpn_loss(levels, all_anchors(*anchors_, levels, trunk.pyramid->geometry), truth.boxes,
                  params_.rpn, stream(params_, image, 0));
}

LabelledBoxes ComputeLosses::sample(const TrunkResult& trunk, const TrainingTruth& truth,
                                    std::uint64_t image) const {
  const LabelledBoxes candidates =
      label_candidates(stages_.propose(trunk).boxes, truth.boxes, truth.labels, params_.box.match);
  return choose(candidates,
                draw_samples(candidates.labels, params_.box.sampling, stream(params_, image, 1)));
}

double ComputeLosses::mask(const TrunkResult& trunk, const TrainingTruth& truth,
                           const LabelledBoxes& samples) const {
  const LabelledBoxes objects = objects_of(samples);
  if (objects.boxes.empty()) return 0;
  const Tensor<float, 4> logits = stages_.mask_logits(*trunk.pyramid, objects.boxes);
  const auto cells = static_cast<int>(logits.shape()[1]);
  const Tensor<float, 3> targets =
      mask_targets(objects, truth.masks, trunk.pyramid->geometry, cells);
  return mask_loss(logits.view(), objects.labels, targets.view());
}

DetectorLosses ComputeLosses::operator()(const TrunkResult& trunk,
                                         std::span<const Annotation> annotations,
                                         std::uint64_t image) const {
  const TrainingTruth truth = training_truth(annotations, trunk.pyramid->geometry, truth_);
  DetectorLosses losses{.objects = static_cast<int>(truth.boxes.size())};
  if (anchors_) losses.rpn = rpn(trunk, truth, image);
  const LabelledBoxes samples = sample(trunk, truth, image);
  const Classified outputs = stages_.box_head({trunk.pyramid, samples.boxes});
  losses.box = box_loss(outputs.class_logits.view(), outputs.deltas.view(), samples, truth.boxes,
                        delta_weights_);
  if (truth_.masks) losses.mask = mask(trunk, truth, samples);
  return losses;
}

}  // namespace roiflow
