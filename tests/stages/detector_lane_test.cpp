/// The lane of a GPU, run on the host, against the CPU's stages: the same images, the same trained
/// models, every kernel and every hand-over in between.
#include <algorithm>
#include <cmath>
#include <string>

#include <doctest/doctest.h>

#include "io/model_file.hpp"
#include "stages/decode/decode.hpp"
#include "stages/execute/mask_hidden.hpp"
#include "stages/gpu/detector_lane_body.hpp"
#include "stages/gpu/lane_engine.hpp"
#include "stages/masks/mask_iou.hpp"
#include "stages/model/detector.hpp"
#include "stages/synth/synth.hpp"
#include "tests/support/host_lane_device.hpp"

using namespace roiflow;

namespace {

struct Trained {
  ModelDescription description;
  Weights weights;
};

Trained trained(const std::string& name) {
  ModelFile file = read_model(std::string(ROIFLOW_SOURCE_DIR) + "/configs/" + name + ".h5");
  return {parse_model_description(file.description, name), std::move(file.weights)};
}

DetectorLane<float> host_lane(const Trained& model, int batch,
                              PhaseOrder order = PhaseOrder::ascending) {
  const DetectorGraphs graphs = build_detector(model.description);
  DetectorLaneNetworks<float> networks;
  networks.trunk = std::make_unique<HostLaneNetwork<float>>(graphs.trunk, model.weights);
  networks.box_head = std::make_unique<HostLaneNetwork<float>>(graphs.box_head, model.weights);
  if (graphs.mask_head) {
    const Model hidden = up_to_hidden(*graphs.mask_head, model.weights);
    networks.mask_hidden = std::make_unique<HostLaneNetwork<float>>(hidden.graph, hidden.weights);
  }
  return DetectorLane<float>(
      std::make_shared<DetectorLaneSetup>(model.description, model.weights, batch),
      std::make_unique<HostLaneDevice<float>>(order), std::move(networks));
}

/// Synthetic images of one size, and so of one bucket.
std::vector<BatchImage> images_of_one_size(int count) {
  const SynthParams params{.seed = 11,
                           .short_side_min = 160,
                           .short_side_max = 160,
                           .long_side_min = 224,
                           .long_side_max = 224};
  std::vector<BatchImage> images;
  for (std::int64_t index = 0; std::ssize(images) < count; ++index) {
    auto image = std::make_shared<Image>(decode(synthesize(params, index).image.bytes));
    if (image->height < image->width) images.push_back({std::move(image), {}});
  }
  return images;
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
    if (a.mask) CHECK(mask_iou(*a.mask, *b.mask) > 0.995);
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
    DetectorLane<float> lane = host_lane(model, 3);
    lane.submit(images);
    const auto found = lane.finish();
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
