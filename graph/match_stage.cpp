#include "graph/match_stage.hpp"

#include <algorithm>
#include <cmath>

#include "stages/analysis/image_record.hpp"
#include "stages/core/error.hpp"
#include "stages/evaluate/image_columns.hpp"

namespace roiflow {

namespace {

/// No file that we write can say NaN, and no evaluation can sort it.
void require_numbers(const Detection& detection) {
  const Box& box = detection.box;
  for (const float value : {detection.score, box.x0, box.y0, box.x1, box.y1}) {
    require(std::isfinite(value), ErrorCode::bad_data,
            "the network gave a detection that is not a number: score {}, box {} {} {} {}",
            detection.score, box.x0, box.y0, box.x1, box.y1);
  }
}

}  // namespace

Evaluated Match::operator()(const ImageDetections& image, const Source& source) const {
  std::ranges::for_each(image.detections, require_numbers);
  Evaluated result{.detections = image.detections};
  if (types_.bbox) match(IouType::bbox, image, source, result.bbox, result.bbox_analysis);
  if (types_.segm) match(IouType::segm, image, source, result.segm, result.segm_analysis);
  return result;
}

void Match::match(IouType type, const ImageDetections& image, const Source& source,
                  std::optional<ImageMatches>& matches,
                  std::optional<ImageAnalysisRecord>& analysis) const {
  const ImageColumns columns =
      image_columns(params_, type, source.annotations, std::span<const Detection>(image.detections),
                    source.record.height, source.record.width);
  ImageMatcher(params_, type).match(matches.emplace(), columns.truth, columns.results, 0);
  analysis = analyse_image(params_, type, columns.truth, columns.results, 0, *matches);
}

}  // namespace roiflow
