#include "stages/evaluate/match.hpp"

#include <cstddef>

#include "stages/core/error.hpp"
#include "stages/evaluate/image_columns.hpp"
#include "stages/evaluate/image_matcher.hpp"

namespace roiflow {
namespace {

ImageMatches match_columns(const EvaluationParams& params, IouType type,
                           const ImageColumns& image) {
  ImageMatches out;
  ImageMatcher(params, type).match(out, image.truth, image.results, 0);
  return out;
}

}  // namespace

ImageMatches match_image(const EvaluationParams& params, IouType type,
                         std::span<const Annotation> ground_truth,
                         std::span<const Detection> detections, int height, int width) {
  return match_columns(params, type,
                       image_columns(params, type, ground_truth, detections, height, width));
}

ImageMatches match_image(const EvaluationParams& params, IouType type,
                         std::span<const Annotation> ground_truth,
                         std::span<const DetectionResult> detections, int height, int width) {
  return match_columns(params, type,
                       image_columns(params, type, ground_truth, detections, height, width));
}

ImageMatcher::ImageMatcher(const EvaluationParams& params, IouType type) {
  validate(params);
  require(type != IouType::keypoints || !params.keypoint_sigmas.empty(), ErrorCode::usage,
          "evaluation: keypoints need the deviation of each point, found none");
  parts_ = std::make_unique<Parts>(params, type);
}
ImageMatcher::ImageMatcher(ImageMatcher&&) noexcept = default;
ImageMatcher& ImageMatcher::operator=(ImageMatcher&&) noexcept = default;
ImageMatcher::~ImageMatcher() = default;

void ImageMatcher::match(ImageMatches& out, const TruthColumns& truth, const ResultColumns& results,
                         std::size_t image) {
  parts_->match(out, truth, results, image);
}

}  // namespace roiflow
