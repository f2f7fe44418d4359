/// The networks of a detector on one GPU, shared by its lanes.
///
/// Example: const CudaDetector<__half> networks(build_detector(d), weights, options, false);
///          DetectorLane<__half> lane(setup, make_cuda_lane_device<__half>(l), networks.on(l));
#pragma once

#include <memory>

#include "stages/execute/mask_hidden.hpp"
#include "stages/gpu/cuda_lane_device.hpp"
#include "stages/gpu/detector_lane.hpp"
#include "stages/model/detector.hpp"

namespace roiflow {

template <class T>
struct CudaDetector {
  bool as_graphs;
  std::shared_ptr<NetworkCuda<T>> trunk, box_head, mask_hidden;

  CudaDetector(const DetectorGraphs& graphs, const Weights& weights,
               const CudaExecutorOptions& options, bool cuda_graphs)
      : as_graphs(cuda_graphs),
        trunk(std::make_shared<NetworkCuda<T>>(graphs.trunk, weights, options)),
        box_head(std::make_shared<NetworkCuda<T>>(graphs.box_head, weights, options)) {
    if (!graphs.mask_head) return;
    const Model hidden = up_to_hidden(*graphs.mask_head, weights);
    mask_hidden = std::make_shared<NetworkCuda<T>>(hidden.graph, hidden.weights, options);
  }

  [[nodiscard]] DetectorLaneNetworks<T> on(const std::shared_ptr<CudaLane>& lane) const {
    DetectorLaneNetworks<T> networks;
    networks.trunk = std::make_unique<CudaLaneNetwork<T>>(lane, trunk, as_graphs);
    networks.box_head = std::make_unique<CudaLaneNetwork<T>>(lane, box_head, as_graphs);
    if (mask_hidden)
      networks.mask_hidden = std::make_unique<CudaLaneNetwork<T>>(lane, mask_hidden, as_graphs);
    return networks;
  }
};

}  // namespace roiflow
