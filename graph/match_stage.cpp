#include "graph/match_stage.hpp"

#include "stages/analysis/image_record.hpp"
#include "stages/evaluate/image_columns.hpp"

namespace roiflow {

Evaluated Match::operator()(const ImageDetections& image, const Source& source) const {
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
