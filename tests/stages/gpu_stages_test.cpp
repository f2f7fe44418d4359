/// Every stage on a GPU beside the same kernel on the host, on the same inputs: a table of stages,
/// models and precisions. Without a GPU each line is reported as skipped, by name; that the
/// watching itself works is shown on the host (detector_lane_test.cpp).
#include <array>

#include <doctest/doctest.h>

#include "stages/gpu/cuda_detector.hpp"
#include "stages/gpu/detector_lane_body.hpp"
#include "stages/gpu/gpu.hpp"
#include "stages/kernels/element.cuh"
#include "tests/support/checked_lane_device.hpp"
#include "tests/support/lane_cases.hpp"

using namespace roiflow;

namespace {

/// Of the same inputs only exp() differs, and where it moves a number to the other side of a
/// rounding to 16 bits, by a unit in the last place: 2^-11 and 2^-8 of the largest number.
struct StageCase {
  const char* name;
  Precision precision;
  double numbers;   ///< largest difference
  double integers;  ///< largest share of counts, labels or words that differ
};
constexpr StageCase stage_cases[] = {{"f32", Precision::f32, 1e-5, 1e-3},
                                     {"f16", Precision::f16, 1e-3, 5e-3},
                                     {"bf16", Precision::bf16, 8e-3, 1e-2}};

bool is_of_integers(const std::string& stage) {
  return stage.ends_with("counts") || stage.ends_with("images") || stage == "paste";
}

template <class T>
StageDifferences differences_of(const std::string& model_name, Precision precision) {
  constexpr int batch = 3;
  const Trained model = trained(model_name);
  const auto cuda = std::make_shared<CudaLane>();
  const CudaDetector<T> networks(build_detector(model.description), model.weights,
                                 {.precision = precision}, false);
  StageDifferences differences;
  DetectorLane<T> lane(
      std::make_shared<DetectorLaneSetup>(model.description, model.weights, batch),
      std::make_unique<CheckedLaneDevice<T>>(make_cuda_lane_device<T>(cuda), batch, differences),
      networks.on(cuda));
  lane.submit(images_of_one_size(batch));
  lane.finish();
  return differences;
}

StageDifferences differences_of(const std::string& model, Precision precision) {
  switch (precision) {
    case Precision::f16:
      return differences_of<__half>(model, precision);
    case Precision::bf16:
      return differences_of<__nv_bfloat16>(model, precision);
    case Precision::f32:
    case Precision::tf32:
      break;
  }
  return differences_of<float>(model, precision);
}

}  // namespace

TEST_CASE("gpu stages: each gives on a GPU what its kernel gives on the host") {
  for (const char* model : {"tiny_mask_rcnn", "tiny_faster_rcnn"}) {
    for (const StageCase& c : stage_cases) {
      if (find_gpus().empty()) {
        MESSAGE("SKIPPED gpu stages of ", std::string(model), " in ", std::string(c.name),
                ": no GPU is there");
        continue;
      }
      const StageDifferences differences = differences_of(model, c.precision);
      for (const auto& entry : differences) {
        const std::string& stage = entry.first;
        const double difference = entry.second;
        CAPTURE(stage);
        MESSAGE(std::string(model), ", ", std::string(c.name), ", ", stage, ": ", difference);
        CHECK(difference <= (is_of_integers(stage) ? c.integers : c.numbers));
      }
    }
  }
}
