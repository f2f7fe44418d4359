/// Element<T> for the 16-bit types. The conversions round to nearest even, on the host as well.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "stages/kernels/element.hpp"

namespace roiflow {

template <>
struct Element<__half> {
  static __host__ __device__ float to_float(__half value) { return __half2float(value); }
  static __host__ __device__ __half from_float(float value) { return __float2half_rn(value); }
};

template <>
struct Element<__nv_bfloat16> {
  static __host__ __device__ float to_float(__nv_bfloat16 value) { return __bfloat162float(value); }
  static __host__ __device__ __nv_bfloat16 from_float(float value) {
    return __float2bfloat16_rn(value);
  }
};

}  // namespace roiflow
