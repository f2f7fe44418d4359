#include "stages/masks/mask_ends.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

#include "stages/masks/mask_iou.hpp"
#include "stages/masks/rle.hpp"

namespace roiflow {
namespace {

constexpr std::uint64_t every_byte = 0x0101010101010101U;
constexpr std::size_t word_bytes = sizeof(std::uint64_t), block_bytes = 64;

/// The eight characters at `at`; those after the end of the text are '0'. The text has at least
/// eight.
std::uint64_t load(std::string_view text, std::size_t at) {
  const std::size_t base = std::min(at, text.size() - word_bytes);
  const std::size_t beyond = at - base;
  std::uint64_t word = 0;
  std::memcpy(&word, text.data() + base, word_bytes);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  if (beyond == 0) return word;
  if (beyond >= word_bytes) return '0' * every_byte;
  return word >> (8 * beyond) | ('0' * every_byte) << (8 * (word_bytes - beyond));
}

/// Bit i: a number ends with character i of the 64 from `at` on. Sets `invalid` to nonzero if a
/// character is outside '0'..'o'.
std::uint64_t number_ends(std::string_view text, std::size_t at, std::uint64_t& invalid) {
  constexpr std::uint64_t to_80 = 0x80 - '0';  // '0'..'o' become 0x80..0xbf
  constexpr std::uint64_t gather = 0x0102040810204080U;
  std::uint64_t ends = 0;
  const std::size_t words = std::min(block_bytes, text.size() - at + word_bytes - 1) / word_bytes;
  for (std::size_t w = 0; w < words; ++w) {
    const std::uint64_t word = load(text, at + w * word_bytes);
    const std::uint64_t moved = word + to_80 * every_byte;
    invalid |=
        (word & 0x80 * every_byte) | (~moved & 0x80 * every_byte) | (moved & 0x40 * every_byte);
    ends |= (((~moved >> 5) & every_byte) * gather >> 56) << (w * word_bytes);
  }
  const std::size_t left = text.size() - at;
  return left < block_bytes ? ends & ((std::uint64_t{1} << left) - 1) : ends;
}

/// The number that the first `length` (at most 8) of eight characters make: five bits of each, low
/// bits first, in two's complement.
std::int64_t number_of(std::uint64_t characters, std::size_t length) {
  const std::uint64_t fives = (characters ^ 0x10 * every_byte) & 0x1f * every_byte;
  const std::uint64_t tens = (fives & 0x00ff00ff00ff00ffU) | (fives & 0xff00ff00ff00ff00U) >> 3;
  const std::uint64_t twenties = (tens & 0x0000ffff0000ffffU) | (tens & 0xffff0000ffff0000U) >> 6;
  const std::uint64_t forty = (twenties & 0xffffffffU) | (twenties >> 32) << 20;
  const std::size_t unused = 64 - 5 * length;
  return static_cast<std::int64_t>(forty << unused) >> unused;
}

struct DecodedText {
  bool valid = false;
  std::uint32_t count = 0, area = 0;
};

/// Reads compressed counts into `out`, which has room for a run a character. Finds all ends of
/// numbers first, so that the numbers do not wait for each other. Texts that are not valid, very
/// short, or of very long runs are left to from_text().
DecodedText decode_text(std::string_view text, std::uint64_t pixels, std::uint32_t* out) {
  if (text.size() < word_bytes) return {};
  std::int64_t before_last = 0, last = 0, end = 0, area = 0, out_of_range = 0;
  std::uint64_t invalid = 0;
  std::uint32_t count = 0;
  std::size_t begin = 0;
  for (std::size_t block = 0; block < text.size(); block += block_bytes) {
    for (std::uint64_t ends = number_ends(text, block, invalid); ends != 0; ends &= ends - 1) {
      const std::size_t stop = block + static_cast<std::size_t>(std::countr_zero(ends)) + 1;
      if (stop - begin > word_bytes) return {};
      const std::int64_t run =
          number_of(load(text, begin), stop - begin) + (count > 2 ? before_last : 0);
      begin = stop;
      end += run;
      area += (count & 1U) != 0 ? run : 0;
      out_of_range |= run | (static_cast<std::int64_t>(pixels) - end);
      before_last = last;
      last = run;
      out[count++] = static_cast<std::uint32_t>(end);
    }
  }
  const bool complete = begin == text.size() && end == static_cast<std::int64_t>(pixels);
  return {invalid == 0 && out_of_range >= 0 && complete, count, static_cast<std::uint32_t>(area)};
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
