#include "stages/preprocess/preprocess.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "stages/core/error.hpp"
#include "stages/preprocess/resize_plan.hpp"

namespace roiflow {
namespace {

constexpr std::size_t channels = 3;
using NormalisationTable = std::array<std::array<float, channels>, 256>;

NormalisationTable make_table(const PreprocessParams& params) {
  NormalisationTable table{};
  for (std::size_t value = 0; value < table.size(); ++value) {
    for (std::size_t c = 0; c < channels; ++c) {
      table[value][c] = (static_cast<float>(value) / 255.0F - params.mean[c]) / params.std[c];
    }
  }
  return table;
}

/// A pixel is moved as four floats, which fill a vector register: the fourth is overwritten by the
/// next pixel, and behind the last one of a row there is room for it.
constexpr std::size_t lanes = 4;
constexpr std::size_t spare = lanes - channels;

/// Rows of the image, normalised and resampled along x. An output row needs one or two neighbouring
/// ones, and the next output row often needs them again: the last even and the last odd one stay.
class ResampledRows {
 public:
  ResampledRows(const Image& image, const NormalisationTable& table, int out_width)
      : image_(image),
        table_(table),
        taps_(bilinear_taps(image.width, out_width)),
        normalised_(static_cast<std::size_t>(image.width) * channels + spare) {
    for (Row& row : rows_) row.values.resize(taps_.size() * channels + spare);
  }

  /// Valid until another row of the same parity is asked for.
  const float* at(int y) {
    Row& row = rows_[static_cast<std::size_t>(y % 2)];
    if (row.y != y) {
      normalise(y);
      resample(row.values.data());
      row.y = y;
    }
    return row.values.data();
  }

 private:
  struct Row {
    int y = -1;
    std::vector<float> values;
  };

  void normalise(int y) {
    const std::size_t count = static_cast<std::size_t>(image_.width) * channels;
    const std::uint8_t* in = image_.rgb.data() + static_cast<std::size_t>(y) * count;
    for (std::size_t i = 0; i < count; i += channels) {
      for (std::size_t c = 0; c < channels; ++c) normalised_[i + c] = table_[in[i + c]][c];
    }
  }

  void resample(float* out) const {
    for (const Tap& tap : taps_) {
      const float* first = normalised_.data() + static_cast<std::size_t>(tap.first) * channels;
      const float* second = normalised_.data() + static_cast<std::size_t>(tap.second) * channels;
      std::array<float, lanes> pixel;
      for (std::size_t i = 0; i < lanes; ++i) {
        pixel[i] = tap.first_weight * first[i] + tap.second_weight * second[i];
      }
      std::copy(pixel.begin(), pixel.end(), out);
      out += channels;
    }
  }

  const Image& image_;
  const NormalisationTable& table_;
  std::vector<Tap> taps_;
  std::vector<float> normalised_;
  std::array<Row, 2> rows_;
};

/// Down the image: mixes two resampled rows into each row of the output, pads with zeros.
void resize(TensorView<float, 4> out, const Image& image, const ImageGeometry& geometry,
            const NormalisationTable& table) {
  const auto row_values = static_cast<std::size_t>(geometry.padded_width) * channels;
  const auto used_values = static_cast<std::size_t>(geometry.resized_width) * channels;
  ResampledRows rows(image, table, geometry.resized_width);
  float* target = out.data;
  for (const Tap& tap : bilinear_taps(image.height, geometry.resized_height)) {
    const float* first = rows.at(tap.first);
    const float* second = rows.at(tap.second);
    for (std::size_t i = 0; i < used_values; ++i) {
      target[i] = tap.first_weight * first[i] + tap.second_weight * second[i];
    }
    std::fill(target + used_values, target + row_values, 0.0F);
    target += row_values;
  }
  std::fill(target, out.data + out.size(), 0.0F);
}

int padded(int size, int divisor) {
  return (size + divisor - 1) / divisor * divisor;
}

}  // namespace

PreprocessMode preprocess_mode(std::string_view name) {
  require(name == "torchvision", ErrorCode::usage,
          "preprocess mode '{}' is unknown; known modes: torchvision", name);
  return PreprocessMode::torchvision;
}

Preprocess::Preprocess(const PreprocessParams& params)
    : params_(params), normalised_(make_table(params)) {
  require(params.min_size > 0 && params.max_size > 0 && params.size_divisible > 0, ErrorCode::usage,
          "preprocess: min_size, max_size and size_divisible must be positive, found {}, {} and {}",
          params.min_size, params.max_size, params.size_divisible);
  for (const float deviation : params.std) {
    require(deviation > 0, ErrorCode::usage, "preprocess: std must be positive, found {}",
            deviation);
  }
}

ImageGeometry Preprocess::geometry(int height, int width) const {
  // What torch does with `number / tensor`: a float32 reciprocal, then a float32 product. The new
  // sides are rounded down from double products.
  const auto quotient = [](int a, int b) {
    return 1.0F / static_cast<float>(b) * static_cast<float>(a);
  };
  const float scale = std::min(quotient(params_.min_size, std::min(height, width)),
                               quotient(params_.max_size, std::max(height, width)));
  const auto resized = [&](int size) {
    return std::max(
        1, static_cast<int>(std::floor(static_cast<double>(size) * static_cast<double>(scale))));
  };
  ImageGeometry geometry;
  geometry.original_height = height;
  geometry.original_width = width;
  geometry.resized_height = resized(height);
  geometry.resized_width = resized(width);
  geometry.padded_height = padded(geometry.resized_height, params_.size_divisible);
  geometry.padded_width = padded(geometry.resized_width, params_.size_divisible);
  return geometry;
}

NetworkInput Preprocess::operator()(const Image& image) const {
  require(image.height > 0 && image.width > 0, ErrorCode::bad_data,
          "preprocess: an image must have at least one pixel, found {} x {}", image.width,
          image.height);
  const auto expected =
      static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width) * channels;
  require(image.rgb.size() == expected, ErrorCode::bad_data,
          "preprocess: {} x {} pixels need {} bytes, found {}", image.width, image.height, expected,
          image.rgb.size());
  NetworkInput input;
  input.geometry = geometry(image.height, image.width);
  input.pixels = Tensor<float, 4>(
      {1, input.geometry.padded_height, input.geometry.padded_width, std::int64_t{channels}});
  resize(input.pixels.view(), image, input.geometry, normalised_);
  return input;
}

}  // namespace roiflow
