#include "stages/heads/box_result_work.hpp"

#include <algorithm>

#include "stages/core/error.hpp"
#include "stages/nms/overlap.hpp"

namespace roiflow {

int most_candidates(int classes, float threshold) {
  if (!(threshold > 0.0F)) return classes - 1;
  const double most = 1.001 / static_cast<double>(threshold);
  return static_cast<int>(std::min(most, static_cast<double>(classes - 1)));
}

BoxResultWork::BoxResultWork(const BoxResultParams& box_params, int class_count,
                             int proposals_per_image)
    : params(box_params), classes(class_count), proposals(proposals_per_image) {
  check(params);
  require(classes >= 1, ErrorCode::bad_data, "box_result: there must be a class, found {}",
          classes);
  require(proposals >= 1 && proposals <= NmsSegments::most_rows, ErrorCode::bad_data,
          "box_result: {} proposals an image, a GPU takes 1 to {}", proposals,
          NmsSegments::most_rows);
  nms.segments = classes - 1;
  nms.rows = proposals * most_candidates(classes, params.score_threshold);
  nms.longest = proposals;
  nms.limit = std::min(proposals, params.detections_per_image);
  nms.threshold = float_threshold(params.nms_threshold);
}

void BoxResultWork::lay_out(ScratchLayout& scratch, int images) {
  const std::int64_t segments = std::int64_t{images} * nms.segments;
  keys = scratch.take<RankingKey>(segments * proposals);
  count = scratch.take<int>(segments);
  first = scratch.take<int>(segments);
  boxes = scratch.take<Box>(std::int64_t{images} * nms.rows);
  nms.lay_out(scratch, images);
  nms.boxes = boxes;
  nms.first = first;
  nms.count = count;
}

}  // namespace roiflow
