/// The graph of a detector: the only place where its nodes are made and its edges drawn.
///
///   read -> decode -> preprocess -> backbone -> proposals -> box_head -> detections
///     -> mask_head -> paste -> match -> (order) -> sink
///   without masks: ... detections -> finish -> match -> (order) -> sink
///   Fast R-CNN:    read -> decode -> regions -> preprocess -> ...
///
/// See graph/pipeline.hpp for what every run promises.
#pragma once

#include <functional>

#include "graph/dataset_part.hpp"
#include "graph/pipeline.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/detector/detector.hpp"
#include "stages/evaluate/evaluation_types.hpp"

namespace roiflow {

struct DetectionRun {
  const DatasetReader& data;
  const DetectorStages& stages;
  DatasetPart part;
  EvaluationTypes evaluate;  ///< what to match against the data set's annotations
  GraphLimits limits;
  Trace* trace = nullptr;  ///< or null
};

/// Runs it; `sink` gets every image once, in data-set order, one at a time.
RunReport run_detection(const DetectionRun& run,
                        const std::function<void(const Token<Evaluated>&)>& sink);

}  // namespace roiflow
