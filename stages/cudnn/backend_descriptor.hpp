/// Owner of one descriptor of cuDNN's backend (graph) API: create, set attributes, finalize, ask.
///
/// Reference: NVIDIA cuDNN 9, "Graph API", backend descriptor types.
/// Errors: Error{device} with the attribute or step that failed and cuDNN's own explanation.
///
/// Example: BackendDescriptor tensor(CUDNN_BACKEND_TENSOR_DESCRIPTOR, "a tensor");
///          tensor.set(CUDNN_ATTR_TENSOR_DIMENSIONS, dims); ... tensor.finalize();
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <cudnn_graph.h>

namespace roiflow {

/// Throws Error{device} unless the call succeeded.
void cudnn_check(cudnnStatus_t status, const std::string& what);

namespace detail {

/// The tag with which cuDNN takes an attribute of this type.
template <class T>
inline constexpr cudnnBackendAttributeType_t backend_type = T::no_such_attribute_type;
template <>
inline constexpr auto backend_type<std::int64_t> = CUDNN_TYPE_INT64;
template <>
inline constexpr auto backend_type<std::int32_t> = CUDNN_TYPE_INT32;
template <>
inline constexpr auto backend_type<float> = CUDNN_TYPE_FLOAT;
template <>
inline constexpr auto backend_type<bool> = CUDNN_TYPE_BOOLEAN;
template <>
inline constexpr auto backend_type<char> = CUDNN_TYPE_CHAR;
template <>
inline constexpr auto backend_type<void*> = CUDNN_TYPE_VOID_PTR;
template <>
inline constexpr auto backend_type<cudnnDataType_t> = CUDNN_TYPE_DATA_TYPE;
template <>
inline constexpr auto backend_type<cudnnConvolutionMode_t> = CUDNN_TYPE_CONVOLUTION_MODE;
template <>
inline constexpr auto backend_type<cudnnPointwiseMode_t> = CUDNN_TYPE_POINTWISE_MODE;
template <>
inline constexpr auto backend_type<cudnnBackendHeurMode_t> = CUDNN_TYPE_HEUR_MODE;
template <>
inline constexpr auto backend_type<cudnnBackendNumericalNote_t> = CUDNN_TYPE_NUMERICAL_NOTE;
template <>
inline constexpr auto backend_type<cudnnBackendBehaviorNote_t> = CUDNN_TYPE_BEHAVIOR_NOTE;

}  // namespace detail

class BackendDescriptor {
 public:
  /// `what` names it in errors, e.g. "a tensor of conv1".
  BackendDescriptor(cudnnBackendDescriptorType_t type, std::string what);

  template <class T>
  void set(cudnnBackendAttributeName_t name, const T& value) {
    set(name, detail::backend_type<T>, 1, &value);
  }
  template <class T>
  void set(cudnnBackendAttributeName_t name, const std::vector<T>& values) {
    set(name, detail::backend_type<T>, static_cast<std::int64_t>(values.size()), values.data());
  }
  void set(cudnnBackendAttributeName_t name, const std::string& text) {
    set(name, CUDNN_TYPE_CHAR, static_cast<std::int64_t>(text.size()), text.data());
  }
  void set(cudnnBackendAttributeName_t name, const BackendDescriptor& descriptor);
  void set(cudnnBackendAttributeName_t name,
           const std::vector<const BackendDescriptor*>& descriptors);
  void set_handle(cudnnBackendAttributeName_t name, cudnnHandle_t handle);

  void finalize();
  /// The same without an exception: false if cuDNN cannot do what was described.
  [[nodiscard]] bool try_finalize();

  /// All values of an attribute; at most `most`.
  template <class T>
  [[nodiscard]] std::vector<T> get(cudnnBackendAttributeName_t name, std::int64_t most) const {
    std::vector<T> values(static_cast<std::size_t>(most));
    const std::int64_t count = get(name, detail::backend_type<T>, most, values.data());
    values.resize(static_cast<std::size_t>(count));
    return values;
  }
  [[nodiscard]] std::string text(cudnnBackendAttributeName_t name) const;
  /// Fills `descriptors`, made for the purpose, and returns how many of them are meant.
  std::int64_t get(cudnnBackendAttributeName_t name,
                   std::vector<BackendDescriptor>& descriptors) const;
  /// How many values the attribute has.
  [[nodiscard]] std::int64_t count(cudnnBackendAttributeName_t name,
                                   cudnnBackendAttributeType_t type) const;

  [[nodiscard]] cudnnBackendDescriptor_t raw() const { return raw_.get(); }

 private:
  struct Destroy {
    void operator()(void* raw) const noexcept { cudnnBackendDestroyDescriptor(raw); }
  };

  void set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, std::int64_t count,
           const void* values);
  std::int64_t get(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                   std::int64_t most, void* values) const;

  std::string what_;
  std::unique_ptr<void, Destroy> raw_;
};

}  // namespace roiflow
