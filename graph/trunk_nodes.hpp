/// How every graph of a detector goes on from the decoded image: up to the feature pyramid.
///
///   decode -> preprocess -> backbone
///   decode -> regions -> preprocess -> backbone    Fast R-CNN
#pragma once

#include "graph/pipeline.hpp"
#include "stages/detector/detector.hpp"

namespace roiflow {

/// Adds the nodes, connects them and gives the last one.
PipelineNode<NetworkInput, TrunkResult> add_trunk(Pipeline& graph, const DetectorStages& stages,
                                                  int slots,
                                                  const PipelineNode<EncodedImage, Image>& decode);

}  // namespace roiflow
