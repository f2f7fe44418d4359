/// HDF5: the lock, the owner of an id, and the element types. `io/hdf5.hpp` is the door.
#pragma once

#include <cstdint>
#include <mutex>
#include <string_view>
#include <utility>

namespace roiflow::hdf5 {

/// Holds the library for this thread; may be nested.
class [[nodiscard]] Lock {
 public:
  Lock();
  /// For a child process whose parent held a Lock when it forked: a mutex knows its owner by the
  /// number of a thread, and the child's only thread has another.
  static void renew_after_fork();

 private:
  std::unique_lock<std::recursive_mutex> lock_;
};

/// Owner of one HDF5 id (hid_t) and of the function that gives it back.
class Handle {
 public:
  using Id = std::int64_t;
  using Close = int (*)(Id);
  Handle() = default;
  Handle(Id id, Close close) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { reset(); }
  void reset() noexcept;
  /// Gives the id away: somebody else closes it.
  [[nodiscard]] Id release() { return std::exchange(id_, -1); }
  [[nodiscard]] Id get() const& { return id_; }
  Id get() && = delete;

 private:
  Id id_ = -1;
  Close close_ = nullptr;
};

/// IEEE 754 half precision, as its bits; numpy reads it as float16.
struct Half {
  std::uint16_t bits = 0;
};

/// Element types; all little-endian on disk.
enum class Type { uint8, int32, int64, uint32, uint64, float16, float32, float64 };
std::string_view name(Type type);
template <class T>
inline constexpr Type type_of = T::no_such_element_type;
template <>
inline constexpr Type type_of<std::uint8_t> = Type::uint8;
template <>
inline constexpr Type type_of<std::int32_t> = Type::int32;
template <>
inline constexpr Type type_of<std::int64_t> = Type::int64;
template <>
inline constexpr Type type_of<std::uint32_t> = Type::uint32;
template <>
inline constexpr Type type_of<std::uint64_t> = Type::uint64;
template <>
inline constexpr Type type_of<Half> = Type::float16;
template <>
inline constexpr Type type_of<float> = Type::float32;
template <>
inline constexpr Type type_of<double> = Type::float64;

}  // namespace roiflow::hdf5
