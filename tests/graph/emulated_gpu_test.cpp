/// The whole graph around a GPU, with lanes whose device is the host: data set in, evaluated
/// detections out, beside the ordinary graph. Sizes differ, so there are several buckets, and
/// batches that are not full.
#include "tests/support/emulated_gpu.hpp"

#include <doctest/doctest.h>

#include "graph/batched_detection_graph.hpp"
#include "graph/detection_graph.hpp"
#include "stages/synth/synth.hpp"
#include "tests/support/same_detections.hpp"
#include "tests/support/scratch.hpp"

using namespace roiflow;

namespace {

constexpr std::int64_t images = 6;

/// A trained detector that classifies the regions Selective Search finds in the image.
Trained fast_rcnn() {
  Trained model = trained("tiny_faster_rcnn");
  model.description.proposals = {
      .source = ProposalSource::selective_search, .max_count = 60, .min_side = 8};
  return model;
}

std::vector<ImageDetections> collected(
    const std::function<void(const std::function<void(const Token<Evaluated>&)>&)>& run) {
  std::vector<ImageDetections> found;
  run([&](const Token<Evaluated>& token) {
    REQUIRE(token.ok());
    CHECK(token.sequence() == std::ssize(found));
    found.push_back({token.value().detections});
  });
  return found;
}

}  // namespace

TEST_CASE("emulated gpu: the whole graph finds what the ordinary graph finds") {
  const test::Scratch scratch("emulated_gpu_test");
  {
    DatasetWriter writer(scratch / "data.h5", {.categories = synth_categories(), .extra = ""});
    for (std::int64_t i = 0; i < images; ++i) writer.append(synthesize({.seed = 5}, i));
    writer.close();
  }
  const DatasetReader data(scratch / "data.h5");
  struct Case {
    const char* name;
    Trained model;
  };
  const Case cases[] = {{"Mask R-CNN", trained("tiny_mask_rcnn")},
                        {"Faster R-CNN", trained("tiny_faster_rcnn")},
                        {"Fast R-CNN", fast_rcnn()}};
  const EvaluationTypes nothing;
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const DetectorStages cpu = make_detector_cpu(c.model.description, c.model.weights);
    const auto expected = collected([&](const auto& sink) {
      run_detection(DetectionRun{data, cpu, {0, images}, nothing, {.workers = 2}}, sink);
    });
    const BatchDetector gpu = emulated_gpu<float>(c.model, {.engines = 2, .lanes = 2, .batch = 2});
    const auto found = collected([&](const auto& sink) {
      run_detection(
          BatchedDetectionRun{data, gpu, {0, images}, nothing, {.workers = 2, .in_flight = 5}},
          sink);
    });
    REQUIRE(found.size() == expected.size());
    std::size_t detections = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(i);
      check_same(found[i], expected[i]);
      detections += found[i].detections.size();
    }
    CHECK(detections > 10);
  }
}
