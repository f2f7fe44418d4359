#include "stages/proposals/proposal_work.hpp"

#include <algorithm>

#include "stages/core/error.hpp"
#include "stages/nms/overlap.hpp"
#include "stages/proposals/radix_bins.hpp"

namespace roiflow {

ProposalWork::ProposalWork(const Anchors& all, const ProposalParams& proposal_params,
                           std::span<const Shape<2>> grids, const Shape<2>& padded)
    : params(proposal_params), levels(static_cast<int>(grids.size())) {
  check(params);
  require(grids.size() == all.levels() && levels <= most_levels, ErrorCode::bad_data,
          "proposals: anchors are described for {} levels, the network has {}; a GPU takes {}",
          all.levels(), grids.size(), most_levels);
  for (std::size_t i = 0; i < grids.size(); ++i) add_level(all, i, grids[i], padded);
  require(nms.longest <= NmsSegments::most_rows, ErrorCode::bad_data,
          "proposals: pre_nms_top_n is {}, a GPU takes at most {}", params.pre_nms_top_n,
          NmsSegments::most_rows);
  nms.segments = levels;
  nms.rows = rows;
  nms.limit = std::min(nms.longest, params.post_nms_top_n);
  nms.threshold = float_threshold(params.nms_threshold);
}

void ProposalWork::add_level(const Anchors& all, std::size_t index, const Shape<2>& grid,
                             const Shape<2>& padded) {
  Level& added = level[index];
  added.anchors =
      all.grid(index, grid[0], grid[1], static_cast<int>(padded[0]), static_cast<int>(padded[1]));
  added.cells = static_cast<int>(grid[0] * grid[1]);
  added.per_cell = static_cast<int>(added.anchors.cell.size());
  added.anchor_count = added.cells * added.per_cell;
  added.rows = std::min(added.anchor_count, params.pre_nms_top_n);
  added.first_anchor = anchors;
  added.first_row = rows;
  added.first_tile = tiles;
  anchors += added.anchor_count;
  rows += added.rows;
  tiles += (added.anchor_count + tile - 1) / tile;
  nms.longest = std::max(nms.longest, added.rows);
}

void ProposalWork::lay_out(ScratchLayout& scratch, int images) {
  const std::int64_t segments = std::int64_t{images} * levels;
  histogram = scratch.take<int>(segments * RadixBins::bins);
  taken = scratch.take<int>(segments);
  tied = scratch.take<int>(segments);
  chosen = scratch.take<RankingKey>(std::int64_t{images} * rows);
  ties = scratch.take<RankingKey>(std::int64_t{images} * anchors);
  ranks = scratch.take<std::uint32_t>(std::int64_t{images} * rows);
  boxes = scratch.take<Box>(std::int64_t{images} * rows);
  first = scratch.take<int>(segments);
  count = scratch.take<int>(segments);
  nms.lay_out(scratch, images);
  nms.boxes = boxes;
  nms.first = first;
  nms.count = count;
}

}  // namespace roiflow
