#include "stages/paste_masks/box_mask.hpp"

#include <bit>
#include <cstddef>

#include "stages/core/error.hpp"
#include "stages/paste_masks/run_writer.hpp"

namespace roiflow {
namespace {

/// The set bits of a word, whose bit 0 is the pixel `begin` of the mask.
void write_word(RunWriter& runs, std::int64_t begin, std::uint32_t bits) {
  while (bits != 0) {
    const int gap = std::countr_zero(bits);
    begin += gap;
    bits >>= gap;
    const int set = std::countr_one(bits);
    runs.set(begin, begin + set);
    begin += set;
    bits = set < 32 ? bits >> set : 0;
  }
}

}  // namespace

Rle to_rle(const BoxMask& mask, int height, int width) {
  const MaskPart& part = mask.part;
  require(part.x >= 0 && part.y >= 0 && part.height >= 0 && part.width >= 0 &&
              part.x <= width - part.width && part.y <= height - part.height,
          ErrorCode::internal,
          "box mask: a part of {} x {} pixels at ({}, {}) does not lie in an image of {} x {}",
          part.width, part.height, part.x, part.y, width, height);
  const auto per_column = static_cast<std::size_t>(part.words_per_column());
  const auto columns = static_cast<std::size_t>(part.width);
  require(mask.words.size() == per_column * columns, ErrorCode::internal,
          "box mask: a part of {} x {} pixels has {} words, found {}", part.width, part.height,
          per_column * columns, mask.words.size());
  RunWriter runs;
  const std::uint32_t* word = mask.words.data();
  std::int64_t column_start = std::int64_t{part.x} * height + part.y;
  for (std::size_t column = 0; column < columns; ++column, column_start += height) {
    for (std::size_t i = 0; i < per_column; ++i) {
      write_word(runs, column_start + 32 * static_cast<std::int64_t>(i), *word++);
    }
  }
  return {height, width, runs.finish(static_cast<std::int64_t>(height) * width)};
}

}  // namespace roiflow
