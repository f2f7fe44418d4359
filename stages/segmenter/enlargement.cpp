#include "stages/segmenter/enlargement.hpp"

namespace roiflow {

Enlargement enlargement(const ScoreUpsampling& upsampling, const Shape<3>& scores,
                        const ImageGeometry& g) {
  const auto taps = [&](std::int64_t size, int resized, int original) {
    const int count = static_cast<int>(size);
    if (upsampling.stride == 0) return interpolation_taps(count, original);
    return deconvolution_taps(count, {upsampling.stride, upsampling.offset}, resized, original);
  };
  return {taps(scores[0], g.resized_height, g.original_height),
          taps(scores[1], g.resized_width, g.original_width)};
}

std::vector<std::uint8_t> label_map_values(const ModelDescription& d) {
  std::vector<std::uint8_t> values;
  for (int label = 0; label < d.classes; ++label) {
    values.push_back(static_cast<std::uint8_t>(d.category_id(label)));
  }
  return values;
}

}  // namespace roiflow
