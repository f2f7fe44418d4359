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

/// What a byte becomes before the resizing: with torchvision it is normalised, with d2go not yet.
NormalisationTable make_table(const PreprocessParams& params) {
  NormalisationTable table{};
  if (params.mode == PreprocessMode::d2go) {
    for (std::size_t value = 0; value < table.size(); ++value) {
      table[value].fill(static_cast<float>(value));
    }
    return table;
  }
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
  ResampledRows(const Image& image, const NormalisationTable& table, std::vector<Tap> taps,
                bool reverse_channels)
      : image_(image),
        table_(table),
        reverse_channels_(reverse_channels),
        taps_(std::move(taps)),
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
      if (reverse_channels_) std::swap(normalised_[i], normalised_[i + 2]);
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
  bool reverse_channels_;
  std::vector<Tap> taps_;
  std::vector<float> normalised_;
  std::array<Row, 2> rows_;
};

void normalise_row(float* row, std::size_t values, const PreprocessParams& params) {
  for (std::size_t i = 0; i < values; i += channels) {
    for (std::size_t c = 0; c < channels; ++c) {
      row[i + c] = (row[i + c] - params.mean[c]) / params.std[c];
    }
  }
}

/// Down the image: mixes two resampled rows into each row of the output, pads with zeros.
void resize(TensorView<float, 4> out, const Image& image, const ImageGeometry& geometry,
            const NormalisationTable& table, const PreprocessParams& params) {
  const bool d2go = params.mode == PreprocessMode::d2go;
  const auto taps = d2go ? corner_taps : bilinear_taps;
  const auto row_values = static_cast<std::size_t>(geometry.padded_width) * channels;
  const auto used_values = static_cast<std::size_t>(geometry.resized_width) * channels;
  ResampledRows rows(image, table, taps(image.width, geometry.resized_width), d2go);
  float* target = out.data;
  for (const Tap& tap : taps(image.height, geometry.resized_height)) {
    const float* first = rows.at(tap.first);
    const float* second = rows.at(tap.second);
    for (std::size_t i = 0; i < used_values; ++i) {
      target[i] = tap.first_weight * first[i] + tap.second_weight * second[i];
    }
    if (d2go) normalise_row(target, used_values, params);
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
  if (name == "d2go") return PreprocessMode::d2go;
  require(name == "torchvision", ErrorCode::usage,
          "preprocess mode '{}' is unknown; known modes: torchvision, d2go", name);
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

/// One scale for both axes; the reciprocal is not taken first.
ImageGeometry Preprocess::d2go_geometry(int height, int width) const {
  const double scale = static_cast<double>(params_.min_size) / std::min(height, width);
  const auto resized = [&](int size) {
    return std::max(1, static_cast<int>(std::floor(static_cast<double>(size) * scale)));
  };
  ImageGeometry geometry;
  geometry.original_height = height;
  geometry.original_width = width;
  geometry.resized_height = resized(height);
  geometry.resized_width = resized(width);
  geometry.padded_height = padded(geometry.resized_height, params_.size_divisible);
  geometry.padded_width = padded(geometry.resized_width, params_.size_divisible);
  geometry.scale = static_cast<float>(scale);
  return geometry;
}

ImageGeometry Preprocess::geometry(int height, int width) const {
  if (params_.mode == PreprocessMode::d2go) return d2go_geometry(height, width);
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
  resize(input.pixels.view(), image, input.geometry, normalised_, params_);
  return input;
}

}  // namespace roiflow
