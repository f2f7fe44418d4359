#include "stages/proposals/proposals.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "stages/anchors/box_coder.hpp"
#include "stages/core/error.hpp"
#include "stages/nms/nms.hpp"
#include "stages/nms/ranking.hpp"
#include "stages/proposals/sigmoid.hpp"
#include "stages/proposals/top_k.hpp"

namespace roiflow {
namespace {

void check(std::size_t index, const RpnLevel& level, std::size_t anchors_per_cell) {
  const auto& grid = level.objectness.shape;
  const auto anchors = static_cast<std::int64_t>(anchors_per_cell);
  require(grid[2] == anchors, ErrorCode::bad_data,
          "proposals: level {}: expected {} anchors per cell, found {} in the objectness map",
          index, anchors, grid[2]);
  const Shape<3> expected{grid[0], grid[1], 4 * anchors};
  require(level.deltas.shape == expected, ErrorCode::bad_data,
          "proposals: level {}: expected deltas of shape {} x {} x {}, found {} x {} x {}", index,
          expected[0], expected[1], expected[2], level.deltas.shape[0], level.deltas.shape[1],
          level.deltas.shape[2]);
}

}  // namespace

struct Proposals::Scored {
  std::vector<Box> boxes;
  std::vector<float> scores;
};

void check(const ProposalParams& params) {
  require(params.pre_nms_top_n > 0 && params.post_nms_top_n > 0, ErrorCode::bad_data,
          "proposals: pre_nms_top_n and post_nms_top_n must be positive, found {} and {}",
          params.pre_nms_top_n, params.post_nms_top_n);
}

Proposals::Proposals(const AnchorParams& anchors, const ProposalParams& params)
    : anchors_(anchors), params_(params) {
  check(params);
}

void Proposals::append_level(std::size_t index, const RpnLevel& level,
                             const ImageGeometry& geometry, Scored& all) const {
  check(index, level, anchors_.cell(index).size());
  const AnchorGrid anchors =
      anchors_.grid(index, level.objectness.shape[0], level.objectness.shape[1],
                    geometry.padded_height, geometry.padded_width);
  const auto image_height = static_cast<float>(geometry.resized_height);
  const auto image_width = static_cast<float>(geometry.resized_width);
  constexpr BoxCoder coder;
  Scored candidates;
  for (const std::uint32_t i :
       top_k(level.objectness.span(), static_cast<std::size_t>(params_.pre_nms_top_n))) {
    const float score = sigmoid(level.objectness.data[i]);
    const float* deltas = level.deltas.data + 4 * static_cast<std::size_t>(i);
    const Box box = clip(coder.decode(deltas, anchors[i]), image_height, image_width);
    // Written so that NaN fails.
    if (!sides_reach(box, params_.min_size) || !(score >= params_.score_threshold)) continue;
    candidates.boxes.push_back(box);
    candidates.scores.push_back(score);
  }
  std::vector<std::uint32_t> kept = nms(candidates.boxes, candidates.scores, params_.nms_threshold);
  for (const std::uint32_t i : kept) {
    all.boxes.push_back(candidates.boxes[i]);
    all.scores.push_back(candidates.scores[i]);
  }
}

std::vector<Box> Proposals::operator()(std::span<const RpnLevel> levels,
                                       const ImageGeometry& geometry) const {
  require(levels.size() == anchors_.levels(), ErrorCode::bad_data,
          "proposals: anchors are described for {} levels, the network gave {}", anchors_.levels(),
          levels.size());
  Scored all;
  for (std::size_t i = 0; i < levels.size(); ++i) append_level(i, levels[i], geometry, all);

  const auto count = static_cast<std::size_t>(params_.post_nms_top_n);
  std::vector<Box> best;
  for (const std::uint32_t i : top_k(all.scores, count)) best.push_back(all.boxes[i]);
  return best;
}

}  // namespace roiflow
