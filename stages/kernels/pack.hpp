/// Neighbouring channels: what a thread reads or writes at once. Eight are 16 bytes of a 16-bit
/// type; packs of one serve what eight do not divide.
///
/// Example: const FloatPack p = load_pack(values + 8 * i);  store_pack(out + 8 * i, p);
#pragma once

#include <cstddef>
#include <cstdint>

#include "stages/kernels/element.hpp"
#include "stages/kernels/host_device.hpp"

namespace roiflow {

inline constexpr int pack_size = 8;

/// Aligned as it is large, up to the 16 bytes of one access.
template <class T, int size = pack_size>
struct alignas(sizeof(T) * size < 16 ? sizeof(T) * size : 16) Pack {
  T values[static_cast<std::size_t>(size)];
};

/// The same in float32, in registers.
template <int size>
struct Floats {
  float values[static_cast<std::size_t>(size)];
};
using FloatPack = Floats<pack_size>;

/// `from` is aligned as a pack is.
template <int size = pack_size, class T>
ROIFLOW_HOST_DEVICE inline Floats<size> load_pack(const T* from) {
  const Pack<T, size> raw = *reinterpret_cast<const Pack<T, size>*>(from);
  Floats<size> pack;
  for (int i = 0; i < size; ++i) pack.values[i] = Element<T>::to_float(raw.values[i]);
  return pack;
}

template <int size, class T>
ROIFLOW_HOST_DEVICE inline void store_pack(T* to, const Floats<size>& pack) {
  Pack<T, size> raw;
  for (int i = 0; i < size; ++i) raw.values[i] = Element<T>::from_float(pack.values[i]);
  *reinterpret_cast<Pack<T, size>*>(to) = raw;
}

/// Whether rows of `row` elements that begin at `data` can be taken in packs of `size`.
template <int size = pack_size, class T>
[[nodiscard]] bool fits_packs(const T* data, std::int64_t row) {
  return row % size == 0 && reinterpret_cast<std::uintptr_t>(data) % alignof(Pack<T, size>) == 0;
}

}  // namespace roiflow
