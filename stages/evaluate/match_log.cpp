#include "stages/evaluate/match_log.hpp"

#include <algorithm>

#include "stages/evaluate/sort_scores.hpp"

namespace roiflow {

std::size_t FlagTable::slot_of(std::span<const MatchFlags> flags) const {
  constexpr std::uint64_t multiplier = 0x9E3779B97F4A7C15U;
  std::uint64_t hash = 0;
  for (const MatchFlags& flag : flags) {
    for (const std::uint64_t bits : {flag.matched, flag.ignored}) {
      hash = (hash ^ bits) * multiplier;
      hash ^= hash >> 32;
    }
  }
  std::size_t slot = hash & (slots_.size() - 1);
  while (slots_[slot] != 0 && !std::ranges::equal((*this)[slots_[slot] - 1], flags)) {
    slot = (slot + 1) & (slots_.size() - 1);
  }
  return slot;
}

void FlagTable::grow() {
  constexpr std::size_t first_slots = 256;
  slots_.assign(std::max(first_slots, slots_.size() * 2), 0);
  for (std::uint32_t number = 0; number < size_; ++number) {
    slots_[slot_of((*this)[number])] = number + 1;
  }
}

std::uint32_t FlagTable::intern(std::span<const MatchFlags> flags) {
  if (last_ < size_ && std::ranges::equal((*this)[last_], flags)) return last_;
  if (slots_.size() < 2 * (size_ + 1)) grow();
  const std::size_t slot = slot_of(flags);
  if (slots_[slot] == 0) {
    flags_.insert(flags_.end(), flags.begin(), flags.end());
    slots_[slot] = static_cast<std::uint32_t>(++size_);
  }
  last_ = slots_[slot] - 1;
  return last_;
}

std::vector<RankedDetection> ranked(const CategoryLog& log,
                                    std::span<const std::uint32_t> image_order) {
  const std::size_t count = log.scores.size();
  std::vector<KeyedRow> rows(count), scratch;
  std::vector<std::uint32_t> ranks(count);
  bool in_order = true;
  for (std::uint32_t d = 0; d < count; ++d) {
    const bool same_image = d > 0 && log.images[d] == log.images[d - 1];
    ranks[d] = same_image ? ranks[d - 1] + 1 : 0;
    rows[d] = {image_order[log.images[d]], d};
    in_order &= d == 0 || rows[d - 1].key <= rows[d].key;
  }
  if (!in_order) sort_by_key(rows, scratch);
  for (KeyedRow& row : rows) row.key = score_key(log.scores[row.row]);
  sort_by_key(rows, scratch);
  std::vector<RankedDetection> detections(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t d = rows[i].row;
    detections[i] = {log.scores[d], log.images[d], ranks[d], log.flags[d]};
  }
  return detections;
}

}  // namespace roiflow
