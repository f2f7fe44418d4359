/// The graph that computes a detector's training-mode losses over a labelled data set.
///
///   read -> decode -> preprocess -> backbone -> losses -> (order) -> sink
///   Fast R-CNN:  read -> decode -> regions -> preprocess -> ...
///
/// See graph/pipeline.hpp for what every run promises, and stages/detector/detector_losses.hpp for
/// what the last node does: the heads run inside it, on the sampled boxes.
#pragma once

#include <functional>

#include "graph/pipeline.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/detector/detector_losses.hpp"

namespace roiflow {

struct LossRun {
  const DatasetReader& data;
  const DetectorStages& stages;
  const ComputeLosses& losses;
  std::int64_t images = 0;  ///< the first so many of the data set
  GraphLimits limits;
};

/// Runs it; `sink` gets every image once, in data-set order, one at a time. An image's number for
/// sampling is its row in the data set.
RunReport run_losses(const LossRun& run,
                     const std::function<void(const Token<DetectorLosses>&)>& sink);

}  // namespace roiflow
