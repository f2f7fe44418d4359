/// A whole detector as graphs: what runs once an image, once a proposal, once a detection.
///
/// Inputs and outputs by name (NHWC; level 0 is the finest):
///   trunk      image [n, H, W, 3] normalised and padded ->
///              features.0 ... features.L-1   [n, h, w, channels]
///              objectness.0 ...              [n, h, w, anchors] logits (not of Fast R-CNN)
///              deltas.0 ...                  [n, h, w, 4 * anchors]; anchor a: 4a .. 4a + 3
///   box_head   pooled [rois, bins, bins, channels] ->
///              logits [rois, 1, 1, classes], deltas [rois, 1, 1, 4 * classes]
///   mask_head  pooled [rois, bins, bins, channels] ->
///              logits [rois, 2 * bins, 2 * bins, classes] before the sigmoid (with inverted
///              blocks: as large as their strides and factors make it)
/// Regions are cut from all feature levels but the extra one (fpn.extra_level), which only
/// proposes. Without a pyramid there is one level, the backbone's last.
///
/// Example: maskrcnn_resnet50_fpn has L = 5 levels; an image [1, 800, 1088, 3] gives features.0 of
/// [1, 200, 272, 256] and features.4 of [1, 13, 17, 256].
#pragma once

#include <optional>

#include "stages/model/model_description.hpp"
#include "stages/model/model_graph.hpp"

namespace roiflow {

struct DetectorGraphs {
  ModelGraph trunk;
  ModelGraph box_head;
  std::optional<ModelGraph> mask_head;  ///< if the description's kind is mask_rcnn
};

DetectorGraphs build_detector(const ModelDescription& description);

/// The tensors of all graphs together; what `import` checks a weights file against.
TensorShapes expected_tensors(const DetectorGraphs& graphs);

}  // namespace roiflow
