/// The least time that a device needs for a network, from its arithmetic and the bytes it must move
/// at least: the sum over its layers with arithmetic of the larger of
///
///   operations / peak operations a second
///   (inputs + outputs + parameters) x bytes of an element / peak bytes a second
///
/// Everything else (activations, additions, pooling) is thought to be fused into these layers, and
/// proposals, suppression, RoIAlign and pasting to be free: a floor, not a goal. The peaks are to
/// be measured, for data sheets promise more than there is.
///
/// Example: a 1x1 convolution of 256 to 64 channels over 200 x 272 positions in f16 is 1.78 GFLOP
/// and 34.8 MB: at 790 TFLOP/s and 4.3 TB/s 2.3 and 8.1 microseconds; its floor is 8.1.
#pragma once

#include <optional>
#include <vector>

#include "stages/kernels/element.hpp"
#include "stages/model/model_description.hpp"
#include "stages/model/model_graph.hpp"

namespace roiflow {

struct DevicePeaks {
  double flops = 0;  ///< a second, in the precision that is measured
  double bytes = 0;  ///< a second
};

/// One of a model's networks at the size of a whole batch.
struct NetworkWork {
  ModelGraph graph;
  Shape<4> input{};
};

/// What a batch of images with a network input of `size` makes the networks do, if all `proposals`
/// that the description allows are classified and `detections` in the whole batch get masks.
std::vector<NetworkWork> work_of(const ModelDescription& description, int batch,
                                 const Shape<2>& size, std::int64_t detections);

/// Operations of all of them.
double flops_of(const std::vector<NetworkWork>& work);

/// Seconds.
double floor_of(const std::vector<NetworkWork>& work, const DevicePeaks& peaks, int element_bytes);

/// Of a number in memory: 4 or 2.
int element_bytes(Precision precision);

}  // namespace roiflow
