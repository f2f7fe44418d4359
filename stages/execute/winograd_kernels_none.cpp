#include "stages/execute/winograd_kernels.hpp"

namespace roiflow {

const WinogradKernels* winograd_kernels() {
  return nullptr;
}

}  // namespace roiflow
