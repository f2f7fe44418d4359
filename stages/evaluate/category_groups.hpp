/// The rows of one image by category: a counting sort that touches only the categories there are.
///
/// Example: groups.assign({5, 2, 5, no_category}, 80); groups.rows(5) is {0, 2}; all() {1, 0, 2}.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "stages/evaluate/evaluation_columns.hpp"

namespace roiflow {

class CategoryGroups {
 public:
  /// Ranks below category_count, or no_category for rows to be left out.
  void assign(std::span<const std::uint32_t> ranks, std::size_t category_count);

  /// In the order given.
  [[nodiscard]] std::span<const std::uint32_t> rows(std::uint32_t rank) const {
    return std::span(order_).subspan(begins_[rank], counts_[rank]);
  }
  /// By category, in the order given within each.
  [[nodiscard]] std::span<const std::uint32_t> all() const { return order_; }
  /// Bit r of word r / 64: there are rows of rank r.
  [[nodiscard]] std::span<const std::uint64_t> present() const { return present_; }

 private:
  std::vector<std::uint64_t> present_;
  std::vector<std::uint32_t> begins_, counts_;  // [K]; counts are 0 where not present
  std::vector<std::uint32_t> order_;
};

/// Calls use(rank) for the set bits, in ascending order.
template <class Use>
void for_each_bit(std::size_t word, std::uint64_t bits, const Use& use) {
  for (; bits != 0; bits &= bits - 1) {
    use(static_cast<std::uint32_t>(word * 64 + static_cast<unsigned>(std::countr_zero(bits))));
  }
}

}  // namespace roiflow
