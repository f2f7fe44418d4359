#include "stages/cudnn/backend_descriptor.hpp"

#include <array>

#include <fmt/format.h>

#include "stages/core/error.hpp"

namespace roiflow {

void cudnn_check(cudnnStatus_t status, const std::string& what) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  std::array<char, 2048> reason{};
  cudnnGetLastErrorString(reason.data(), reason.size());
  fail(ErrorCode::device, "cuDNN: {}: {}{}{}", what, cudnnGetErrorString(status),
       reason.front() != '\0' ? ": " : "", reason.data());
}

BackendDescriptor::BackendDescriptor(cudnnBackendDescriptorType_t type, std::string what)
    : what_(std::move(what)) {
  void* raw = nullptr;
  cudnn_check(cudnnBackendCreateDescriptor(type, &raw), what_ + " could not be made");
  raw_.reset(raw);
}

void BackendDescriptor::set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                            std::int64_t count, const void* values) {
  cudnn_check(cudnnBackendSetAttribute(raw(), name, type, count, values),
              fmt::format("{}: attribute {}", what_, static_cast<int>(name)));
}

void BackendDescriptor::set(cudnnBackendAttributeName_t name, const BackendDescriptor& descriptor) {
  set(name, std::vector<const BackendDescriptor*>{&descriptor});
}

void BackendDescriptor::set(cudnnBackendAttributeName_t name,
                            const std::vector<const BackendDescriptor*>& descriptors) {
  std::vector<cudnnBackendDescriptor_t> raws;
  for (const BackendDescriptor* descriptor : descriptors) raws.push_back(descriptor->raw());
  set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, static_cast<std::int64_t>(raws.size()), raws.data());
}

void BackendDescriptor::set_handle(cudnnBackendAttributeName_t name, cudnnHandle_t handle) {
  set(name, CUDNN_TYPE_HANDLE, 1, &handle);
}

void BackendDescriptor::finalize() {
  cudnn_check(cudnnBackendFinalize(raw()), what_ + " is not possible");
}

bool BackendDescriptor::try_finalize() {
  return cudnnBackendFinalize(raw()) == CUDNN_STATUS_SUCCESS;
}

std::int64_t BackendDescriptor::get(cudnnBackendAttributeName_t name,
                                    cudnnBackendAttributeType_t type, std::int64_t most,
                                    void* values) const {
  std::int64_t count = 0;
  cudnn_check(cudnnBackendGetAttribute(raw(), name, type, most, &count, values),
              fmt::format("{}: attribute {} cannot be read", what_, static_cast<int>(name)));
  return std::min(count, most);
}

std::int64_t BackendDescriptor::get(cudnnBackendAttributeName_t name,
                                    std::vector<BackendDescriptor>& descriptors) const {
  std::vector<cudnnBackendDescriptor_t> raws;
  for (const BackendDescriptor& descriptor : descriptors) raws.push_back(descriptor.raw());
  return get(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, static_cast<std::int64_t>(raws.size()),
             raws.data());
}

std::int64_t BackendDescriptor::count(cudnnBackendAttributeName_t name,
                                      cudnnBackendAttributeType_t type) const {
  std::int64_t count = 0;
  cudnn_check(cudnnBackendGetAttribute(raw(), name, type, 0, &count, nullptr),
              fmt::format("{}: attribute {} cannot be counted", what_, static_cast<int>(name)));
  return count;
}

std::string BackendDescriptor::text(cudnnBackendAttributeName_t name) const {
  const std::vector<char> characters = get<char>(name, count(name, CUDNN_TYPE_CHAR));
  std::string text(characters.begin(), characters.end());
  if (const auto end = text.find('\0'); end != std::string::npos) text.resize(end);
  return text;
}

}  // namespace roiflow
