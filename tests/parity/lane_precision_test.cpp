/// What 16-bit arithmetic on a GPU costs in accuracy, found without one: the lane of a GPU is run
/// on the host with activations and weights rounded to T wherever the GPU would round them, and its
/// detections of synthetic images are evaluated beside those of float32.
///
/// ROIFLOW_PRECISION_IMAGES  how many images; a multiple of 8
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <doctest/doctest.h>

#include "stages/evaluate/accumulate.hpp"
#include "stages/evaluate/image_columns.hpp"
#include "stages/evaluate/image_matcher.hpp"
#include "stages/evaluate/summary.hpp"
#include "stages/gpu/finish_detections.hpp"
#include "stages/kernels/element.cuh"
#include "tests/support/host_detector_lane.hpp"
#include "tests/support/lane_cases.hpp"

using namespace roiflow;

namespace {

constexpr int batch = 8;

int image_count() {
  const char* wanted = std::getenv("ROIFLOW_PRECISION_IMAGES");
  return wanted != nullptr ? std::atoi(wanted) : 32;
}

struct Accuracy {
  double box = 0, mask = 0;
};

Accuracy evaluated(const std::vector<LabelledImage>& images,
                   const std::vector<ImageDetections>& found) {
  const EvaluationParams params = coco_params(synth_categories());
  const auto average_precision = [&](IouType type) {
    Accumulator all(params);
    for (std::size_t i = 0; i < images.size(); ++i) {
      const Sample& sample = images[i].sample;
      const ImageColumns columns = image_columns(params, type, sample.annotations,
                                                 std::span<const Detection>(found[i].detections),
                                                 sample.record.height, sample.record.width);
      ImageMatches matches;
      ImageMatcher(params, type).match(matches, columns.truth, columns.results, 0);
      all.append(sample.record.id, matches);
    }
    return summarise(params, all.accumulate(), type).front().value;
  };
  return {average_precision(IouType::bbox), average_precision(IouType::segm)};
}

template <class T>
Accuracy accuracy(const Trained& model, const std::vector<LabelledImage>& images) {
  const auto lane = host_lane<T>(model, batch);
  const BatchDetector host = without_engines(model.description);
  std::vector<ImageDetections> found;
  for (std::size_t first = 0; first < images.size(); first += batch) {
    std::vector<BatchImage> together;
    for (std::size_t i = first; i < first + batch; ++i) together.push_back(images[i].image);
    lane->submit(together);
    for (const DeviceDetections& image : lane->finish()) found.push_back(host.finish(image));
  }
  return evaluated(images, found);
}

}  // namespace

TEST_CASE("precision: half and bfloat16 as a GPU computes them, beside float32") {
  const Trained model = trained("tiny_mask_rcnn");
  const std::vector<LabelledImage> images = labelled_images_of_one_size(image_count());
  const Accuracy f32 = accuracy<float>(model, images);
  const Accuracy f16 = accuracy<__half>(model, images);
  const Accuracy bf16 = accuracy<__nv_bfloat16>(model, images);
  MESSAGE(images.size(), " images, box and mask AP: f32 ", f32.box, " ", f32.mask, ", f16 ",
          f16.box, " ", f16.mask, ", bf16 ", bf16.box, " ", bf16.mask);
  CHECK(f32.box > 0.5);
  CHECK(f32.mask > 0.5);
  CHECK(std::abs(f16.box - f32.box) < 0.002);
  CHECK(std::abs(f16.mask - f32.mask) < 0.002);
  CHECK(std::abs(bf16.box - f32.box) < 0.02);
  CHECK(std::abs(bf16.mask - f32.mask) < 0.02);
}
