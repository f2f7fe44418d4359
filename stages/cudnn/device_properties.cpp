#include "stages/cudnn/device_properties.hpp"

#include <cuda_runtime_api.h>

#include "stages/cuda/cuda_check.hpp"

namespace roiflow {

BackendDescriptor current_device() {
  int index = 0;
  cuda_check(cudaGetDevice(&index), "there is no current device");
  BackendDescriptor device(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR, "the device");
  device.set(CUDNN_ATTR_DEVICEPROP_DEVICE_ID, static_cast<std::int32_t>(index));
  device.finalize();
  return device;
}

BackendDescriptor described_device(const std::string& json) {
  BackendDescriptor device(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR, "a described device");
  device.set(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, json);
  device.finalize();
  return device;
}

std::string device_json(const BackendDescriptor& device) {
  return device.text(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION);
}

}  // namespace roiflow
