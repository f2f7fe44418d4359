/// The graph of a detector on devices: the only place where its nodes are made and its edges drawn.
///
///   read -> decode -> batch -> gpu -> finish -> match -> (order) -> sink
///   Fast R-CNN:    read -> decode -> regions -> batch -> ...
///
/// What graph/pipeline.hpp promises of every run holds; see graph/device_node.hpp for batches and
/// for devices that are lost: their images are failures with ErrorCode::device.
#pragma once

#include <functional>

#include "graph/dataset_part.hpp"
#include "graph/device_node.hpp"
#include "graph/pipeline.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/evaluate/evaluation_types.hpp"
#include "stages/gpu/gpu.hpp"

namespace roiflow {

struct BatchedDetectionRun {
  const DatasetReader& data;
  const BatchDetector& detector;
  DatasetPart part;
  EvaluationTypes evaluate;  ///< what to match against the data set's annotations
  GraphLimits limits;        ///< see default_in_flight
  Trace* trace = nullptr;    ///< or null
};

/// Runs it; `sink` gets every image once, in data-set order, one at a time.
RunReport run_detection(const BatchedDetectionRun& run,
                        const std::function<void(const Token<Evaluated>&)>& sink);

}  // namespace roiflow
