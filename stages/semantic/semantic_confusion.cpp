#include "stages/semantic/semantic_confusion.hpp"

#include <cstring>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::size_t word_bytes = sizeof(std::uint64_t);

std::uint64_t load(const std::uint8_t* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, word_bytes);
  return word;
}

std::uint64_t repeated(std::uint8_t value) {
  return std::uint64_t{0x0101010101010101} * value;
}

void check(const LabelMap& map, const char* what) {
  const bool sane = map.height >= 0 && map.width >= 0 &&
                    map.labels.size() ==
                        static_cast<std::size_t>(map.height) * static_cast<std::size_t>(map.width);
  require(sane, ErrorCode::bad_data, "the {} holds {} pixels, but says that it is {} x {}", what,
          map.labels.size(), map.width, map.height);
}

}  // namespace

SemanticConfusion::SemanticConfusion(const SemanticClasses& classes)
    : classes_(classes), counts_((classes.size() + 2) * (classes.size() + 1)) {
  fill_tables();
}

SemanticConfusion::SemanticConfusion(const SemanticClasses& classes,
                                     std::vector<std::uint64_t> counts)
    : classes_(classes), counts_(std::move(counts)) {
  const std::size_t expected = (size() + 2) * (size() + 1);
  require(counts_.size() == expected, ErrorCode::bad_data,
          "confusion of {} classes: expected {} counts, found {}", size(), expected,
          counts_.size());
  fill_tables();
}

void SemanticConfusion::fill_tables() {
  const auto columns = static_cast<std::uint32_t>(size() + 1);
  row_start_.fill(static_cast<std::uint32_t>(unknown_row()) * columns);
  column_.fill(static_cast<std::uint32_t>(outside_column()));
  for (std::uint32_t k = 0; k < size(); ++k) {
    row_start_[classes_.values[k]] = k * columns;
    column_[classes_.values[k]] = k;
  }
  if (classes_.ignore_label >= 0 && classes_.ignore_label < 256) {
    row_start_[static_cast<std::size_t>(classes_.ignore_label)] =
        static_cast<std::uint32_t>(ignored_row()) * columns;
  }
}

/// Label maps consist of long runs: one look-up a run, and eight pixels a comparison inside it.
void SemanticConfusion::add(const LabelMap& truth, const LabelMap& predicted) {
  require(truth.height == predicted.height && truth.width == predicted.width, ErrorCode::bad_data,
          "expected a prediction of {} x {} pixels, the size of the ground truth, found {} x {}",
          truth.width, truth.height, predicted.width, predicted.height);
  check(truth, "ground truth");
  check(predicted, "prediction");
  const std::uint8_t* const t = truth.labels.data();
  const std::uint8_t* const p = predicted.labels.data();
  const std::size_t pixels = truth.labels.size();
  for (std::size_t begin = 0; begin < pixels;) {
    const std::uint8_t label = t[begin], found = p[begin];
    const std::uint64_t labels = repeated(label), founds = repeated(found);
    std::size_t end = begin + 1;
    while (end + word_bytes <= pixels && load(t + end) == labels && load(p + end) == founds) {
      end += word_bytes;
    }
    while (end < pixels && t[end] == label && p[end] == found) ++end;
    counts_[row_start_[label] + column_[found]] += end - begin;
    begin = end;
  }
}

void SemanticConfusion::merge(const SemanticConfusion& other) {
  require(classes_ == other.classes_, ErrorCode::bad_data,
          "confusions of the same classes and ignore label can be merged; found {} and {} classes, "
          "or other values, names or ignore labels ({} and {})",
          size(), other.size(), classes_.ignore_label, other.classes_.ignore_label);
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

std::uint64_t SemanticConfusion::row_sum(std::size_t row) const {
  std::uint64_t sum = 0;
  for (std::size_t column = 0; column <= size(); ++column) sum += count(row, column);
  return sum;
}

}  // namespace roiflow
