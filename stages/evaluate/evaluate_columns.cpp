#include "stages/evaluate/evaluate_columns.hpp"

#include <algorithm>
#include <vector>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

void check_keypoints(const EvaluationParams& params, const TruthColumns& truth,
                     const ResultColumns& results) {
  const std::size_t points = params.keypoint_sigmas.size();
  require(points > 0, ErrorCode::usage,
          "evaluation: keypoints need the deviation of each point, found none");
  require(truth.ids.empty() || truth.keypoints_per_object == points, ErrorCode::bad_data,
          "keypoints: the ground truth has {} points an object, but deviations are given for {}",
          truth.keypoints_per_object, points);
  require(truth.keypoints.size() == truth.ids.size() * points * 3 &&
              truth.keypoint_counts.size() == truth.ids.size(),
          ErrorCode::bad_data, "keypoints: every annotation must have them");
  require(results.keypoints.size() == results.scores.size() * points * 3 &&
              results.areas.size() == results.scores.size(),
          ErrorCode::bad_data, "keypoints: every detection must have {} points", points);
}

void check_columns(const EvaluationParams& params, IouType type, const TruthColumns& truth,
                   const ResultColumns& results) {
  require(params.category_ids == truth.category_ids, ErrorCode::usage,
          "evaluation: the categories must be those of the ground truth, {} and {}",
          params.category_ids.size(), truth.category_ids.size());
  const std::size_t images = truth.image_ids.size(), detections = results.scores.size();
  require(results.first.size() == images + 1 && results.image_processed.size() == images,
          ErrorCode::internal, "evaluation: columns of {} images, results of {}", images,
          results.image_processed.size());
  const bool masks = type == IouType::segm && results.shapes.size() == detections;
  require(masks || results.boxes.size() == detections || type == IouType::keypoints,
          ErrorCode::bad_data, "{}: the detections have nothing to compare (--iou-type)",
          name(type));
  require(type != IouType::segm || truth.shapes.size() == truth.ids.size(), ErrorCode::bad_data,
          "segm: the annotations have no masks (--iou-type)");
  if (type == IouType::keypoints) check_keypoints(params, truth, results);
}

/// A few images that one thread matches one after the other.
struct Block {
  Block(const EvaluationParams& params, IouType type) : matcher(params, type) {}
  ImageMatcher matcher;
  std::vector<ImageMatches> matches;
};

}  // namespace

Accumulator evaluate_columns(const EvaluationParams& params, IouType type,
                             const TruthColumns& truth, const ResultColumns& results,
                             const EvaluationHooks& hooks) {
  Accumulator sum(params);
  check_columns(params, type, truth, results);
  constexpr std::size_t block_images = 16, most_blocks = 64;
  const std::size_t images = truth.image_ids.size();
  const std::size_t blocks_at_once = hooks.parallel ? most_blocks : 1;
  const std::size_t round = block_images * blocks_at_once;
  std::vector<Block> blocks;
  for (std::size_t b = 0; b < blocks_at_once; ++b) {
    blocks.emplace_back(params, type).matches.resize(block_images);
  }
  for (std::size_t first = 0; first < images; first += round) {
    const std::size_t end = std::min(images, first + round);
    const auto match_block = [&](std::size_t b) {
      const std::size_t begin = first + b * block_images;
      for (std::size_t i = begin; i < std::min(end, begin + block_images); ++i) {
        if (results.image_processed[i] == 0) continue;
        blocks[b].matcher.match(blocks[b].matches[i - begin], truth, results, i);
        if (hooks.matched) hooks.matched(i, blocks[b].matches[i - begin]);
      }
    };
    const std::size_t needed = (end - first + block_images - 1) / block_images;
    if (hooks.parallel) {
      hooks.parallel(needed, match_block);
    } else {
      match_block(0);
    }
    for (std::size_t i = first; i < end; ++i) {
      if (results.image_processed[i] == 0) continue;
      const std::size_t b = (i - first) / block_images;
      sum.append(truth.image_ids[i], blocks[b].matches[(i - first) % block_images]);
    }
    if (hooks.progress) hooks.progress(end);
  }
  return sum;
}

}  // namespace roiflow
