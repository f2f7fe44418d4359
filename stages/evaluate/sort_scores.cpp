#include "stages/evaluate/sort_scores.hpp"

#include <algorithm>
#include <array>

namespace roiflow {
namespace {

void insertion_sort(std::vector<KeyedRow>& rows) {
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const KeyedRow row = rows[i];
    std::size_t place = i;
    for (; place > 0 && rows[place - 1].key > row.key; --place) rows[place] = rows[place - 1];
    rows[place] = row;
  }
}

}  // namespace

void sort_by_key(std::vector<KeyedRow>& rows, std::vector<KeyedRow>& scratch) {
  constexpr std::size_t very_few = 24, few = 256;
  if (rows.size() < very_few) return insertion_sort(rows);
  if (rows.size() < few) {
    std::stable_sort(rows.begin(), rows.end(),
                     [](const KeyedRow& a, const KeyedRow& b) { return a.key < b.key; });
    return;
  }
  // Radix sort from the lowest digit on; digits that are the same in all keys are passed over.
  constexpr int digit_bits = 11, digits = 6;
  constexpr std::size_t values = std::size_t{1} << digit_bits;
  std::uint64_t all_ones = ~std::uint64_t{0}, any_ones = 0;
  for (const KeyedRow& row : rows) {
    all_ones &= row.key;
    any_ones |= row.key;
  }
  scratch.resize(rows.size());
  for (int digit = 0; digit < digits; ++digit) {
    const int shift = digit * digit_bits;
    const auto value_of = [&](std::uint64_t key) { return (key >> shift) & (values - 1); };
    if (value_of(all_ones ^ any_ones) == 0) continue;
    std::array<std::uint32_t, values> places{};
    for (const KeyedRow& row : rows) ++places[value_of(row.key)];
    std::uint32_t place = 0;
    for (std::uint32_t& entry : places) {
      const std::uint32_t count = entry;
      entry = place;
      place += count;
    }
    for (const KeyedRow& row : rows) scratch[places[value_of(row.key)]++] = row;
    rows.swap(scratch);
  }
}

}  // namespace roiflow
