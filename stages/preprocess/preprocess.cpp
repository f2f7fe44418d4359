#include "stages/preprocess/preprocess.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "stages/core/error.hpp"
#include "stages/preprocess/resize_pillow.hpp"
#include "stages/preprocess/resize_plan.hpp"

namespace roiflow {
namespace {

constexpr std::size_t channels = 3;

/// What a byte becomes before it is resampled: d2go normalises afterwards.
NormalisationTable make_table(const PreprocessParams& params) {
  const float white = params.mode == PreprocessMode::torchvision ? 255.0F : 1.0F;
  NormalisationTable table{};
  if (params.mode == PreprocessMode::d2go) {
    for (std::size_t value = 0; value < table.size(); ++value) {
      table[value].fill(static_cast<float>(value));
    }
    return table;
  }
  for (std::size_t value = 0; value < table.size(); ++value) {
    for (std::size_t c = 0; c < channels; ++c) {
      table[value][c] = (static_cast<float>(value) / white - params.mean[c]) / params.std[c];
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
        pixel[i] = mix(tap, first[i], second[i]);
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

void normalise_row(float* row, std::size_t values, const PreprocessParams& params) {
  for (std::size_t i = 0; i < values; i += channels) {
    for (std::size_t c = 0; c < channels; ++c) {
      row[i + c] = (row[i + c] - params.mean[c]) / params.std[c];
    }
  }
}

/// Down the image: mixes two resampled rows into each row of the output, pads with zeros.
void resize(TensorView<float, 4> out, ResampledRows& rows, const ResizePlan& plan,
            const PreprocessParams& params) {
  const auto row_values = static_cast<std::size_t>(out.shape[2]) * channels;
  const auto used_values = plan.columns.size() * channels;
  float* target = out.data;
  for (const Tap& tap : plan.rows) {
    const float* first = rows.at(tap.first);
    const float* second = rows.at(tap.second);
    for (std::size_t i = 0; i < used_values; ++i) {
      target[i] = mix(tap, first[i], second[i]);
    }
    if (params.mode == PreprocessMode::d2go) normalise_row(target, used_values, params);
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
  constexpr std::array modes{
      std::pair{std::string_view("torchvision"), PreprocessMode::torchvision},
      std::pair{std::string_view("caffe"), PreprocessMode::caffe},
      std::pair{std::string_view("pillow"), PreprocessMode::pillow},
      std::pair{std::string_view("d2go"), PreprocessMode::d2go}};
  for (const auto& [known, mode] : modes) {
    if (known == name) return mode;
  }
  fail(ErrorCode::usage,
       "preprocess mode '{}' is unknown; known modes: torchvision, caffe, pillow, d2go", name);
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
  const double wanted = static_cast<double>(params_.min_size) / shorter;
  const double at_most = static_cast<double>(params_.max_size) / longer;
  switch (params_.mode) {
    case PreprocessMode::d2go:
      return wanted;
    case PreprocessMode::caffe:
      return std::nearbyint(wanted * longer) <= params_.max_size ? wanted : at_most;
    case PreprocessMode::torchvision:
    case PreprocessMode::pillow:
      break;
  }
  // What torch does with `number / tensor`: a float32 reciprocal, then a float32 product.
  const auto quotient = [](int a, int b) {
    return 1.0F / static_cast<float>(b) * static_cast<float>(a);
  };
  return static_cast<double>(
      std::min(quotient(params_.min_size, shorter), quotient(params_.max_size, longer)));
}

int Preprocess::resized(int size, double scale) const {
  const double exact = static_cast<double>(size) * scale;
  switch (params_.mode) {
    case PreprocessMode::caffe:
      return std::max(1, static_cast<int>(std::nearbyint(exact)));  // halves to even
    case PreprocessMode::torchvision:
    case PreprocessMode::pillow:
    case PreprocessMode::d2go:
      break;
  }
  return std::max(1, static_cast<int>(std::floor(exact)));
}

/// detectron2's ResizeShortestEdge.get_output_shape, whose two products round by themselves.
std::pair<int, int> Preprocess::pillow_size(int height, int width) const {
  if (params_.min_size == 0) return {height, width};
  const double size = params_.min_size;
  double scale = size / std::min(height, width);
  double new_height = height < width ? size : scale * height;
  double new_width = height < width ? scale * width : size;
  const double longer = std::max(new_height, new_width);
  if (longer > params_.max_size) {
    scale = params_.max_size / longer;
    new_height *= scale;
    new_width *= scale;
  }
  return {std::max(1, static_cast<int>(new_height + 0.5)),
          std::max(1, static_cast<int>(new_width + 0.5))};
}

ImageGeometry Preprocess::geometry(int height, int width) const {
  const double scale = this->scale(height, width);
  ImageGeometry geometry;
  geometry.original_height = height;
  geometry.original_width = width;
  if (params_.mode == PreprocessMode::pillow) {
    std::tie(geometry.resized_height, geometry.resized_width) = pillow_size(height, width);
  } else {
    geometry.resized_height = resized(height, scale);
    geometry.resized_width = resized(width, scale);
  }
  geometry.padded_height = padded(geometry.resized_height, params_.size_divisible);
  geometry.padded_width = padded(geometry.resized_width, params_.size_divisible);
  if (params_.mode == PreprocessMode::d2go) geometry.scale = static_cast<float>(scale);
  return geometry;
}

ImageGeometry Preprocess::checked_geometry(int height, int width) const {
  require(height > 0 && width > 0, ErrorCode::bad_data,
          "preprocess: an image must have at least one pixel, found {} x {}", width, height);
  const ImageGeometry geometry = this->geometry(height, width);
  const std::int64_t pixels = std::int64_t{geometry.padded_height} * geometry.padded_width;
  require(pixels <= most_input_pixels, ErrorCode::bad_data,
          "preprocess: an image of {} x {} pixels becomes a network input of {} x {}, expected at "
          "most {} pixels (preprocess.min_size and max_size of the model's description)",
          width, height, geometry.padded_width, geometry.padded_height, most_input_pixels);
  return geometry;
}

ImageGeometry Preprocess::checked_geometry(const Image& image) const {
  const ImageGeometry geometry = checked_geometry(image.height, image.width);
  const auto expected =
      static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width) * channels;
  require(image.rgb.size() == expected, ErrorCode::bad_data,
          "preprocess: {} x {} pixels need {} bytes, found {}", image.width, image.height, expected,
          image.rgb.size());
  return geometry;
}

NetworkInput Preprocess::operator()(const Image& image) const {
  const ImageGeometry geometry = checked_geometry(image);
  NetworkInput input;
  input.geometry = geometry;
  input.pixels =
      Tensor<float, 4>({1, geometry.padded_height, geometry.padded_width, std::int64_t{channels}});
  if (params_.mode == PreprocessMode::pillow) {  // bytes are resized, then only normalised
    fill(input, resize_pillow(image, geometry.resized_height, geometry.resized_width));
  } else {
    fill(input, image);
  }
  return input;
}

ResizePlan Preprocess::plan(const ImageGeometry& geometry) const {
  const auto taps = [&](int in_size, int out_size) {
    switch (params_.mode) {
      case PreprocessMode::caffe:
        return opencv_taps(in_size, out_size,
                           scale(geometry.original_height, geometry.original_width));
      case PreprocessMode::d2go:
        return corner_taps(in_size, out_size);
      case PreprocessMode::torchvision:
        return bilinear_taps(in_size, out_size);
      case PreprocessMode::pillow:
        break;
    }
    return bilinear_taps(out_size, out_size);
  };
  return {taps(geometry.original_height, geometry.resized_height),
          taps(geometry.original_width, geometry.resized_width)};
}

void Preprocess::fill(NetworkInput& input, const Image& image) const {
  const ResizePlan plan = this->plan(input.geometry);
  ResampledRows rows(image, normalised_, is_bgr(params_.mode), plan.columns);
  resize(input.pixels.view(), rows, plan, params_);
}

}  // namespace roiflow
