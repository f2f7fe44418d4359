/// The graph of a segmenter on devices: the only place where its nodes are made and its edges
/// drawn.
///
///   read -> decode -> batch -> gpu -> encode -> confusion -> (order) -> sink
///
/// What graph/pipeline.hpp promises of every run holds; see graph/device_node.hpp for batches and
/// for devices that are lost, graph/label_map_nodes.hpp for its ending.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "graph/dataset_part.hpp"
#include "graph/device_node.hpp"
#include "graph/label_map_nodes.hpp"
#include "graph/pipeline.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/gpu/gpu.hpp"

namespace roiflow {

struct BatchedSegmentationRun {
  const DatasetReader& data;
  const BatchSegmenter& segmenter;
  DatasetPart part;
  std::optional<SemanticClasses> classes;  ///< to compare with the data set's label maps; or not
  GraphLimits limits;                      ///< see default_in_flight
  Trace* trace = nullptr;                  ///< or null
};

/// Runs it; `sink` gets every image once, in data-set order, one at a time. An image whose ground
/// truth is damaged or of another size fails, as one that cannot be decoded.
RunReport run_segmentation(const BatchedSegmentationRun& run,
                           const std::function<void(const Token<Segmented>&)>& sink);

}  // namespace roiflow
