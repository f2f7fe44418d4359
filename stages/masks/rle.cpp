#include "stages/masks/rle.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

std::uint64_t pixel_count(int height, int width) {
  require(height >= 0 && width >= 0, ErrorCode::bad_data,
          "mask: size must not be negative, found {} x {} pixels (height x width)", height, width);
  const auto pixels = static_cast<std::uint64_t>(height) * static_cast<std::uint64_t>(width);
  require(pixels <= std::numeric_limits<std::uint32_t>::max(), ErrorCode::bad_data,
          "mask: a run-length code holds at most 2^32 - 1 pixels, found {} x {}", height, width);
  return pixels;
}

}  // namespace

void check(const Rle& rle) {
  const std::uint64_t pixels = pixel_count(rle.height, rle.width);
  std::uint64_t sum = 0;
  for (const std::uint32_t run : rle.runs) sum += run;
  require(sum == pixels, ErrorCode::bad_data,
          "run-length code: the runs must sum to height x width = {} x {} = {}, found {}",
          rle.height, rle.width, pixels, sum);
}

Rle encode(const std::uint8_t* mask_row_major, int height, int width) {
  pixel_count(height, width);
  Rle rle{height, width, {}};
  bool value = false;
  std::uint32_t run = 0;
  for (int x = 0; x < width; ++x) {
    const std::uint8_t* pixel = mask_row_major + x;
    for (int y = 0; y < height; ++y, pixel += width) {
      if ((*pixel != 0) != value) {
        rle.runs.push_back(run);
        run = 0;
        value = !value;
      }
      ++run;
    }
  }
  rle.runs.push_back(run);
  return rle;
}

std::vector<std::uint8_t> decode(const Rle& rle) {
  check(rle);
  const auto height = static_cast<std::size_t>(rle.height);
  const auto width = static_cast<std::size_t>(rle.width);
  std::vector<std::uint8_t> mask(height * width, 0);
  std::size_t begin = 0;
  bool foreground = false;
  for (const std::uint32_t run : rle.runs) {
    const std::size_t end = begin + run;
    for (std::size_t at = begin; foreground && at < end; ++at) {
      mask[at % height * width + at / height] = 1;
    }
    begin = end;
    foreground = !foreground;
  }
  return mask;
}

std::uint64_t area(const Rle& rle) {
  std::uint64_t pixels = 0;
  for (std::size_t i = 1; i < rle.runs.size(); i += 2) pixels += rle.runs[i];
  return pixels;
}

std::array<double, 4> bounding_box(const Rle& rle) {
  const std::size_t paired_runs = rle.runs.size() / 2 * 2;
  if (paired_runs == 0) return {0, 0, 0, 0};
  const auto height = static_cast<std::uint32_t>(rle.height);
  std::uint32_t x0 = static_cast<std::uint32_t>(rle.width), y0 = height, x1 = 0, y1 = 0, end = 0;
  for (std::size_t i = 0; i < paired_runs; i += 2) {
    const std::uint32_t begin = end + rle.runs[i];
    end = begin + rle.runs[i + 1];
    if (end == begin) continue;
    const std::uint32_t first_column = begin / height, last_column = (end - 1) / height;
    x0 = std::min(x0, first_column);
    x1 = std::max(x1, last_column);
    const bool crosses_columns = first_column < last_column;
    y0 = crosses_columns ? 0 : std::min(y0, begin % height);
    y1 = crosses_columns ? height - 1 : std::max(y1, (end - 1) % height);
  }
  return {static_cast<double>(x0), static_cast<double>(y0), static_cast<double>(x1 - x0 + 1),
          static_cast<double>(y1 - y0 + 1)};
}

}  // namespace roiflow
