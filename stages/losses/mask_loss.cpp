#include "stages/losses/mask_loss.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "stages/core/error.hpp"
#include "stages/losses/loss_terms.hpp"
#include "stages/masks/rle.hpp"
#include "stages/roi_align/roi_align.hpp"

namespace roiflow {
namespace {

/// The original pixel under every resized one, along one axis: float32, as torch's kernel.
std::vector<std::size_t> nearest_pixels(int original, int resized) {
  const float scale = static_cast<float>(original) / static_cast<float>(resized);
  std::vector<std::size_t> pixels(static_cast<std::size_t>(resized));
  for (int i = 0; i < resized; ++i) {
    const int pixel = static_cast<int>(std::floor(static_cast<float>(i) * scale));
    pixels[static_cast<std::size_t>(i)] = static_cast<std::size_t>(std::min(pixel, original - 1));
  }
  return pixels;
}

}  // namespace

Tensor<float, 2> resize_mask(const Rle& mask, const ImageGeometry& g) {
  require(mask.height == g.original_height && mask.width == g.original_width, ErrorCode::bad_data,
          "mask: expected the size of the image, {} x {} pixels (height x width), found {} x {}",
          g.original_height, g.original_width, mask.height, mask.width);
  const std::vector<std::uint8_t> pixels = decode(mask);
  const std::vector<std::size_t> rows = nearest_pixels(g.original_height, g.resized_height);
  const std::vector<std::size_t> columns = nearest_pixels(g.original_width, g.resized_width);
  Tensor<float, 2> resized({g.resized_height, g.resized_width});
  float* out = resized.view().data;
  for (const std::size_t y : rows) {
    const std::uint8_t* row = pixels.data() + y * static_cast<std::size_t>(g.original_width);
    for (const std::size_t x : columns) *out++ = static_cast<float>(row[x]);
  }
  return resized;
}

Tensor<float, 3> mask_targets(const LabelledBoxes& objects, std::span<const Rle> masks,
                              const ImageGeometry& geometry, int cells) {
  Tensor<float, 3> targets({std::ssize(objects.boxes), cells, cells});
  const RoiAlign align({.bins = cells, .samples = 0, .aligned = false});
  std::vector<std::size_t> order(objects.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  // Box by box of one object after the other, so that each mask is decoded once and only one is
  // in memory.
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return objects.truth[i]; });
  Tensor<float, 2> mask;
  int decoded = -1;
  for (const std::size_t i : order) {
    const int object = objects.truth[i];
    require(object >= 0 && object < std::ssize(masks), ErrorCode::internal,
            "mask loss: object {} has no mask, there are {}", object, masks.size());
    if (object != decoded) mask = resize_mask(masks[static_cast<std::size_t>(object)], geometry);
    decoded = object;
    const FeatureLevel level{{mask.view().data, {mask.shape()[0], mask.shape()[1], 1}}, 1};
    const auto one = targets.view().rows(static_cast<std::int64_t>(i), 1);
    align({one.data, {1, cells, cells, 1}}, std::span(&level, 1),
          std::span(objects.boxes).subspan(i, 1));
  }
  return targets;
}

double mask_loss(TensorView<const float, 4> logits, std::span<const int> labels,
                 TensorView<const float, 3> targets) {
  const std::int64_t classes = logits.shape[3];
  const Shape<3> expected{logits.shape[0], logits.shape[1], logits.shape[2]};
  require(targets.shape == expected && std::ssize(labels) == expected[0], ErrorCode::internal,
          "mask loss: logits {} x {} x {}, targets {} x {} x {}, {} labels", expected[0],
          expected[1], expected[2], targets.shape[0], targets.shape[1], targets.shape[2],
          labels.size());
  if (targets.size() == 0) return 0;
  const std::int64_t cells = expected[1] * expected[2];
  double sum = 0;
  for (std::int64_t i = 0; i < expected[0]; ++i) {
    const int label = labels[static_cast<std::size_t>(i)];
    require(label >= 0 && label < classes, ErrorCode::internal,
            "mask loss: label {} is not below {}", label, classes);
    for (std::int64_t cell = i * cells; cell < (i + 1) * cells; ++cell) {
      sum += binary_cross_entropy(logits.data[cell * classes + label], targets.data[cell]);
    }
  }
  return sum / static_cast<double>(targets.size());
}

}  // namespace roiflow
