/// What the kernels of proposals_kernels.hpp work on; the memory is that of the device that runs
/// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "stages/anchors/anchors.hpp"
#include "stages/core/box.hpp"
#include "stages/core/image.hpp"
#include "stages/core/tensor.hpp"
#include "stages/kernels/scratch_layout.hpp"
#include "stages/nms/nms_segments.hpp"
#include "stages/nms/ranking.hpp"
#include "stages/proposals/proposals.hpp"

namespace roiflow {

/// The two maps of a level for all images, NHWC. They may be parts of one wider tensor: `stride`
/// elements lie between the first element of one pixel and that of the next.
template <class T>
struct RpnMap {
  const T* objectness = nullptr;  ///< [images, h, w, A]
  const T* deltas = nullptr;      ///< [images, h, w, 4 A]
  std::int64_t objectness_stride = 0, deltas_stride = 0;
};

/// Where proposals go. Rows behind an image's count are zero boxes of image -1.
struct ProposalRows {
  Box* boxes = nullptr;   ///< [images][post_nms_top_n] best first, pixels of the resized image
  int* counts = nullptr;  ///< [images]
  int* images = nullptr;  ///< [images][post_nms_top_n] number of the row's image, or -1
};

/// Those of all levels.
template <class T>
struct RpnMaps {
  static constexpr int most_levels = 8;
  RpnMap<T> level[most_levels];
};

struct ProposalWork {
  static constexpr int most_levels = RpnMaps<float>::most_levels;
  static constexpr int tile = 4096;  ///< anchors of a level that a block looks at

  struct Level {
    AnchorGrid anchors;
    int cells = 0, per_cell = 0;
    int anchor_count = 0;
    int rows = 0;  ///< candidates: the best pre_nms_top_n anchors, or all of them
    /// Where the level begins among its image's anchors, rows and tiles.
    int first_anchor = 0, first_row = 0, first_tile = 0;
  };

  ProposalParams params;
  int levels = 0;
  int anchors = 0, rows = 0, tiles = 0;  ///< of an image
  Level level[most_levels];
  const ImageGeometry* geometry = nullptr;  ///< [images]
  ProposalRows out;
  NmsSegments nms;  ///< groups are images, segments their levels

  // Scratch.
  int* histogram = nullptr;        ///< [images][levels][radix_bins.hpp: bins] of the top bits
  int* taken = nullptr;            ///< [images][levels] keys in `chosen`
  int* tied = nullptr;             ///< [images][levels] keys in `ties`
  RankingKey* chosen = nullptr;    ///< [images][rows]
  RankingKey* ties = nullptr;      ///< [images][anchors] in the bin of the last wanted one
  std::uint32_t* ranks = nullptr;  ///< [images][rows] score_rank of the candidates
  Box* boxes = nullptr;            ///< [images][rows]
  int* first = nullptr;            ///< [images][levels]
  int* count = nullptr;            ///< [images][levels]

  /// For grids of height x width cells over an input of `padded` height and width. The anchors'
  /// cells are those of `all`. Throws Error{bad_data} for more than most_levels levels, levels that
  /// do not fit the anchors, and counts that are too large.
  ProposalWork(const Anchors& all, const ProposalParams& proposal_params,
               std::span<const Shape<2>> grids, const Shape<2>& padded);

  /// Takes the scratch for `images` images: of each 8 bytes an anchor, for the case that all logits
  /// are equal, and for every one of its candidates (pre_nms_top_n a level) 28 bytes and a bit for
  /// each candidate of the longest level. At 800 x 1344, five levels, 1000 candidates: 3.0 MB.
  void lay_out(ScratchLayout& scratch, int images);

 private:
  void add_level(const Anchors& all, std::size_t index, const Shape<2>& grid,
                 const Shape<2>& padded);
};

}  // namespace roiflow
