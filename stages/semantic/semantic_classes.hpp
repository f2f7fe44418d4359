/// Which value of a label map means which class.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stages/core/annotation.hpp"
#include "stages/core/image.hpp"

namespace roiflow {

/// K classes. Values need not be consecutive; the ignore label is never one of them.
struct SemanticClasses {
  std::vector<std::uint8_t> values;  ///< [K] of the label map, ascending
  std::vector<std::string> names;    ///< [K]
  int ignore_label = 255;            ///< ground truth that does not count; 0 .. 255, or -1: none

  [[nodiscard]] std::size_t size() const { return values.size(); }
  bool operator==(const SemanticClasses&) const = default;
};

/// 0 .. count - 1 without the ignore label; names "class 0", "class 1", ...
[[nodiscard]] SemanticClasses numbered_classes(int count, int ignore_label);

/// The categories of a data set, whose ids are the values. If no category has the id 0, 0 is the
/// class "background" (as in PASCAL VOC), unless it is the ignore label. Categories outside 0 ..
/// 255 are left out: an 8-bit map cannot hold them.
[[nodiscard]] SemanticClasses classes_of(const std::vector<Category>& categories, int ignore_label);

/// The highest value of the map but for the ignore label; -1 if there is none.
[[nodiscard]] int highest_label(const LabelMap& map, int ignore_label);

}  // namespace roiflow
