/// The device for which cuDNN chooses engines: the one at hand, or one that is only described. So
/// what a GPU can do is checked on a machine that has none.
///
/// Example: const BackendDescriptor h200 = described_device(text_of("h200.json"));
#pragma once

#include <string>

#include "stages/cudnn/backend_descriptor.hpp"

namespace roiflow {

/// The device that is current. Throws Error{device} without one.
BackendDescriptor current_device();

/// `json`: as device_json made it on such a device. Throws Error{device} if it is no description.
BackendDescriptor described_device(const std::string& json);

std::string device_json(const BackendDescriptor& device);

}  // namespace roiflow
