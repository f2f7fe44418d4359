/// proposals.hpp on a GPU, for a batch of images of one size of network input.
///
/// Everything stays on the device, counts as well; nothing waits. The kernels and their order are
/// those of proposals_kernels.hpp. Maps of float, __half, __nv_bfloat16; boxes and scores are
/// float32.
///
/// Memory of an image: 8 bytes an anchor, for the case that all logits are equal; and for every one
/// of its candidates (pre_nms_top_n a level) 28 bytes and a bit for each candidate of the longest
/// level. At 800 x 1344, five levels, 1000 candidates: 2.8 MB; one level with 6000: 5.2 MB.
///
/// Example: ProposalsCuda proposals(anchors, params, grids, {800, 1088}, 8);
///          proposals.run<__half>(stream, {boxes, counts, numbers}, maps, geometry, images);
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include <cuda_runtime_api.h>

#include "stages/anchors/anchors.hpp"
#include "stages/core/image.hpp"
#include "stages/core/tensor.hpp"
#include "stages/cuda/memory.hpp"
#include "stages/proposals/proposal_work.hpp"
#include "stages/proposals/proposals.hpp"

namespace roiflow {

/// Enqueues all the kernels; see proposal_work.hpp.
template <class T>
void propose_cuda(cudaStream_t stream, const ProposalWork& work, const RpnMaps<T>& maps,
                  int images);

class ProposalsCuda {
 public:
  /// `grids` are height and width of every level's map, `padded` those of the network's input,
  /// `images` the most of a batch. Throws Error{bad_data} for what does not fit together or is more
  /// than a GPU takes (8 levels, 16384 candidates a level), Error{device}.
  ProposalsCuda(const AnchorParams& anchors, const ProposalParams& params,
                std::span<const Shape<2>> grids, const Shape<2>& padded, int images);

  /// Enqueues the kernels for the first `images` images. `maps` (one a level) and `geometry`
  /// ([images]) name memory of the device. One stream at a time. Throws Error{device}.
  template <class T>
  void run(cudaStream_t stream, const ProposalRows& out, std::span<const RpnMap<T>> maps,
           const ImageGeometry* geometry, int images) const {
    const ProposalWork filled = work(out, maps.size(), geometry, images);
    RpnMaps<T> all;
    std::copy(maps.begin(), maps.end(), all.level);
    propose_cuda(stream, filled, all, images);
  }

  [[nodiscard]] std::size_t scratch_bytes() const { return scratch_.size(); }

 private:
  [[nodiscard]] ProposalWork work(const ProposalRows& out, std::size_t levels,
                                  const ImageGeometry* geometry, int images) const;

  Anchors anchors_;
  ProposalWork work_;
  int images_;
  DeviceArray<Box> cells_;  ///< of all levels
  DeviceArray<std::byte> scratch_;
};

}  // namespace roiflow
