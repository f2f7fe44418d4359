#include "stages/detector/described_params.hpp"

namespace roiflow {

AnchorParams anchor_params(const ModelDescription& d) {
  return {d.anchors.sizes, d.anchors.aspect_ratios, anchor_convention(d.anchors.convention)};
}

ProposalParams proposal_params(const ModelDescription& d) {
  return {.pre_nms_top_n = d.rpn.pre_nms_top_n,
          .post_nms_top_n = d.rpn.post_nms_top_n,
          .nms_threshold = d.rpn.nms_threshold,
          .min_size = d.rpn.min_size,
          .score_threshold = d.rpn.score_threshold};
}

BoxResultParams box_result_params(const ModelDescription& d) {
  return {.score_threshold = d.box.score_threshold,
          .nms_threshold = d.box.nms_threshold,
          .detections_per_image = d.box.detections_per_image,
          .min_size = d.box.min_size,
          .delta_weights = d.box.weights};
}

RegionPoolParams box_pool_params(const ModelDescription& d) {
  return {d.box.pooling, d.box.roi_bins, d.box.sampling_ratio, d.pooled_levels()};
}

RegionPoolParams mask_pool_params(const ModelDescription& d) {
  return {d.mask.pooling, d.mask.roi_bins, d.mask.sampling_ratio, d.pooled_levels()};
}

CategoryIds category_ids(const ModelDescription& d) {
  CategoryIds ids;
  for (int label = 0; label < d.classes; ++label) ids.push_back(d.category_id(label));
  return ids;
}

ImageDetections without_masks(const CategoryIds& categories, std::span<const ScoredBox> boxes,
                              const ImageGeometry& geometry) {
  ImageDetections result;
  for (const ScoredBox& found : to_original(boxes, geometry)) {
    const std::int64_t category = categories[static_cast<std::size_t>(found.label)];
    result.detections.push_back({found.box, found.score, category, {}});
  }
  return result;
}

}  // namespace roiflow
