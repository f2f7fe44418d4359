/// How many objects and detections there are by size, by class and by score: counted image by
/// image, in memory that does not grow with them.
///
/// Example: Distributions counts = make_distributions(categories); then for every image
/// count_truth(counts, annotation) of its annotations and count_detection(...) of what was found.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "stages/core/annotation.hpp"
#include "stages/evaluate/evaluation_columns.hpp"

namespace roiflow {

/// Bucket b holds areas of 2^b <= area < 2^(b+1) square pixels; the first also all below, the last
/// all above. 1024 = 2^10, where COCO's small objects end, is the edge of a bucket.
inline constexpr std::size_t area_buckets = 26;
/// Bucket b holds scores of b/20 <= score < (b+1)/20; the ends also what lies outside.
inline constexpr std::size_t score_buckets = 20;

struct ClassCounts {
  std::int64_t category_id = 0;
  std::string name;
  std::uint64_t ground_truths = 0;  ///< without crowds
  std::uint64_t crowds = 0;
  std::uint64_t detections = 0;
};

struct Distributions {
  std::array<std::uint64_t, area_buckets> truth_areas{};  ///< without crowds
  std::array<std::uint64_t, area_buckets> detection_areas{};
  std::array<std::uint64_t, score_buckets> detection_scores{};
  std::vector<ClassCounts> classes;  ///< ascending category id
};

[[nodiscard]] Distributions make_distributions(std::span<const Category> categories);

/// Categories that are not in the table count by size only.
void count_truth(Distributions& counts, std::int64_t category_id, double area, bool crowd);
void count_detection(Distributions& counts, std::int64_t category_id, double area, double score);

/// Of a whole evaluation; images that were not processed are left out on both sides. Areas
/// are those that the evaluation takes.
[[nodiscard]] Distributions distributions_of(const TruthColumns& truth,
                                             const ResultColumns& results,
                                             std::span<const Category> categories);

/// Adds the counts of another part of the same data set.
void merge(Distributions& counts, const Distributions& other);

}  // namespace roiflow
