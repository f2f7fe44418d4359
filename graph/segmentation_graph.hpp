/// The graph of a segmenter: the only place where its nodes are made and its edges drawn.
///
///   read -> decode -> preprocess -> network -> label_map -> encode -> confusion -> (order)
///     -> sink
///
/// `encode` makes the PNG that the predictions file keeps, `confusion` compares with the data set's
/// label map, if there is one. See graph/pipeline.hpp for what every run promises.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "graph/pipeline.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/segmenter/segmenter.hpp"
#include "stages/semantic/semantic_confusion.hpp"

namespace roiflow {

/// A label map as it is stored, and what became of it against the ground truth.
struct Segmented {
  std::vector<std::uint8_t> png;
  std::optional<SemanticConfusion> confusion;  ///< nothing without ground truth to compare with
};

struct SegmentationRun {
  const DatasetReader& data;
  const SegmenterStages& stages;
  std::int64_t images = 0;                 ///< the first so many of the data set
  std::optional<SemanticClasses> classes;  ///< to compare with the data set's label maps; or not
  GraphLimits limits;
  Trace* trace = nullptr;  ///< or null
};

/// Runs it; `sink` gets every image once, in data-set order, one at a time. An image whose ground
/// truth is damaged or of another size fails, as one that cannot be decoded.
RunReport run_segmentation(const SegmentationRun& run,
                           const std::function<void(const Token<Segmented>&)>& sink);

}  // namespace roiflow
