#include "stages/evaluate/category_groups.hpp"

namespace roiflow {

void CategoryGroups::assign(std::span<const std::uint32_t> ranks, std::size_t category_count) {
  const std::size_t words = (category_count + 63) / 64;
  for (std::size_t w = 0; w < present_.size(); ++w) {
    for_each_bit(w, present_[w], [&](std::uint32_t rank) { counts_[rank] = 0; });
  }
  present_.assign(words, 0);
  begins_.resize(category_count);
  counts_.resize(category_count);
  for (const std::uint32_t rank : ranks) {
    if (rank == no_category) continue;
    ++counts_[rank];
    present_[rank / 64] |= std::uint64_t{1} << (rank % 64);
  }
  std::uint32_t begin = 0;
  for (std::size_t w = 0; w < words; ++w) {
    for_each_bit(w, present_[w], [&](std::uint32_t rank) {
      begins_[rank] = begin;
      begin += counts_[rank];
      counts_[rank] = 0;
    });
  }
  order_.resize(begin);
  for (std::uint32_t row = 0; row < ranks.size(); ++row) {
    const std::uint32_t rank = ranks[row];
    if (rank != no_category) order_[begins_[rank] + counts_[rank]++] = row;
  }
}

}  // namespace roiflow
