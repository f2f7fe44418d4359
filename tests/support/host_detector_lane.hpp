/// A detector's lane whose device is the host.
#pragma once

#include <memory>
#include <utility>

#include "stages/execute/mask_hidden.hpp"
#include "stages/gpu/detector_lane_body.hpp"
#include "stages/model/detector.hpp"
#include "tests/support/host_lane_device.hpp"
#include "tests/support/lane_cases.hpp"

namespace roiflow {

template <class T>
std::unique_ptr<DetectorLane<T>> host_lane_on(std::unique_ptr<LaneDevice<T>> device,
                                              const Trained& model, int batch) {
  const DetectorGraphs graphs = build_detector(model.description);
  DetectorLaneNetworks<T> networks;
  networks.trunk = std::make_unique<HostLaneNetwork<T>>(graphs.trunk, model.weights);
  networks.box_head = std::make_unique<HostLaneNetwork<T>>(graphs.box_head, model.weights);
  if (graphs.mask_head) {
    const Model hidden = up_to_hidden(*graphs.mask_head, model.weights);
    networks.mask_hidden = std::make_unique<HostLaneNetwork<T>>(hidden.graph, hidden.weights);
  }
  return std::make_unique<DetectorLane<T>>(
      std::make_shared<DetectorLaneSetup>(model.description, model.weights, batch),
      std::move(device), std::move(networks));
}

template <class T>
std::unique_ptr<DetectorLane<T>> host_lane(const Trained& model, int batch,
                                           PhaseOrder order = PhaseOrder::ascending) {
  return host_lane_on<T>(std::make_unique<HostLaneDevice<T>>(order), model, batch);
}

}  // namespace roiflow
