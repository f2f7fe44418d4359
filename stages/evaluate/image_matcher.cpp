#include "stages/evaluate/image_matcher.hpp"

#include <cstddef>

#include "stages/core/error.hpp"
#include "stages/evaluate/shape_mask.hpp"
#include "stages/masks/mask_iou.hpp"
#include "stages/masks/polygon.hpp"

namespace roiflow {
namespace {

std::span<const double> keypoints(const std::vector<double>& all, std::size_t row,
                                  std::size_t points) {
  return std::span(all).subspan(row * points * 3, points * 3);
}

}  // namespace

ImageMatcher::Parts::Parts(const EvaluationParams& evaluation, IouType iou_type)
    : params_(&evaluation), type_(iou_type), matcher_(evaluation) {
  if (type_ == IouType::keypoints) similarity_.emplace(params_->keypoint_sigmas);
}

void ImageMatcher::Parts::match(ImageMatches& out, const TruthColumns& truth,
                                const ResultColumns& results, std::size_t image) {
  out.categories.clear();
  out.ground_truths.clear();
  out.scores.clear();
  out.flags.clear();
  truth_ = &truth;
  results_ = &results;
  image_ = image;
  first_truth_ = truth.first[image];
  first_result_ = results.first[image];
  const auto rows_of = [&](const auto& columns) {
    return std::span(columns.categories)
        .subspan(columns.first[image], columns.first[image + 1] - columns.first[image]);
  };
  truth_groups_.assign(rows_of(truth), params_->category_ids.size());
  result_groups_.assign(rows_of(results), params_->category_ids.size());
  if (!params_->use_categories) {
    const Rows truths = truth_groups_.all(), detections = result_groups_.all();
    if (!truths.empty() || !detections.empty()) match_category(out, 0, truths, detections);
    return;
  }
  const auto in_truth = truth_groups_.present(), in_results = result_groups_.present();
  for (std::size_t word = 0; word < in_truth.size(); ++word) {
    for_each_bit(word, in_truth[word] | in_results[word], [&](std::uint32_t rank) {
      match_category(out, rank, truth_groups_.rows(rank), result_groups_.rows(rank));
    });
  }
}

void ImageMatcher::Parts::match_category(ImageMatches& out, std::uint32_t category, Rows truth_rows,
                                         Rows result_rows) {
  const std::size_t ranges = params_->area_ranges.size();
  arena_.clear();
  keep_best(result_rows);
  describe_truth(truth_rows);
  describe_detections(!truth_rows.empty());
  compare(truth_rows);
  out.categories.push_back({category, static_cast<std::uint32_t>(best_.size())});
  for (const KeyedRow& row : best_) out.scores.push_back(results_->scores[result_row(row.row)]);
  const std::size_t group = out.ground_truths.size(), flag = out.flags.size();
  out.ground_truths.resize(group + ranges);
  out.flags.resize(flag + best_.size() * ranges);
  matcher_.match(std::span(out.ground_truths).subspan(group), std::span(out.flags).subspan(flag),
                 regions_, areas_, overlaps_);
}

/// In descending order of score, as many as the highest limit says.
void ImageMatcher::Parts::keep_best(Rows result_rows) {
  best_.clear();
  for (const std::uint32_t row : result_rows) {
    best_.push_back({score_key(results_->scores[result_row(row)]), row});
  }
  sort_by_key(best_, scratch_);
  const auto most = static_cast<std::size_t>(params_->max_detections.back());
  if (best_.size() > most) best_.resize(most);
}

void ImageMatcher::Parts::describe_truth(Rows rows) {
  regions_.clear();
  truth_masks_.clear();
  for (const std::uint32_t in_image : rows) {
    const std::size_t row = truth_row(in_image);
    const bool crowd = truth_->crowds[row] != 0;
    const bool invisible = type_ == IouType::keypoints && truth_->keypoint_counts[row] == 0;
    regions_.push_back({truth_->areas[row], crowd || invisible, crowd, truth_->ids[row] != 0});
    if (type_ == IouType::segm) truth_masks_.push_back(truth_mask(row));
  }
}

/// Areas, and masks. The corners of boxes are only made masks if they will be `compared`.
void ImageMatcher::Parts::describe_detections(bool compared) {
  areas_.clear();
  detection_masks_.clear();
  const bool area_is_known = !results_->areas.empty();
  for (const KeyedRow& kept : best_) {
    const std::size_t row = result_row(kept.row);
    const bool has_shape =
        row < results_->shapes.size() && results_->shapes[row].kind != ShapeKind::none;
    const bool area_from_mask = has_shape && !area_is_known;
    if (type_ == IouType::segm ? has_shape || compared : area_from_mask) {
      detection_masks_.push_back(detection_mask(row));
    }
    if (area_is_known) {
      areas_.push_back(results_->areas[row]);
    } else if (area_from_mask) {
      areas_.push_back(static_cast<double>(detection_masks_.back().area));
    } else {
      areas_.push_back(results_->boxes[row][2] * results_->boxes[row][3]);
    }
  }
}

void ImageMatcher::Parts::compare(Rows truth_rows) {
  // The COCO API looks keypoints up by category even if all are to be one, and finds none.
  const bool none_found = type_ == IouType::keypoints && !params_->use_categories;
  if (truth_rows.empty() || best_.empty() || none_found) return overlaps_.clear();
  const std::size_t rows = best_.size(), columns = truth_rows.size();
  const auto detection = [&](std::size_t d) { return result_row(best_[d].row); };
  const auto truth = [&](std::size_t g) { return truth_row(truth_rows[g]); };
  if (type_ == IouType::bbox) {
    overlaps_.fill(rows, columns, [&](std::size_t d, std::size_t g) {
      return box_iou(results_->boxes[detection(d)], truth_->boxes[truth(g)], regions_[g].crowd);
    });
  } else if (type_ == IouType::segm) {
    for (MaskEnds& mask : truth_masks_) arena_.measure(mask);
    for (MaskEnds& mask : detection_masks_) arena_.measure(mask);
    overlaps_.fill(rows, columns, [&](std::size_t d, std::size_t g) {
      return arena_.iou(detection_masks_[d], truth_masks_[g], regions_[g].crowd);
    });
  } else {
    const std::size_t points = truth_->keypoints_per_object;
    overlaps_.fill(rows, columns, [&](std::size_t d, std::size_t g) {
      return (*similarity_)(keypoints(results_->keypoints, detection(d), points),
                            keypoints(truth_->keypoints, truth(g), points), truth_->boxes[truth(g)],
                            truth_->areas[truth(g)]);
    });
  }
}

MaskEnds ImageMatcher::Parts::truth_mask(std::size_t row) {
  try {
    const ShapeView shape = row < truth_->shapes.size() ? truth_->shapes[row] : ShapeView{};
    return add_shape(arena_, shape, truth_->heights[image_], truth_->widths[image_]);
  } catch (const Error& error) {
    fail(error.code(), "annotation {}: {}", truth_->ids[row], error.what());
  }
}

MaskEnds ImageMatcher::Parts::detection_mask(std::size_t row) {
  const int height = truth_->heights[image_], width = truth_->widths[image_];
  try {
    const ShapeView shape = row < results_->shapes.size() ? results_->shapes[row] : ShapeView{};
    if (shape.kind != ShapeKind::none) return add_shape(arena_, shape, height, width);
    return arena_.add_runs(rasterise_box(results_->boxes[row], height, width).runs, height, width);
  } catch (const Error& error) {
    fail(error.code(), "image {}: detection {} of this image: {}", truth_->image_ids[image_],
         row - first_result_, error.what());
  }
}

}  // namespace roiflow
