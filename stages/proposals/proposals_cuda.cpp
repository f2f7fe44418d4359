#include "stages/proposals/proposals_cuda.hpp"

#include "stages/core/error.hpp"

namespace roiflow {

ProposalsCuda::ProposalsCuda(const AnchorParams& anchors, const ProposalParams& params,
                             std::span<const Shape<2>> grids, const Shape<2>& padded, int images)
    : anchors_(anchors), work_(anchors_, params, grids, padded), images_(images) {
  std::size_t cells = 0;
  for (std::size_t i = 0; i < anchors_.levels(); ++i) cells += anchors_.cell(i).size();
  cells_ = DeviceArray<Box>(cells);
  Box* cell = cells_.data();
  for (std::size_t i = 0; i < anchors_.levels(); ++i) {
    const std::span<const Box> from = anchors_.cell(i);
    cuda_check(cudaMemcpy(cell, from.data(), from.size_bytes(), cudaMemcpyHostToDevice),
               "anchors could not be copied to the device");
    work_.level[i].anchors.cell = {cell, from.size()};
    cell += from.size();
  }
  ScratchLayout size;
  work_.lay_out(size, images);
  scratch_ = DeviceArray<std::byte>(size.bytes());
  ScratchLayout arrays(scratch_.data());
  work_.lay_out(arrays, images);
}

ProposalWork ProposalsCuda::work(const ProposalRows& out, std::size_t levels,
                                 const ImageGeometry* geometry, int images) const {
  require(levels == static_cast<std::size_t>(work_.levels) && images <= images_,
          ErrorCode::internal, "proposals: made for {} levels and {} images, asked for {} and {}",
          work_.levels, images_, levels, images);
  ProposalWork work = work_;
  work.geometry = geometry;
  work.out = out;
  return work;
}

}  // namespace roiflow
