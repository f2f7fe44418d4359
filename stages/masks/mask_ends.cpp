#include "stages/masks/mask_ends.hpp"

#include <algorithm>
#include <cstddef>

#include "stages/masks/mask_iou.hpp"
#include "stages/masks/rle.hpp"

namespace roiflow {
namespace {

/// Reads compressed counts into `out`, which has room for a run a character. Returns the number of
/// runs, or nothing for a text that is not valid: from_text() says why.
struct DecodedText {
  bool valid = false;
  std::uint32_t count = 0, area = 0;
};

DecodedText decode_text(std::string_view text, std::uint64_t pixels, std::uint32_t* out) {
  constexpr unsigned first_character = '0', more_follows = 0x20, sign_bit = 0x10, value_bits = 0x1f;
  constexpr int bits_a_character = 5, most_bits = 35;
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const stop = at + text.size();
  std::int64_t before_last = 0, last = 0, end = 0;
  std::uint64_t area = 0;
  std::uint32_t count = 0;
  while (at != stop) {
    unsigned bits = *at++ - first_character;
    if (bits > 0x3f) return {};
    std::uint64_t value = bits & value_bits;
    int shift = bits_a_character;
    while ((bits & more_follows) != 0) {
      if (at == stop || shift >= most_bits) return {};
      bits = *at++ - first_character;
      if (bits > 0x3f) return {};
      value |= static_cast<std::uint64_t>(bits & value_bits) << shift;
      shift += bits_a_character;
    }
    if ((bits & sign_bit) != 0) value |= ~std::uint64_t{0} << shift;
    const std::int64_t run = static_cast<std::int64_t>(value) + (count > 2 ? before_last : 0);
    end += run;
    if (run < 0 || end > static_cast<std::int64_t>(pixels)) return {};
    before_last = last;
    last = run;
    if ((count & 1U) != 0) area += static_cast<std::uint64_t>(run);
    out[count++] = static_cast<std::uint32_t>(end);
  }
  return {end == static_cast<std::int64_t>(pixels), count, static_cast<std::uint32_t>(area)};
}

bool size_fits(int height, int width, std::uint64_t& pixels) {
  if (height < 0 || width < 0) return false;
  pixels = static_cast<std::uint64_t>(height) * static_cast<std::uint64_t>(width);
  return pixels <= 0xFFFFFFFFU;
}

}  // namespace

MaskEnds MaskArena::add_text(std::string_view counts, int height, int width) {
  const std::size_t begin = ends_.size();
  std::uint64_t pixels = 0;
  DecodedText decoded;
  if (size_fits(height, width, pixels)) {
    ends_.resize(begin + counts.size());
    decoded = decode_text(counts, pixels, ends_.data() + begin);
    ends_.resize(begin + decoded.count);
  }
  if (!decoded.valid) return add_runs(from_text(counts, height, width).runs, height, width);
  return {begin, decoded.count, decoded.area, height, width, {}};
}

MaskEnds MaskArena::add_runs(std::span<const std::uint32_t> runs, int height, int width) {
  std::uint64_t pixels = 0, end = 0;
  std::uint32_t area = 0;
  MaskEnds mask{ends_.size(), static_cast<std::uint32_t>(runs.size()), 0, height, width, {}};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    end += runs[i];
    if (i % 2 == 1) area += runs[i];
    ends_.push_back(static_cast<std::uint32_t>(end));
  }
  if (!size_fits(height, width, pixels) || end != pixels) {
    check(Rle{height, width, {runs.begin(), runs.end()}});
  }
  mask.area = area;
  return mask;
}

void MaskArena::measure(MaskEnds& mask) const {
  const auto all = ends(mask);
  const std::size_t paired = all.size() / 2 * 2;
  if (paired == 0) {
    mask.box = {0, 0, 0, 0};
    return;
  }
  const auto height = static_cast<std::uint32_t>(mask.height);
  std::uint32_t x0 = static_cast<std::uint32_t>(mask.width), y0 = height, x1 = 0, y1 = 0;
  // The ends rise: columns are stepped through, and found by division only after a long gap.
  std::uint32_t column = 0, column_begin = 0;
  const auto go_to = [&](std::uint32_t pixel) {
    const std::uint32_t ahead = pixel - column_begin;
    if (ahead < height) return;
    const std::uint32_t columns = ahead < 2 * height ? 1 : ahead / height;
    column += columns;
    column_begin += columns * height;
  };
  for (std::size_t i = 0; i < paired; i += 2) {
    const std::uint32_t begin = all[i], end = all[i + 1];
    if (end == begin) continue;
    go_to(begin);
    const std::uint32_t first_column = column, first_row = begin - column_begin;
    go_to(end - 1);
    x0 = std::min(x0, first_column);
    x1 = column;
    const bool crosses_columns = first_column < column;
    y0 = crosses_columns ? 0 : std::min(y0, first_row);
    y1 = crosses_columns ? height - 1 : std::max(y1, end - 1 - column_begin);
  }
  mask.box = {static_cast<double>(x0), static_cast<double>(y0), static_cast<double>(x1 - x0 + 1),
              static_cast<double>(y1 - y0 + 1)};
}

std::uint32_t MaskArena::common(const MaskEnds& a, const MaskEnds& b) const {
  const auto in_a = ends(a), in_b = ends(b);
  const std::size_t stop_a = in_a.size() / 2 * 2, stop_b = in_b.size() / 2 * 2;
  if (stop_a == 0 || stop_b == 0) return 0;
  // What ends before the other begins can have nothing in common with it.
  const auto start = [](std::span<const std::uint32_t> row, std::uint32_t other_begin) {
    const auto found = std::upper_bound(row.begin(), row.end(), other_begin) - row.begin();
    return static_cast<std::size_t>(found) / 2 * 2;
  };
  std::size_t i = start(in_a, in_b[0]), j = start(in_b, in_a[0]);
  std::uint32_t pixels = 0;
  while (i < stop_a && j < stop_b) {
    const std::uint32_t end_a = in_a[i + 1], end_b = in_b[j + 1];
    const std::uint32_t begin = std::max(in_a[i], in_b[j]), end = std::min(end_a, end_b);
    pixels += end > begin ? end - begin : 0;
    i += end_a <= end_b ? 2 : 0;
    j += end_b <= end_a ? 2 : 0;
  }
  return pixels;
}

double MaskArena::iou(const MaskEnds& detection, const MaskEnds& ground_truth, bool crowd) const {
  if (!(box_iou(detection.box, ground_truth.box, crowd) > 0)) return 0;
  if (detection.height != ground_truth.height || detection.width != ground_truth.width) return -1;
  const std::uint32_t shared = common(detection, ground_truth);
  if (shared == 0) return 0;
  const std::uint32_t whole =
      crowd ? detection.area : detection.area + (ground_truth.area - shared);
  return static_cast<double>(shared) / static_cast<double>(whole);
}

}  // namespace roiflow
