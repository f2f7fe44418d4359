/// The lane of a GPU, run on the host, against the CPU's stages: the same images, the same trained
/// models, every kernel and every hand-over in between.
#include <algorithm>
#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "stages/detector/detector.hpp"
#include "stages/execute/mask_hidden.hpp"
#include "stages/gpu/detector_lane_body.hpp"
#include "stages/gpu/lane_engine.hpp"
#include "stages/masks/mask_iou.hpp"
#include "stages/model/detector.hpp"
#include "tests/support/host_lane_device.hpp"
#include "tests/support/lane_cases.hpp"

using namespace roiflow;

namespace {

std::unique_ptr<DetectorLane<float>> host_lane(const Trained& model, int batch,
                                               PhaseOrder order = PhaseOrder::ascending) {
  const DetectorGraphs graphs = build_detector(model.description);
  DetectorLaneNetworks<float> networks;
  networks.trunk = std::make_unique<HostLaneNetwork<float>>(graphs.trunk, model.weights);
  networks.box_head = std::make_unique<HostLaneNetwork<float>>(graphs.box_head, model.weights);
  if (graphs.mask_head) {
    const Model hidden = up_to_hidden(*graphs.mask_head, model.weights);
    networks.mask_hidden = std::make_unique<HostLaneNetwork<float>>(hidden.graph, hidden.weights);
  }
  return std::make_unique<DetectorLane<float>>(
      std::make_shared<DetectorLaneSetup>(model.description, model.weights, batch),
      std::make_unique<HostLaneDevice<float>>(order), std::move(networks));
}

ImageDetections on_cpu(const DetectorStages& s, const BatchImage& image) {
  const Detected d = s.needs_proposals()
                         ? s.detect(s.box_head(s.propose(
                               s.trunk(s.preprocess_proposed({*image.image, image.regions})))))
                         : s.detect(s.box_head(s.propose(s.trunk(s.preprocess(*image.image)))));
  return s.has_masks() ? s.paste(s.mask_head(d)) : s.finish(d);
}

ImageDetections finished(const Trained& model, const DeviceDetections& found) {
  ImageDetections result =
      without_masks(category_ids(model.description), found.boxes, found.geometry);
  for (std::size_t i = 0; i < found.masks.size(); ++i) {
    result.detections[i].mask =
        to_rle(found.masks[i], found.geometry.original_height, found.geometry.original_width);
  }
  return result;
}

/// Sums in another order: float32 rounding apart, everything is the same.
void check_same(const ImageDetections& found, const ImageDetections& expected) {
  REQUIRE(found.detections.size() == expected.detections.size());
  for (std::size_t i = 0; i < found.detections.size(); ++i) {
    const Detection &a = found.detections[i], &b = expected.detections[i];
    CAPTURE(i);
    CHECK(a.category_id == b.category_id);
    CHECK(std::abs(a.score - b.score) < 1e-4F);
    const float moved = std::max({std::abs(a.box.x0 - b.box.x0), std::abs(a.box.y0 - b.box.y0),
                                  std::abs(a.box.x1 - b.box.x1), std::abs(a.box.y1 - b.box.y1)});
    CHECK(moved < 0.01F);
    REQUIRE(a.mask.has_value() == b.mask.has_value());
    if (a.mask) CHECK(mask_iou(MeasuredMask(*a.mask), MeasuredMask(*b.mask), false) > 0.995);
  }
}

void check_same_bits(const ImageDetections& a, const ImageDetections& b) {
  REQUIRE(a.detections.size() == b.detections.size());
  for (std::size_t i = 0; i < a.detections.size(); ++i) {
    CHECK(a.detections[i].box == b.detections[i].box);
    CHECK(a.detections[i].score == b.detections[i].score);
    CHECK(a.detections[i].mask == b.detections[i].mask);
  }
}

}  // namespace

TEST_CASE("detector lane: a batch of images gives what the CPU gives, image by image") {
  for (const char* name : {"tiny_mask_rcnn", "tiny_faster_rcnn"}) {
    CAPTURE(name);
    const Trained model = trained(name);
    const DetectorStages cpu = make_detector_cpu(model.description, model.weights);
    const std::vector<BatchImage> images = images_of_one_size(3);
    const auto lane = host_lane(model, 3);
    lane->submit(images);
    const auto found = lane->finish();
    REQUIRE(found.size() == images.size());
    std::size_t detections = 0;
    for (std::size_t i = 0; i < images.size(); ++i) {
      CAPTURE(i);
      const ImageDetections expected = on_cpu(cpu, images[i]);
      detections += expected.detections.size();
      check_same(finished(model, found[i]), expected);
    }
    CHECK(detections > 10);
  }
}

TEST_CASE("detector lane: an image's result does not depend on its neighbours or its place") {
  const Trained model = trained("tiny_mask_rcnn");
  const std::vector<BatchImage> images = images_of_one_size(3);
  const auto lane = host_lane(model, 3);
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
    const auto lane = host_lane(model, 1, order);
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
  const auto lane = host_lane(model, 2);
  lane->submit(images);
  const auto found = lane->finish();
  for (std::size_t i = 0; i < images.size(); ++i) {
    check_same(finished(model, found[i]), on_cpu(cpu, images[i]));
  }
}

TEST_CASE("detector lane: sizes change from batch to batch, and an image may have no detection") {
  const Trained model = trained("tiny_mask_rcnn");
  const DetectorStages cpu = make_detector_cpu(model.description, model.weights);
  const auto lane = host_lane(model, 2);
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
      check_same(finished(model, found[i]), on_cpu(cpu, images[i]));
    }
  }
}

TEST_CASE("lane engine: buckets are the network's input sizes, and lanes work side by side") {
  const Trained model = trained("tiny_faster_rcnn");
  std::vector<std::unique_ptr<DetectorLane<float>>> lanes;
  for (int i = 0; i < 2; ++i) {
    lanes.push_back(host_lane(model, 2));
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
