/// Trained models that ship, and images for them: what tests of lanes start from.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/model_file.hpp"
#include "stages/decode/decode.hpp"
#include "stages/gpu/batch_engine.hpp"
#include "stages/model/model_description.hpp"
#include "stages/synth/synth.hpp"

namespace roiflow {

struct Trained {
  ModelDescription description;
  Weights weights;
};

inline Trained trained(const std::string& name) {
  ModelFile file = read_model(std::string(ROIFLOW_SOURCE_DIR) + "/configs/" + name + ".h5");
  return {parse_model_description(file.description, name), std::move(file.weights)};
}

struct LabelledImage {
  Sample sample;
  BatchImage image;
};

/// Synthetic images of one size, and so of one bucket.
inline std::vector<LabelledImage> labelled_images_of_one_size(int count) {
  const SynthParams params{.seed = 11,
                           .short_side_min = 160,
                           .short_side_max = 160,
                           .long_side_min = 224,
                           .long_side_max = 224};
  std::vector<LabelledImage> images;
  for (std::int64_t index = 0; std::ssize(images) < count; ++index) {
    Sample sample = synthesize(params, index);
    const auto image = std::make_shared<Image>(decode(sample.encoded));
    if (image->height < image->width) images.push_back({std::move(sample), {image, {}}});
  }
  return images;
}

inline std::vector<BatchImage> images_of_one_size(int count) {
  std::vector<BatchImage> images;
  for (const LabelledImage& image : labelled_images_of_one_size(count)) {
    images.push_back(image.image);
  }
  return images;
}

}  // namespace roiflow
