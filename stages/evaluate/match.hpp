/// Matching: compares the detections of one image with its ground truth and keeps only what the
/// evaluation needs later, so that boxes and masks can be dropped at once. Equal to evaluateImg of
/// pycocotools' COCOeval in every decision.
///
///   ground truth   annotations of the image, in the order of the data set (the order decides ties)
///   detections     any order; equal scores keep the order given
///   out            ImageMatches, a few bytes a detection
///
/// The rule. Detections of a category, highest score first and at most max_detections.back() of
/// them, each take the free ground truth of largest IoU that reaches the threshold; of equal ones
/// the last. Crowds, objects without keypoints (IouType::keypoints), and objects outside the area
/// range, are only taken if nothing else fits and make the detection neither right nor wrong; a
/// crowd can be taken any number of times. A detection that took nothing and lies outside the area
/// range is ignored as well. An annotation with id 0 is taken but does not count as matched, as in
/// the COCO API.
///
/// Throws Error{bad_data} with the annotation's id if, for IouType::segm, a mask is missing or
/// malformed. match_image() is safe to call from several threads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "stages/core/annotation.hpp"
#include "stages/core/detection.hpp"
#include "stages/evaluate/detection_result.hpp"
#include "stages/evaluate/evaluation_columns.hpp"
#include "stages/evaluate/evaluation_params.hpp"

namespace roiflow {

/// One detection in one area range; bit t stands for IoU threshold t.
struct MatchFlags {
  std::uint64_t matched = 0;  ///< took an annotation
  std::uint64_t ignored = 0;  ///< neither right nor wrong
  bool operator==(const MatchFlags&) const = default;
};

/// What is said about one category of an image.
struct CategoryMatches {
  std::uint32_t category = 0;    ///< index into EvaluationParams::category_ids; 0 if they are one
  std::uint32_t detections = 0;  ///< that were kept
};

/// What became of the D detections of an image: those of its C categories one after the other.
struct ImageMatches {
  std::vector<CategoryMatches> categories;   ///< [C] ascending; with ground truth or detections
  std::vector<std::uint32_t> ground_truths;  ///< [C, A] objects that are to be found
  std::vector<double> scores;                ///< [D] descending within a category
  std::vector<MatchFlags> flags;             ///< [D, A]
};

/// One category of an image, as part of its ImageMatches.
struct CategoryView {
  std::uint32_t category = 0;
  std::span<const std::uint32_t> ground_truths;  ///< [A]
  std::span<const double> scores;                ///< [D]
  std::span<const MatchFlags> flags;             ///< [D, A]
};

/// Calls use(CategoryView) for each category, ascending.
template <class Use>
void for_each_category(const ImageMatches& matches, std::size_t area_ranges, const Use& use) {
  std::size_t group = 0, detection = 0;
  for (const auto& [category, detections] : matches.categories) {
    use(CategoryView{
        category, std::span(matches.ground_truths).subspan(group * area_ranges, area_ranges),
        std::span(matches.scores).subspan(detection, detections),
        std::span(matches.flags).subspan(detection * area_ranges, detections * area_ranges)});
    ++group;
    detection += detections;
  }
}

/// `height` and `width` are the original image's, for polygons. For boxes and masks: annotations
/// hold no keypoints, they are compared from columns.
[[nodiscard]] ImageMatches match_image(const EvaluationParams& params, IouType type,
                                       std::span<const Annotation> ground_truth,
                                       std::span<const Detection> detections, int height,
                                       int width);

[[nodiscard]] ImageMatches match_image(const EvaluationParams& params, IouType type,
                                       std::span<const Annotation> ground_truth,
                                       std::span<const DetectionResult> detections, int height,
                                       int width);

/// Matches image after image of columns without allocating; one for each thread.
class ImageMatcher {
 public:
  /// Throws Error{usage} as validate(), and for keypoints without keypoint_sigmas.
  ImageMatcher(const EvaluationParams& params, IouType type);
  ImageMatcher(ImageMatcher&&) noexcept;
  ImageMatcher& operator=(ImageMatcher&&) noexcept;
  ~ImageMatcher();

  /// Image `image` of both, into `out`, whose memory is used again. The columns count categories as
  /// params.category_ids does. Throws Error{bad_data} naming the annotation id or the detection's
  /// row in the columns.
  void match(ImageMatches& out, const TruthColumns& truth, const ResultColumns& results,
             std::size_t image);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace roiflow
