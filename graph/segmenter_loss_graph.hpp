/// The graph that computes a segmenter's training loss over a data set with label maps.
///
///   read -> decode -> preprocess -> network -> loss -> (order) -> sink
///
/// See graph/pipeline.hpp for what every run promises, and stages/segmenter/segmenter_losses.hpp
/// for the loss. An image whose label map is damaged or of another size fails, as one that cannot
/// be decoded; so does one without a label map.
#pragma once

#include <cstdint>
#include <functional>

#include "graph/pipeline.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/segmenter/segmenter_losses.hpp"

namespace roiflow {

struct SegmenterLossRun {
  const DatasetReader& data;
  const SegmenterStages& stages;
  const ComputePixelLoss& loss;
  std::int64_t images = 0;  ///< the first so many of the data set
  GraphLimits limits;
};

/// Runs it; `sink` gets every image once, in data-set order, one at a time.
RunReport run_segmenter_losses(const SegmenterLossRun& run,
                               const std::function<void(const Token<SegmenterLosses>&)>& sink);

}  // namespace roiflow
