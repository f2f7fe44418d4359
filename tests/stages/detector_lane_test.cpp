/// The lane of a GPU, run on the host, against the CPU's stages: the same images, the same trained
/// models, every kernel and every hand-over in between.
#include <algorithm>
#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "stages/detector/detector.hpp"
#include "stages/gpu/finish_detections.hpp"
#include "stages/gpu/lane_engine.hpp"
#include "tests/support/checked_lane_device.hpp"
#include "tests/support/detections_on_cpu.hpp"
#include "tests/support/host_detector_lane.hpp"
#include "tests/support/lane_cases.hpp"
#include "tests/support/same_detections.hpp"

using namespace roiflow;

namespace {

ImageDetections finished(const Trained& model, const DeviceDetections& found) {
  return without_engines(model.description).finish(found);
}

}  // namespace

TEST_CASE("detector lane: a batch of images gives what the CPU gives, image by image") {
  for (const char* name : {"tiny_mask_rcnn", "tiny_faster_rcnn"}) {
    CAPTURE(name);
    const Trained model = trained(name);
    const DetectorStages cpu = make_detector_cpu(model.description, model.weights);
    const std::vector<BatchImage> images = images_of_one_size(3);
    const auto lane = host_lane<float>(model, 3);
    lane->submit(images);
    const auto found = lane->finish();
    REQUIRE(found.size() == images.size());
    std::size_t detections = 0;
    for (std::size_t i = 0; i < images.size(); ++i) {
      CAPTURE(i);
      const ImageDetections expected = detections_on_cpu(cpu, images[i]);
      detections += expected.detections.size();
      check_same(finished(model, found[i]), expected);
    }
    CHECK(detections > 10);
  }
}

TEST_CASE("detector lane: an image's result does not depend on its neighbours or its place") {
  const Trained model = trained("tiny_mask_rcnn");
  const std::vector<BatchImage> images = images_of_one_size(3);
  const auto lane = host_lane<float>(model, 3);
  lane->submit(images);
  const auto together = lane->finish();
  for (const std::vector<std::size_t>& order :
       {std::vector<std::size_t>{2}, std::vector<std::size_t>{1, 2, 1},
        std::vector<std::size_t>{0, 2}}) {
    std::vector<BatchImage> chosen;
    for (const std::size_t i : order) chosen.push_back(images[i]);
    lane->submit(chosen);
    const auto found = lane->finish();
    REQUIRE(found.size() == order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      check_same_bits(finished(model, found[i]), finished(model, together[order[i]]));
    }
  }
}

TEST_CASE("detector lane: the order of a kernel's phases changes nothing") {
  const Trained model = trained("tiny_mask_rcnn");
  const std::vector<BatchImage> images = images_of_one_size(1);
  std::vector<ImageDetections> results;
  for (const PhaseOrder order :
       {PhaseOrder::ascending, PhaseOrder::descending, PhaseOrder::interleaved}) {
    const auto lane = host_lane<float>(model, 1, order);
    lane->submit(images);
    results.push_back(finished(model, lane->finish().front()));
  }
  CHECK(results[0].detections.size() > 2);
  check_same_bits(results[1], results[0]);
  check_same_bits(results[2], results[0]);
}

TEST_CASE("detector lane: Fast R-CNN classifies the regions that came with the images") {
  Trained model = trained("tiny_faster_rcnn");
  model.description.proposals = {
      .source = ProposalSource::data_set, .max_count = 40, .min_side = 4};
  const DetectorStages cpu = make_detector_cpu(model.description, model.weights);
  std::vector<BatchImage> images = images_of_one_size(2);
  for (BatchImage& image : images) {
    std::vector<Proposal> given;
    for (int i = 0; i < 60; ++i) {
      given.push_back({{3.0 * i, 2.0 * (i % 20), 30.0 + i, 40.0 + i % 7}, 1.0});
    }
    image.regions = cpu.find_regions(*image.image, given).boxes;
    CHECK(image.regions.size() == 40);
  }
  images[1].regions.resize(7);  // fewer than there is room for
  const auto lane = host_lane<float>(model, 2);
  lane->submit(images);
  const auto found = lane->finish();
  for (std::size_t i = 0; i < images.size(); ++i) {
    check_same(finished(model, found[i]), detections_on_cpu(cpu, images[i]));
  }
}

TEST_CASE("detector lane: sizes change from batch to batch, and an image may have no detection") {
  const Trained model = trained("tiny_mask_rcnn");
  const DetectorStages cpu = make_detector_cpu(model.description, model.weights);
  const auto lane = host_lane<float>(model, 2);
  const auto grey = [](int height, int width) {
    auto image = std::make_shared<Image>(Image{height, width, {}});
    image->rgb.assign(static_cast<std::size_t>(height * width * 3), 128);
    return image;
  };
  const std::vector<std::vector<BatchImage>> batches{
      {{grey(64, 64), {}}}, images_of_one_size(2), {{grey(40, 200), {}}, {grey(40, 200), {}}}};
  for (const std::vector<BatchImage>& images : batches) {
    lane->submit(images);
    const auto found = lane->finish();
    for (std::size_t i = 0; i < images.size(); ++i) {
      check_same(finished(model, found[i]), detections_on_cpu(cpu, images[i]));
    }
  }
}

TEST_CASE("detector lane: what watches a device's stages finds no difference to itself") {
  const Trained model = trained("tiny_mask_rcnn");
  StageDifferences differences;
  const auto lane = host_lane_on<float>(
      std::make_unique<CheckedLaneDevice<float>>(
          std::make_unique<HostLaneDevice<float>>(PhaseOrder::descending), 2, differences),
      model, 2);
  lane->submit(images_of_one_size(2));
  CHECK(lane->finish().front().boxes.size() > 2);
  CHECK(differences.size() == 9);
  for (const auto& entry : differences) {
    CAPTURE(entry.first);
    CHECK(entry.second == 0);
  }
}

TEST_CASE("detector lane: a profile names every stage, in the order of the work") {
  const Trained model = trained("tiny_mask_rcnn");
  std::vector<std::unique_ptr<DetectorLane<float>>> lanes;
  lanes.push_back(host_lane<float>(model, 1));
  LaneEngine<DetectorLane<float>> engine(
      DetectorLaneSetup(model.description, model.weights, 1).preprocess, 1, std::move(lanes), {});
  std::vector<std::string> names;
  for (const StageTime& stage : engine.profile(images_of_one_size(1))) names.push_back(stage.name);
  CHECK(names == std::vector<std::string>{"upload", "preprocess", "backbone", "proposals",
                                          "box pooling", "box_head", "detections", "download",
                                          "mask pooling", "mask_head", "paste", "download"});
}

TEST_CASE("lane engine: buckets are the network's input sizes, and lanes work side by side") {
  const Trained model = trained("tiny_faster_rcnn");
  std::vector<std::unique_ptr<DetectorLane<float>>> lanes;
  for (int i = 0; i < 2; ++i) {
    lanes.push_back(host_lane<float>(model, 2));
  }
  int entered = 0;
  const Preprocess preprocess = DetectorLaneSetup(model.description, model.weights, 2).preprocess;
  LaneEngine<DetectorLane<float>> engine(preprocess, 2, std::move(lanes), [&] { ++entered; });
  CHECK(engine.lanes() == 2);
  CHECK(engine.batch_size() == 2);
  const ImageGeometry expected = preprocess.geometry(160, 224);
  CHECK(engine.bucket(160, 224) == Shape<2>{expected.padded_height, expected.padded_width});
  CHECK_THROWS_AS(static_cast<void>(engine.bucket(0, 10)), Error);
  const std::vector<BatchImage> images = images_of_one_size(2);
  engine.submit(1, images);
  engine.submit(0, std::span(images).subspan(1));
  const auto second = engine.finish(0), both = engine.finish(1);
  REQUIRE(both.size() == 2);
  check_same_bits(finished(model, second.front()), finished(model, both.back()));
  CHECK(entered == 4);
}
