/// Tensors: a non-owning view and an owner. The type says where the memory is, what is in it and
/// how many dimensions it has; the memory is dense and row-major (last dimension fastest).
///
/// Image-like tensors are NHWC throughout the program: [batch, height, width, channels].
/// Host indexing exists on the CPU only: `view(0, 0, 0, 0)` on a CUDA view does not compile.
///
/// Example: Tensor<float, 4> t({1, 2, 3, 4}); t.view()(0, 1, 2, 3) is the last of its 24 elements.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

namespace roiflow {

enum class Device { cpu, cuda };

template <std::size_t Rank>
using Shape = std::array<std::int64_t, Rank>;

template <std::size_t Rank>
[[nodiscard]] constexpr std::int64_t element_count(const Shape<Rank>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  return count;
}

template <class T, std::size_t Rank, Device D = Device::cpu>
struct TensorView {
  T* data = nullptr;
  Shape<Rank> shape{};

  [[nodiscard]] std::int64_t size() const { return element_count(shape); }

  /// Element access; no bounds check.
  template <class... Index>
  [[nodiscard]] T& operator()(Index... index) const
      requires(D == Device::cpu && sizeof...(Index) == Rank) {
    const std::int64_t at[] = {static_cast<std::int64_t>(index)...};
    std::int64_t offset = at[0];
    for (std::size_t axis = 1; axis < Rank; ++axis) offset = offset * shape[axis] + at[axis];
    return data[offset];
  }

  /// The part [first, first + count) along the first dimension.
  [[nodiscard]] TensorView rows(std::int64_t first, std::int64_t count) const {
    Shape<Rank> part = shape;
    part[0] = 1;
    const std::int64_t row = element_count(part);
    part[0] = count;
    return {data + first * row, part};
  }

  [[nodiscard]] std::span<T> span() const requires(D == Device::cpu) {
    return {data, static_cast<std::size_t>(size())};
  }

  /// A view of T converts to a view of const T.
  operator TensorView<const T, Rank, D>() const  // NOLINT(google-explicit-constructor)
      requires(!std::is_const_v<T>) {
    return {data, shape};
  }
};

/// Owner of CPU memory, 64-byte aligned, uninitialised; move-only. `storage` may come from a pool:
/// whoever made the shared_ptr says how it is given back.
template <class T, std::size_t Rank>
class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(const Shape<Rank>& shape) : shape_(shape), storage_(allocate(shape)) {}
  Tensor(const Shape<Rank>& shape, std::shared_ptr<T[]> storage)
      : shape_(shape), storage_(std::move(storage)) {}
  Tensor(Tensor&&) noexcept = default;
  Tensor& operator=(Tensor&&) noexcept = default;
  Tensor(const Tensor&) = delete;
  Tensor& operator=(const Tensor&) = delete;
  ~Tensor() = default;

  [[nodiscard]] const Shape<Rank>& shape() const { return shape_; }
  [[nodiscard]] std::int64_t size() const { return storage_ ? element_count(shape_) : 0; }
  [[nodiscard]] TensorView<T, Rank> view() { return {storage_.get(), shape_}; }
  [[nodiscard]] TensorView<const T, Rank> view() const { return {storage_.get(), shape_}; }

 private:
  static std::shared_ptr<T[]> allocate(const Shape<Rank>& shape) {
    constexpr std::size_t alignment = 64;
    const auto bytes = static_cast<std::size_t>(element_count(shape)) * sizeof(T);
    void* memory = std::aligned_alloc(alignment, (bytes + alignment) / alignment * alignment);
    if (memory == nullptr) throw std::bad_alloc();
    return std::shared_ptr<T[]>(static_cast<T*>(memory), [](T* p) { std::free(p); });
  }

  Shape<Rank> shape_{};
  std::shared_ptr<T[]> storage_;
};

}  // namespace roiflow
