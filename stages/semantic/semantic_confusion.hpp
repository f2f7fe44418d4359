/// The joint histogram of ground truth and prediction, from which every number of a semantic
/// segmentation follows (Long et al. 2015, section 5; `hist` in FCN's score.py).
///
///   truth      label map of one image: values of the classes, the ignore label, anything else
///   predicted  label map of the same size
///   out        counts of pixels, [K + 2, K + 1]: row = ground truth, column = prediction.
///              Rows: the K classes, then pixels with the ignore label, then values that are no
///              class. Columns: the K classes, then predicted values that are no class.
///
/// Every pixel of every image is in exactly one cell. All counts are integers, so neither the order
/// of images nor the way shards are merged matters. Memory: (K + 2)(K + 1) counts, whatever the
/// number of images. One object is for one thread.
///
/// What a value outside the classes means is a matter of policy: see semantic_policy.hpp.
///
/// Example: classes 0 and 1, truth {0, 0, 1, 255}, predicted {0, 1, 1, 1} gives the rows
///   {1, 1, 0}, {0, 1, 0}, {0, 1, 0} (ignored), {0, 0, 0}.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "stages/core/image.hpp"
#include "stages/semantic/semantic_classes.hpp"

namespace roiflow {

class SemanticConfusion {
 public:
  explicit SemanticConfusion(const SemanticClasses& classes);
  /// From stored counts; Error{bad_data} if there are not (K + 2)(K + 1).
  SemanticConfusion(const SemanticClasses& classes, std::vector<std::uint64_t> counts);

  /// Error{bad_data} if the maps differ in size, or do not hold height x width pixels.
  void add(const LabelMap& truth, const LabelMap& predicted);
  /// Error{bad_data} if the classes differ.
  void merge(const SemanticConfusion& other);

  [[nodiscard]] const SemanticClasses& classes() const { return classes_; }
  [[nodiscard]] std::size_t size() const { return classes_.size(); }  ///< K
  [[nodiscard]] std::size_t ignored_row() const { return size(); }
  [[nodiscard]] std::size_t unknown_row() const { return size() + 1; }
  [[nodiscard]] std::size_t outside_column() const { return size(); }
  [[nodiscard]] std::uint64_t count(std::size_t row, std::size_t column) const {
    return counts_[row * (size() + 1) + column];
  }
  [[nodiscard]] std::uint64_t row_sum(std::size_t row) const;
  [[nodiscard]] std::span<const std::uint64_t> counts() const { return counts_; }  ///< row-major

 private:
  void fill_tables();

  SemanticClasses classes_;
  std::vector<std::uint64_t> counts_;
  std::array<std::uint32_t, 256> row_start_{};  ///< of a ground-truth value, in counts_
  std::array<std::uint32_t, 256> column_{};     ///< of a predicted value
};

}  // namespace roiflow
