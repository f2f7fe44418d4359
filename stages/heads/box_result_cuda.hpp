/// box_result.hpp on a GPU, for a batch of images.
///
/// Everything stays on the device, counts as well; nothing waits. The kernels and their order are
/// those of box_result_kernels.hpp. Outputs of float, __half, __nv_bfloat16; scores and boxes are
/// float32.
///
/// Memory of an image, with P proposals and C classes but background: 8 P C bytes, and
/// P min(C, 1.001 / score_threshold) times (16 + P / 8). With 1000 proposals, 90 classes and
/// threshold 0.05: 3.6 MB; with threshold 0: 13.5 MB.
///
/// Example: BoxResultCuda detect(params, 91, 1000, 8);
///          detect.run<__half>(stream, {found, counts}, outputs, regions, images);
#pragma once

#include <cstddef>

#include <cuda_runtime_api.h>

#include "stages/cuda/memory.hpp"
#include "stages/heads/box_result.hpp"
#include "stages/heads/box_result_work.hpp"

namespace roiflow {

/// Enqueues all the kernels; see box_result_work.hpp.
template <class T>
void find_detections_cuda(cudaStream_t stream, const BoxResultWork& work,
                          const BoxHeadOutputs<T>& outputs, int images);

class BoxResultCuda {
 public:
  /// `classes` with background; `images` the most of a batch. Throws Error{bad_data} for what makes
  /// no sense or is more than a GPU takes (16384 proposals an image), Error{device}.
  BoxResultCuda(const BoxResultParams& params, int classes, int proposals_per_image, int images);

  /// Enqueues the kernels for the first `images` images; all arguments name memory of the device.
  /// One stream at a time. Throws Error{device}.
  template <class T>
  void run(cudaStream_t stream, const DetectionRows& out, const BoxHeadOutputs<T>& outputs,
           const BoxHeadRegions& regions, int images) const {
    find_detections_cuda(stream, work(out, regions, images), outputs, images);
  }

  [[nodiscard]] std::size_t scratch_bytes() const { return scratch_.size(); }

 private:
  [[nodiscard]] BoxResultWork work(const DetectionRows& out, const BoxHeadRegions& regions,
                                   int images) const;

  BoxResultWork work_;
  int images_;
  DeviceArray<std::byte> scratch_;
};

}  // namespace roiflow
