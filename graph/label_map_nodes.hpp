/// How every graph of a segmenter ends: label maps as they are stored, and their comparison.
///
///   LabelMap -> encode -> confusion -> Segmented
///
/// `encode` makes the PNG that the predictions file keeps, `confusion` compares with the data set's
/// label map, if there is one.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "graph/pipeline.hpp"
#include "stages/core/image.hpp"
#include "stages/semantic/semantic_confusion.hpp"

namespace roiflow {

struct EncodedLabelMap {
  LabelMap map;
  std::vector<std::uint8_t> png;
};

/// A label map as it is stored, and what became of it against the ground truth.
struct Segmented {
  std::vector<std::uint8_t> png;
  std::optional<SemanticConfusion> confusion;  ///< nothing without ground truth to compare with
};

/// What `confusion` does. Throws Error{bad_data} if the frame's ground truth is damaged or of
/// another size.
[[nodiscard]] Segmented compare_label_map(const EncodedLabelMap& predicted, const Source& source,
                                          const std::optional<SemanticClasses>& classes,
                                          const DecodeLimits& limits);

/// Adds the two nodes and connects them. `classes`: to compare with the data set's label maps; or
/// not. A frame whose ground truth is damaged or of another size fails.
PipelineNode<LabelMap, Segmented> add_label_map_nodes(
    Pipeline& graph, int slots, const std::optional<SemanticClasses>& classes);

}  // namespace roiflow
