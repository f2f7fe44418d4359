#include "stages/heads/box_result_cuda.hpp"

#include "stages/core/error.hpp"

namespace roiflow {

BoxResultCuda::BoxResultCuda(const BoxResultParams& params, int classes, int proposals_per_image,
                             int images)
    : work_(params, classes, proposals_per_image), images_(images) {
  ScratchLayout size;
  work_.lay_out(size, images);
  scratch_ = DeviceArray<std::byte>(size.bytes());
  ScratchLayout arrays(scratch_.data());
  work_.lay_out(arrays, images);
}

BoxResultWork BoxResultCuda::work(const DetectionRows& out, const BoxHeadRegions& regions,
                                  int images) const {
  require(images <= images_, ErrorCode::internal, "box_result: made for {} images, asked for {}",
          images_, images);
  BoxResultWork work = work_;
  work.regions = regions;
  work.out = out;
  return work;
}

}  // namespace roiflow
