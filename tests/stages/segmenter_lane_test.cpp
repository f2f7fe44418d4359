/// The segmenter's lane of a GPU, run on the host, against the CPU's stages.
#include <algorithm>

#include <doctest/doctest.h>

#include "stages/gpu/segmenter_lane_body.hpp"
#include "stages/segmenter/segmenter.hpp"
#include "tests/support/host_lane_device.hpp"
#include "tests/support/lane_cases.hpp"

using namespace roiflow;

namespace {

std::unique_ptr<SegmenterLane<float>> host_lane(const Trained& model, int batch) {
  return std::make_unique<SegmenterLane<float>>(
      std::make_shared<SegmenterLaneSetup>(model.description, batch),
      std::make_unique<HostLaneDevice<float>>(),
      std::make_unique<HostLaneNetwork<float>>(build_fcn(model.description).graph, model.weights));
}

/// Pixels that differ.
std::int64_t differences(const LabelMap& a, const LabelMap& b) {
  REQUIRE(a.height == b.height);
  REQUIRE(a.width == b.width);
  std::int64_t count = 0;
  for (std::size_t i = 0; i < a.labels.size(); ++i) count += a.labels[i] != b.labels[i];
  return count;
}

}  // namespace

TEST_CASE("segmenter lane: a batch of images gives the CPU's label maps") {
  for (const char* name : {"tiny_fcn32s", "tiny_fcn8s"}) {
    CAPTURE(name);
    const Trained model = trained(name);
    const SegmenterStages cpu = make_segmenter_cpu(model.description, model.weights);
    const std::vector<BatchImage> images = images_of_one_size(3);
    const auto lane = host_lane(model, 3);
    lane->submit(images);
    const std::vector<LabelMap> maps = lane->finish();
    REQUIRE(maps.size() == images.size());
    for (std::size_t i = 0; i < images.size(); ++i) {
      const LabelMap expected = cpu.label_map(cpu.network(cpu.preprocess(*images[i].image)));
      CHECK(std::ranges::count(expected.labels, 0) < std::ssize(expected.labels));
      // Float32 sums in another order: a few of the pixels between two classes.
      CHECK(differences(maps[i], expected) * 1000 <= std::ssize(expected.labels));
    }
    lane->submit(std::span(images).last(1));
    CHECK(differences(lane->finish().front(), maps.back()) == 0);
  }
}
