#include "stages/preprocess/preprocess.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "stages/core/error.hpp"
#include "stages/preprocess/resize_plan.hpp"

namespace roiflow {
namespace {

constexpr std::size_t channels = 3;
using NormalisationTable = std::array<std::array<float, channels>, 256>;

bool is_bgr(PreprocessMode mode) {
  return mode == PreprocessMode::caffe;
}

NormalisationTable make_table(const PreprocessParams& params) {
  const float white = params.mode == PreprocessMode::caffe ? 1.0F : 255.0F;
  NormalisationTable table{};
  for (std::size_t value = 0; value < table.size(); ++value) {
    for (std::size_t c = 0; c < channels; ++c) {
      table[value][c] = (static_cast<float>(value) / white - params.mean[c]) / params.std[c];
    }
  }
  return table;
}

/// How an image of one size is resized.
struct ResizePlan {
  ImageGeometry geometry;
  std::vector<Tap> rows, columns;
};

/// A pixel is moved as four floats, which fill a vector register: the fourth is overwritten by the
/// next pixel, and behind the last one of a row there is room for it.
constexpr std::size_t lanes = 4;
constexpr std::size_t spare = lanes - channels;

/// Rows of the image, normalised and resampled along x. An output row needs one or two neighbouring
/// ones, and the next output row often needs them again: the last even and the last odd one stay.
class ResampledRows {
 public:
  ResampledRows(const Image& image, const NormalisationTable& table, bool bgr,
                std::span<const Tap> taps)
      : image_(image),
        table_(table),
        source_channel_(bgr ? std::array<std::size_t, channels>{2, 1, 0}
                            : std::array<std::size_t, channels>{0, 1, 2}),
        taps_(taps),
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
      for (std::size_t c = 0; c < channels; ++c) {
        normalised_[i + c] = table_[in[i + source_channel_[c]]][c];
      }
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
  std::array<std::size_t, channels> source_channel_;  ///< of R, G, B, for each of the network's
  std::span<const Tap> taps_;
  std::vector<float> normalised_;
  std::array<Row, 2> rows_;
};

/// Down the image: mixes two resampled rows into each row of the output, pads with zeros.
void resize(TensorView<float, 4> out, ResampledRows& rows, const ResizePlan& plan) {
  const auto row_values = static_cast<std::size_t>(plan.geometry.padded_width) * channels;
  const auto used_values = static_cast<std::size_t>(plan.geometry.resized_width) * channels;
  float* target = out.data;
  for (const Tap& tap : plan.rows) {
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
  if (name == "torchvision") return PreprocessMode::torchvision;
  require(name == "caffe", ErrorCode::usage,
          "preprocess mode '{}' is unknown; known modes: torchvision, caffe", name);
  return PreprocessMode::caffe;
}

Preprocess::Preprocess(const PreprocessParams& params)
    : params_(params), normalised_(make_table(params)) {
  require(
      params.min_size >= 0 && params.max_size > 0 && params.size_divisible > 0, ErrorCode::usage,
      "preprocess: min_size must not be negative, max_size and size_divisible must be positive, "
      "found {}, {} and {}",
      params.min_size, params.max_size, params.size_divisible);
  for (const float deviation : params.std) {
    require(deviation > 0, ErrorCode::usage, "preprocess: std must be positive, found {}",
            deviation);
  }
}

double Preprocess::scale(int height, int width) const {
  if (params_.min_size == 0) return 1;
  const int shorter = std::min(height, width), longer = std::max(height, width);
  if (params_.mode == PreprocessMode::caffe) {
    const double wanted = static_cast<double>(params_.min_size) / shorter;
    const bool fits = std::nearbyint(wanted * longer) <= params_.max_size;
    return fits ? wanted : static_cast<double>(params_.max_size) / longer;
  }
  // What torch does with `number / tensor`: a float32 reciprocal, then a float32 product.
  const auto quotient = [](int a, int b) {
    return 1.0F / static_cast<float>(b) * static_cast<float>(a);
  };
  return static_cast<double>(
      std::min(quotient(params_.min_size, shorter), quotient(params_.max_size, longer)));
}

ImageGeometry Preprocess::geometry(int height, int width) const {
  const double scale = this->scale(height, width);
  const bool rounds = params_.mode == PreprocessMode::caffe;  // to nearest, halves to even
  const auto resized = [&](int size) {
    const double exact = static_cast<double>(size) * scale;
    return std::max(1, static_cast<int>(rounds ? std::nearbyint(exact) : std::floor(exact)));
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
  const ImageGeometry geometry = this->geometry(image.height, image.width);
  const auto taps = [&](int in_size, int out_size) {
    return params_.mode == PreprocessMode::caffe
               ? opencv_taps(in_size, out_size, scale(image.height, image.width))
               : bilinear_taps(in_size, out_size);
  };
  const ResizePlan plan{geometry, taps(image.height, geometry.resized_height),
                        taps(image.width, geometry.resized_width)};
  NetworkInput input;
  input.geometry = geometry;
  input.pixels = Tensor<float, 4>(
      {1, input.geometry.padded_height, input.geometry.padded_width, std::int64_t{channels}});
  ResampledRows rows(image, normalised_, is_bgr(params_.mode), plan.columns);
  resize(input.pixels.view(), rows, plan);
  return input;
}

}  // namespace roiflow
