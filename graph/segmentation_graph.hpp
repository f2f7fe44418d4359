/// The graph of a segmenter: the only place where its nodes are made and its edges drawn.
///
///   read -> decode -> preprocess -> network -> label_map -> encode -> confusion -> (order)
///     -> sink
///
/// See graph/pipeline.hpp for what every run promises, graph/label_map_nodes.hpp for its ending.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "graph/dataset_part.hpp"
#include "graph/label_map_nodes.hpp"
#include "graph/pipeline.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/segmenter/segmenter.hpp"

namespace roiflow {

struct SegmentationRun {
  const DatasetReader& data;
  const SegmenterStages& stages;
  DatasetPart part;
  std::optional<SemanticClasses> classes;  ///< to compare with the data set's label maps; or not
  GraphLimits limits;
  Trace* trace = nullptr;  ///< or null
};

/// Runs it; `sink` gets every image once, in data-set order, one at a time. An image whose ground
/// truth is damaged or of another size fails, as one that cannot be decoded.
RunReport run_segmentation(const SegmentationRun& run,
                           const std::function<void(const Token<Segmented>&)>& sink);

}  // namespace roiflow
