/// The GPU itself, where there is one: every shipped model in every precision against the CPU's
/// stages. Without a GPU each case is reported as skipped, by name. (What a GPU would run, kernel
/// by kernel, is tried on the host by the tests of the lanes and of the kernels.)
#include "stages/gpu/gpu.hpp"

#include <algorithm>
#include <limits>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/detector/detector.hpp"
#include "stages/segmenter/segmenter.hpp"
#include "tests/support/detections_on_cpu.hpp"
#include "tests/support/lane_cases.hpp"
#include "tests/support/same_detections.hpp"

using namespace roiflow;

namespace {

struct PrecisionCase {
  const char* name;
  Precision precision;
  /// float32 without shortcuts gives the same detections; the others at least this share of them.
  double least_share;
};
constexpr PrecisionCase precision_cases[] = {{"f32", Precision::f32, 1.0},
                                             {"tf32", Precision::tf32, 0.95},
                                             {"f16", Precision::f16, 0.95},
                                             {"bf16", Precision::bf16, 0.85}};

bool has_gpu(const std::string& name) {
  if (!find_gpus().empty()) return true;
  MESSAGE("SKIPPED ", name, ": no GPU is there (backend: ", gpu_backend_text(), "; ", why_no_gpu(),
          ")");
  return false;
}

GpuOptions options_for(Precision precision, int batch) {
  return {.precision = precision, .batch = batch, .lanes = 2};
}

std::vector<ImageDetections> on_gpu(const BatchDetector& detector, int lane,
                                    std::span<const BatchImage> images) {
  detector.engines.front()->submit(lane, images);
  std::vector<ImageDetections> results;
  for (const DeviceDetections& found : detector.engines.front()->finish(lane)) {
    results.push_back(detector.finish(found));
  }
  return results;
}

}  // namespace

TEST_CASE("gpu: the shipped detectors find on a GPU what they find on the CPU") {
  for (const char* name : {"tiny_mask_rcnn", "tiny_faster_rcnn"}) {
    for (const PrecisionCase& c : precision_cases) {
      CAPTURE(name);
      CAPTURE(c.name);
      if (!has_gpu(std::string("gpu detector ") + name + " " + c.name)) continue;
      const Trained model = trained(name);
      const DetectorStages cpu = make_detector_cpu(model.description, model.weights);
      const BatchDetector gpu =
          make_detector_cuda(model.description, model.weights, options_for(c.precision, 4));
      const std::vector<BatchImage> images = images_of_one_size(4);
      const auto found = on_gpu(gpu, 0, images);
      for (std::size_t i = 0; i < images.size(); ++i) {
        const ImageDetections expected = detections_on_cpu(cpu, images[i]);
        if (c.precision == Precision::f32) {
          check_same(found[i], expected);
        } else {
          CHECK(share_found(found[i], expected) >= c.least_share);
        }
      }
    }
  }
}

TEST_CASE("gpu: an image's result depends neither on its neighbours nor on the lane") {
  for (const PrecisionCase& c : precision_cases) {
    CAPTURE(c.name);
    if (!has_gpu(std::string("gpu neighbours ") + c.name)) continue;
    const Trained model = trained("tiny_mask_rcnn");
    const BatchDetector gpu =
        make_detector_cuda(model.description, model.weights, options_for(c.precision, 3));
    const std::vector<BatchImage> images = images_of_one_size(3);
    const auto together = on_gpu(gpu, 0, images);
    const auto alone = on_gpu(gpu, 1, std::span(images).last(1));
    check_same_bits(alone.front(), together.back());
  }
}

TEST_CASE("gpu: every slot of a batch gives the same bits, at the size of COCO's images") {
  for (const PrecisionCase& c : precision_cases) {
    CAPTURE(c.name);
    if (!has_gpu(std::string("gpu slots ") + c.name)) continue;
    Trained model = trained("tiny_mask_rcnn");
    model.description.preprocess.min_size = 800;
    model.description.preprocess.max_size = 1333;
    const BatchDetector gpu =
        make_detector_cuda(model.description, model.weights, options_for(c.precision, 4));
    const std::vector<BatchImage> same(4, images_of_one_size(1).front());
    const auto found = on_gpu(gpu, 0, same);
    for (const ImageDetections& slot : found) check_same_bits(slot, found.front());
  }
}

TEST_CASE("gpu: engines that were timed and stored give the same bits when they are read again") {
  if (!has_gpu("gpu stored engines")) return;
  const Trained model = trained("tiny_mask_rcnn");
  const std::vector<BatchImage> images = images_of_one_size(2);
  EngineChoices choices;
  GpuOptions options = options_for(Precision::f16, 2);
  options.choices = &choices;
  options.tune = true;
  const auto tuned =
      on_gpu(make_detector_cuda(model.description, model.weights, options), 0, images);
  CHECK_FALSE(choices.all().empty());
  EngineChoices stored(choices.all());
  options.choices = &stored;
  options.tune = false;
  const auto again =
      on_gpu(make_detector_cuda(model.description, model.weights, options), 0, images);
  for (std::size_t i = 0; i < images.size(); ++i) check_same_bits(again[i], tuned[i]);
}

TEST_CASE("gpu: the shipped segmenters give the CPU's label maps") {
  for (const char* name : {"tiny_fcn32s", "tiny_fcn16s", "tiny_fcn8s"}) {
    CAPTURE(name);
    if (!has_gpu(std::string("gpu segmenter ") + name)) continue;
    const Trained model = trained(name);
    const SegmenterStages cpu = make_segmenter_cpu(model.description, model.weights);
    const BatchSegmenter gpu =
        make_segmenter_cuda(model.description, model.weights, options_for(Precision::f32, 3));
    const std::vector<BatchImage> images = images_of_one_size(3);
    gpu.engines.front()->submit(0, images);
    const std::vector<LabelMap> maps = gpu.engines.front()->finish(0);
    for (std::size_t i = 0; i < images.size(); ++i) {
      const LabelMap expected = cpu.label_map(cpu.network(cpu.preprocess(*images[i].image)));
      REQUIRE(maps[i].labels.size() == expected.labels.size());
      std::size_t different = 0;
      for (std::size_t p = 0; p < expected.labels.size(); ++p) {
        different += maps[i].labels[p] != expected.labels[p] ? 1U : 0U;
      }
      CHECK(different * 1000 <= expected.labels.size());
    }
  }
}

TEST_CASE("gpu: too little memory is an error that names the options which need less") {
  if (!has_gpu("gpu out of memory")) return;
  const Trained model = trained("tiny_mask_rcnn");
  const auto too_much = [&] {
    const BatchDetector gpu =
        make_detector_cuda(model.description, model.weights, options_for(Precision::f32, 1 << 20));
    on_gpu(gpu, 0, images_of_one_size(1));
  };
  CHECK_THROWS_WITH_AS(too_much(), doctest::Contains("--batch"), Error);
}

TEST_CASE("gpu: a device that is not there is refused with what was found") {
  const Trained model = trained("tiny_mask_rcnn");
  GpuOptions options;
  options.devices = {1000};
  try {
    make_detector_cuda(model.description, model.weights, options);
    FAIL("device 1000 was accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::device);
    CHECK(std::string(error.what()).find("--device cuda") != std::string::npos);
  }
}
