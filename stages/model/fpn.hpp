/// Feature pyramid: Lin et al., "Feature Pyramid Networks for Object Detection", 2017, as
/// torchvision.ops.FeaturePyramidNetwork with LastLevelMaxPool builds it.
///
/// Level i = 3x3 convolution of (1x1 convolution of backbone layer i + level i+1's sum enlarged to
/// its size, nearest neighbour); the extra level is every second pixel of the coarsest.
#pragma once

#include <string>
#include <vector>

#include "stages/model/backbone_description.hpp"
#include "stages/model/model_graph.hpp"

namespace roiflow {

/// `layers`: the backbone's values, finest first. Returns the pyramid's values, finest first:
/// as many, plus one with `extra_level`. Tensors: PREFIX.inner_blocks.0.0.weight, ...; with
/// `batch_norm` PREFIX.inner_blocks.0.1.running_mean and so on, of this eps, instead of a bias.
std::vector<std::string> add_fpn(ModelGraph& graph, const std::vector<std::string>& layers,
                                 const std::string& prefix, const FpnDescription& fpn,
                                 double batch_norm_eps);

}  // namespace roiflow
