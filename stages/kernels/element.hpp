/// The numbers that tensors on a GPU hold: float, and (element.cuh) half and bfloat16. Kernels read
/// and write them through Element<T> and compute in float32.
#pragma once

namespace roiflow {

template <class T>
struct Element;

template <>
struct Element<float> {
  static constexpr float to_float(float value) { return value; }
  static constexpr float from_float(float value) { return value; }
};

/// What a network computes in on a GPU.
enum class Precision {
  f32,   ///< float32 throughout
  tf32,  ///< float32 tensors; products of the tensor cores, 10 bits of mantissa
  f16,   ///< half tensors, sums in float32
  bf16,  ///< bfloat16 tensors, sums in float32
};

}  // namespace roiflow
