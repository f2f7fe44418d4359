/// What the kernels of box_result_kernels.hpp work on; the memory is that of the device that runs
/// them.
#pragma once

#include <cstdint>

#include "stages/core/box.hpp"
#include "stages/core/image.hpp"
#include "stages/heads/box_result.hpp"
#include "stages/kernels/scratch_layout.hpp"
#include "stages/nms/nms_segments.hpp"
#include "stages/nms/ranking.hpp"

namespace roiflow {

/// The box head's outputs for all rows of all images, proposals_per_image rows each. They may be
/// parts of one wider tensor: `stride` elements lie between the beginnings of two rows.
template <class T>
struct BoxHeadOutputs {
  const T* class_logits = nullptr;  ///< [images * proposals_per_image, classes]
  const T* deltas = nullptr;        ///< [images * proposals_per_image, 4 classes]
  std::int64_t class_logits_stride = 0, deltas_stride = 0;
};

/// The boxes that the rows belong to.
struct BoxHeadRegions {
  const Box* boxes = nullptr;               ///< [images][proposals_per_image]
  const int* counts = nullptr;              ///< [images] rows that count
  const ImageGeometry* geometry = nullptr;  ///< [images]
};

/// Where detections go. Rows behind an image's count are zero.
struct DetectionRows {
  ScoredBox* found = nullptr;  ///< [images][detections_per_image] best first
  int* counts = nullptr;       ///< [images]
};

struct BoxResultWork {
  BoxResultParams params;
  int classes = 0;    ///< background included
  int proposals = 0;  ///< rows of an image
  BoxHeadRegions regions;
  DetectionRows out;
  NmsSegments nms;  ///< groups are images, segments their classes but background

  // Scratch.
  RankingKey* keys = nullptr;  ///< [images][nms.segments][proposals] score and proposal
  int* count = nullptr;        ///< [images][nms.segments] candidates
  int* first = nullptr;        ///< [images][nms.segments]
  Box* boxes = nullptr;        ///< [images][nms.rows]

  /// Throws Error{bad_data} for params that make no sense, no class, no or too many proposals.
  BoxResultWork(const BoxResultParams& box_params, int class_count, int proposals_per_image);

  /// Takes the scratch for `images` images: of each, with P proposals and C classes but background,
  /// 8 P C bytes, and P min(C, 1.001 / score_threshold) times (16 + P / 8). With 1000 proposals, 90
  /// classes and threshold 0.05: 3.6 MB; with threshold 0: 13.7 MB.
  void lay_out(ScratchLayout& scratch, int images);
};

/// How many classes of one proposal can have a score above `threshold` at most. The scores are not
/// negative and add up to 1, apart from rounding (below 1e-6 in all): fewer than 1.001 / threshold.
[[nodiscard]] int most_candidates(int classes, float threshold);

}  // namespace roiflow
