/// A GPU's detector whose device is the host: engines and lanes as on a GPU, activations and
/// weights rounded to T wherever a GPU rounds them.
#pragma once

#include <memory>
#include <vector>

#include "stages/gpu/finish_detections.hpp"
#include "stages/gpu/lane_engine.hpp"
#include "tests/support/host_detector_lane.hpp"

namespace roiflow {

struct EmulatedSizes {
  int engines = 1, lanes = 1, batch = 1;
};

template <class T>
BatchDetector emulated_gpu(const Trained& model, const EmulatedSizes& sizes) {
  BatchDetector detector = without_engines(model.description);
  const DetectorLaneSetup setup(model.description, model.weights, sizes.batch);
  for (int i = 0; i < sizes.engines; ++i) {
    std::vector<std::unique_ptr<DetectorLane<T>>> lanes;
    for (int k = 0; k < sizes.lanes; ++k) lanes.push_back(host_lane<T>(model, sizes.batch));
    detector.engines.push_back(std::make_unique<LaneEngine<DetectorLane<T>>>(
        setup.preprocess, sizes.batch, std::move(lanes), std::function<void()>()));
  }
  return detector;
}

}  // namespace roiflow
