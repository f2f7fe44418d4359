/// The match records of a whole run, in few bytes: a detection of COCO takes 8 bytes for its score
/// and 2 x 10 thresholds x 4 area ranges = 80 bits. Images may arrive in any order; they are put
/// in ascending order of their ids when they are read, as the COCO API orders them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "stages/evaluate/match.hpp"

namespace roiflow {

/// A long row of bits, appended and read a few at a time.
class BitRow {
 public:
  void append(std::uint64_t bits, std::size_t count);
  [[nodiscard]] std::uint64_t read(std::size_t offset, std::size_t count) const;

 private:
  std::vector<std::uint64_t> words_;
  std::size_t size_ = 0;
};

/// One category's detections of all images.
class CategoryLog {
 public:
  CategoryLog(std::size_t thresholds, std::size_t area_ranges)
      : thresholds_(thresholds), ground_truths_(area_ranges) {}

  void append(std::int64_t image_id, const CategoryMatches& matches);

  /// Number of objects to be found in an area range.
  [[nodiscard]] std::uint64_t ground_truths(std::size_t area_range) const {
    return ground_truths_[area_range];
  }
  /// False if no image has ground truth or detections of this category.
  [[nodiscard]] bool seen() const { return !images_.empty(); }

  struct Entry {
    std::size_t detection = 0;  ///< for score() and the flags
    std::uint32_t rank = 0;     ///< place among its image's detections, best first
  };
  /// All detections, highest score first; equal ones by image id, then by rank.
  /// Throws Error{bad_data} if an image id was appended twice.
  [[nodiscard]] std::vector<Entry> sorted() const;

  [[nodiscard]] double score(std::size_t detection) const { return scores_[detection]; }
  [[nodiscard]] std::uint64_t matched(std::size_t detection, std::size_t area_range) const {
    return flags_.read(flag_offset(detection, area_range), thresholds_);
  }
  [[nodiscard]] std::uint64_t ignored(std::size_t detection, std::size_t area_range) const {
    return flags_.read(flag_offset(detection, area_range) + thresholds_, thresholds_);
  }

 private:
  struct Span {
    std::int64_t image_id;
    std::size_t begin;
    std::uint32_t count;
  };
  [[nodiscard]] std::size_t flag_offset(std::size_t detection, std::size_t area_range) const {
    return (detection * ground_truths_.size() + area_range) * 2 * thresholds_;
  }

  std::size_t thresholds_;
  std::vector<std::uint64_t> ground_truths_;  // [A]
  std::vector<Span> images_;                  // in order of arrival
  std::vector<double> scores_;
  BitRow flags_;
};

}  // namespace roiflow
