/// What the analysis keeps of one image: a few bytes a detection, no boxes and no masks. Made where
/// the image is matched, appended to an AnalysisCollector (collector.hpp) in any order.
///
///   truth, results, image   as for ImageMatcher (stages/evaluate/match.hpp); of records that are
///   at
///                           hand, image_columns.hpp makes the columns
///   matches                 what the matcher said about them
///   out                     detections in descending order of score over all categories; equal
///                           scores keep the order given
///
/// Three matchings are in it, because three questions are asked:
///   COCO        within a category, every threshold: `matched` and `ignored`, copied from `matches`
///   confusion   over all categories at IoU 0.5: `took` (confusion.hpp)
///   TIDE        within a category, then what went wrong: `fate` (tide.hpp)
///
/// Throws Error{bad_data} as ImageMatcher::match, Error{usage} for more than 65,000 categories.
/// Safe to call from several threads at once.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <optional>
#include <vector>

#include "stages/evaluate/match.hpp"

namespace roiflow {

/// Instead of a category: the detection took nothing, or lies in a crowd and does not count.
inline constexpr std::uint16_t took_nothing = 0xFFFF;
inline constexpr std::uint16_t took_crowd = 0xFFFE;

/// TIDE's name for what became of a detection.
enum class Fate : std::uint8_t {
  right,
  classification,
  localisation,
  both,
  duplicate,
  background,
  cut  ///< beyond TIDE's limit of detections per image
};

struct DetectionRecord {
  double score = 0;
  std::uint64_t matched = 0;  ///< bit t, all sizes; as in CategoryMatches
  std::uint64_t ignored = 0;
  std::uint16_t category = 0;             ///< rank, as CategoryMatches::category
  std::uint16_t took = took_nothing;      ///< rank of the category of the object it took
  std::uint16_t repaired = took_nothing;  ///< TIDE: would be right in this one without its error
  Fate fate = Fate::cut;
  bool in_limit = false;  ///< among the best max_detections.back() of its category
  bool in_crowd = false;  ///< TIDE: wrong, but inside a crowd of its category
};

/// The objects of one category in one image.
struct ObjectRecord {
  std::uint16_t category = 0;
  std::uint32_t wanted = 0;     ///< to be found, as COCO counts: no crowds, size in the range
  std::uint32_t objects = 0;    ///< no crowds
  std::uint32_t unmatched = 0;  ///< by TIDE's matching
  std::uint32_t missed = 0;     ///< of these: no error of a detection explains it
};

struct ImageAnalysisRecord {
  std::pmr::vector<DetectionRecord> detections;
  std::pmr::vector<ObjectRecord> objects;  ///< by category, those with any object or crowd
  /// Matches at the thresholds .5 + .05 i instead of numpy's linspace; only if an overlap lies
  /// between the two grids, which are the same but for the last bit.
  std::optional<ImageMatches> other_grid;
};

/// The thresholds .5 + .05 i of evaluators that do not use numpy's linspace; differs from it in the
/// last bit at two places.
[[nodiscard]] std::vector<double> plain_iou_grid();

/// Index of the area range that the analysis is about: "all", or else the first.
[[nodiscard]] std::size_t analysed_range(const EvaluationParams& params);

/// Index of the IoU threshold 0.5, or else of the first.
[[nodiscard]] std::size_t analysed_threshold(const EvaluationParams& params);

/// Image number `image` of columns; keypoints too, of which only COCO's matching is kept.
[[nodiscard]] ImageAnalysisRecord analyse_image(const EvaluationParams& params, IouType type,
                                                const TruthColumns& truth,
                                                const ResultColumns& results, std::size_t image,
                                                const ImageMatches& matches);

}  // namespace roiflow
