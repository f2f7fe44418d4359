/// The match records of many images, in few bytes: a detection of COCO takes 16, an image and
/// category with something to be found 4 + 4 x 4.
///
/// Only few combinations of flags ever occur, because whoever matches at one threshold matches at
/// the lower ones: a record holds the number of its combination in a table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "stages/evaluate/match.hpp"

namespace roiflow {

/// Every combination of flags in A area ranges, once; numbered in the order of arrival.
class FlagTable {
 public:
  explicit FlagTable(std::size_t area_ranges) : area_ranges_(area_ranges) {}

  /// The number of `flags` [A].
  std::uint32_t intern(std::span<const MatchFlags> flags);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<const MatchFlags> operator[](std::uint32_t number) const {
    return std::span(flags_).subspan(number * area_ranges_, area_ranges_);
  }

 private:
  void grow();
  [[nodiscard]] std::size_t slot_of(std::span<const MatchFlags> flags) const;

  std::size_t area_ranges_, size_ = 0;
  std::uint32_t last_ = 0;            // the neighbours of a detection are often like it
  std::vector<MatchFlags> flags_;     // [size, A]
  std::vector<std::uint32_t> slots_;  // open hash table of number + 1
};

/// One category's records of all images, image by image in order of arrival.
struct CategoryLog {
  /// Detections [D]; descending scores within an image.
  std::vector<std::uint32_t> images;  ///< place in order of arrival
  std::vector<double> scores;
  std::vector<std::uint32_t> flags;  ///< number in the FlagTable

  /// Images [G] in which something is to be found, in any area range.
  std::vector<std::uint32_t> truth_images;
  std::vector<std::uint32_t> truth_counts;  ///< [G, A] objects
};

/// A detection where the evaluation looks at it.
struct RankedDetection {
  double score = 0;
  std::uint32_t image = 0;  ///< place in order of arrival
  std::uint32_t rank = 0;   ///< among its image's detections of this category, best first
  std::uint32_t flags = 0;  ///< number in the FlagTable
};

/// All detections, highest score first; equal ones by `image_order` (a number for each place of
/// arrival, ascending as the image ids do), then by rank.
[[nodiscard]] std::vector<RankedDetection> ranked(const CategoryLog& log,
                                                  std::span<const std::uint32_t> image_order);

}  // namespace roiflow
