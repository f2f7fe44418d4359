#include "stages/core/error.hpp"
#include "stages/gpu/gpu.hpp"

namespace roiflow {
namespace {

[[noreturn]] void refuse() {
  fail(ErrorCode::device,
       "--device cuda: this program was built without a GPU backend (CMake said why; "
       "-DROIFLOW_CUDA=ON makes it an error)");
}

}  // namespace

bool gpu_backend_is_built() {
  return false;
}

std::string gpu_backend_text() {
  return "none";
}

std::vector<GpuInfo> find_gpus() {
  return {};
}

std::string why_no_gpu() {
  return "this program was built without a GPU backend";
}

BatchDetector make_detector_cuda(const ModelDescription&, const Weights&, const GpuOptions&) {
  refuse();
}

BatchSegmenter make_segmenter_cuda(const ModelDescription&, const Weights&, const GpuOptions&) {
  refuse();
}

}  // namespace roiflow
