/// The stages of a region-based detector as plain callables, in the order of the graph. Each is
/// const, holds its settings and its network, and may be called from several threads at once.
///
/// They only combine rooms: a network (stages/execute) with RoIAlign in front of it, a network's
/// output with the arithmetic behind it. Reference for the whole chain: torchvision 0.14's
/// GeneralizedRCNN in evaluation mode.
///
/// Example: const DetectorStages s = make_detector_cpu(description, weights);
///          const Detected d = s.detect(s.box_head(s.propose(s.trunk(s.preprocess(image)))));
///          const ImageDetections found = s.has_masks() ? s.paste(s.mask_head(d)) : s.finish(d);
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "stages/core/annotation.hpp"
#include "stages/core/image.hpp"
#include "stages/detector/payloads.hpp"
#include "stages/execute/executor.hpp"
#include "stages/model/model_description.hpp"
#include "stages/model/weights.hpp"
#include "stages/preprocess/preprocess.hpp"

namespace roiflow {

struct DetectorStages {
  std::function<NetworkInput(const Image&)> preprocess;
  /// Fast R-CNN only: the regions of an image, found in it or chosen from those that came with it.
  std::function<ProposedImage(const Image&, std::span<const Proposal>)> find_regions;
  std::function<NetworkInput(const ProposedImage&)> preprocess_proposed;  ///< Fast R-CNN only
  std::function<TrunkResult(const NetworkInput&)> trunk;
  std::function<Proposed(const TrunkResult&)> propose;
  std::function<Classified(const Proposed&)> box_head;
  std::function<Detected(const Classified&)> detect;
  std::function<Masked(const Detected&)> mask_head;        ///< empty without masks
  std::function<ImageDetections(const Masked&)> paste;     ///< empty without masks
  std::function<ImageDetections(const Detected&)> finish;  ///< empty with masks

  /// What box_head and mask_head cut out before they compute, [regions, bins, bins, channels]; for
  /// comparisons.
  using Pool = std::function<Tensor<float, 4>(const Pyramid&, std::span<const Box>)>;
  Pool pool_boxes, pool_masks;
  /// Logits of all classes [regions, M, M, classes], for losses; empty without masks.
  Pool mask_logits;
  /// One run of the trunk with a clock around every step of it; for benchmarks.
  std::function<std::vector<StepTime>(const NetworkInput&)> profile_trunk;

  [[nodiscard]] bool has_masks() const { return static_cast<bool>(mask_head); }
  /// Proposals come with the image (Fast R-CNN); there is no region proposal network.
  [[nodiscard]] bool needs_proposals() const { return static_cast<bool>(find_regions); }
};

/// Throws Error{bad_data} if the weights are not those of the description (all differences at
/// once), Error{usage} for a description that makes no sense.
DetectorStages make_detector_cpu(const ModelDescription& description, const Weights& weights,
                                 const ExecutorOptions& options = {});

}  // namespace roiflow
