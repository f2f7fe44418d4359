/// Eight neighbouring channels: what a thread reads or writes at once, 16 bytes of a 16-bit type.
#pragma once

#include "stages/kernels/element.hpp"
#include "stages/kernels/host_device.hpp"

namespace roiflow {

inline constexpr int pack_size = 8;

template <class T>
struct alignas(16) Pack {
  T values[pack_size];
};

/// The same in float32, in registers.
struct FloatPack {
  float values[pack_size];
};

/// `from` is aligned to 16 bytes.
template <class T>
ROIFLOW_HOST_DEVICE inline FloatPack load_pack(const T* from) {
  const Pack<T> raw = *reinterpret_cast<const Pack<T>*>(from);
  FloatPack pack;
  for (int i = 0; i < pack_size; ++i) pack.values[i] = Element<T>::to_float(raw.values[i]);
  return pack;
}

template <class T>
ROIFLOW_HOST_DEVICE inline void store_pack(T* to, const FloatPack& pack) {
  Pack<T> raw;
  for (int i = 0; i < pack_size; ++i) raw.values[i] = Element<T>::from_float(pack.values[i]);
  *reinterpret_cast<Pack<T>*>(to) = raw;
}

}  // namespace roiflow
