#include "io/hdf5/hdf5_call.hpp"

#include <array>
#include <memory>

#include "io/hdf5/hdf5_driver.hpp"

namespace roiflow::hdf5 {
namespace {

constexpr std::size_t half_bytes = 2;

/// Settings of the whole library, before its first use: silent (we report errors ourselves), no
/// shared objects named by a file are ever loaded, and no cleaning up at the end of the process:
/// after a failed write (full disk) the library crashes in it, and our files are closed anyway.
struct LibrarySettings {
  std::recursive_mutex mutex;
  hid_t driver = H5I_INVALID_HID;
  std::set<FileStamp> examined;
  LibrarySettings() {
    H5dont_atexit();
    H5open();
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    H5PLset_loading_state(0);
    driver = register_driver();
  }
};

LibrarySettings& library() {
  static LibrarySettings settings;
  return settings;
}

/// HDF5 has no half type of its own; this is IEEE binary16, which h5py maps to numpy.float16.
hid_t make_half(hid_t base) {
  const hid_t type = H5Tcopy(base);
  constexpr std::size_t sign = 15, exponent = 10, exponent_bits = 5, mantissa = 0;
  H5Tset_fields(type, sign, exponent, exponent_bits, mantissa, exponent);
  H5Tset_size(type, half_bytes);
  H5Tset_ebias(type, 15);
  return type;
}

hid_t little_endian(Type type) {
  switch (type) {
    case Type::uint8:
      return H5T_STD_U8LE;
    case Type::int32:
      return H5T_STD_I32LE;
    case Type::int64:
      return H5T_STD_I64LE;
    case Type::uint32:
      return H5T_STD_U32LE;
    case Type::uint64:
      return H5T_STD_U64LE;
    case Type::float32:
      return H5T_IEEE_F32LE;
    case Type::float16:
    case Type::float64:
      return H5T_IEEE_F64LE;
  }
  return H5I_INVALID_HID;
}

hid_t native(Type type) {
  switch (type) {
    case Type::uint8:
      return H5T_NATIVE_UINT8;
    case Type::int32:
      return H5T_NATIVE_INT32;
    case Type::int64:
      return H5T_NATIVE_INT64;
    case Type::uint32:
      return H5T_NATIVE_UINT32;
    case Type::uint64:
      return H5T_NATIVE_UINT64;
    case Type::float32:
    case Type::float16:
      return H5T_NATIVE_FLOAT;
    case Type::float64:
      return H5T_NATIVE_DOUBLE;
  }
  return H5I_INVALID_HID;
}

herr_t keep_innermost(unsigned depth, const H5E_error2_t* error, void* reason) {
  if (depth > 0) return 0;
  auto& kept = *static_cast<LibraryReason*>(reason);
  if (error->desc != nullptr) kept.text = error->desc;
  kept.of_system = error->maj_num == H5E_VFL && error->min_num == H5E_SYSERRSTR;
  return 0;
}

}  // namespace

hid_t file_driver() {
  return library().driver;
}

Lock::Lock() : lock_(library().mutex) {}

void Lock::renew_after_fork() {
  std::construct_at(&library().mutex);
}

std::set<FileStamp>& examined_files() {
  return library().examined;
}

Handle& Handle::operator=(Handle&& other) noexcept {
  if (this != &other) {
    reset();
    id_ = std::exchange(other.id_, -1);
    close_ = other.close_;
  }
  return *this;
}

void Handle::reset() noexcept {
  if (id_ < 0 || close_ == nullptr) return;
  const Lock lock;
  // After File::close() the library has already given back what was inside the file.
  if (H5Iis_valid(id_) > 0) close_(id_);
  id_ = -1;
}

LibraryReason take_library_reason() {
  LibraryReason reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, &keep_innermost, &reason);
  H5Eclear2(H5E_DEFAULT);
  if (reason.text.empty()) return {"HDF5 gives no reason"};
  if (!reason.of_system) reason.text = "HDF5 says: " + reason.text;
  return reason;
}

ErrorCode code_of(const LibraryReason& reason, ErrorCode code) {
  return reason.of_system && code == ErrorCode::bad_data ? ErrorCode::io : code;
}

std::string_view name(Type type) {
  constexpr std::array<std::string_view, 8> names = {"uint8",  "int32",   "int64",   "uint32",
                                                     "uint64", "float16", "float32", "float64"};
  return names[static_cast<std::size_t>(type)];
}

std::size_t bytes_of(Type type) {
  return type == Type::float16 ? half_bytes : H5Tget_size(native(type));
}

Handle file_type(Type type) {
  return {type == Type::float16 ? make_half(H5T_IEEE_F32LE) : H5Tcopy(little_endian(type)),
          &H5Tclose};
}

Handle memory_type(Type type) {
  return {type == Type::float16 ? make_half(H5T_NATIVE_FLOAT) : H5Tcopy(native(type)), &H5Tclose};
}

Type type_from_file(hid_t type, const std::string& location) {
  const H5T_class_t kind = H5Tget_class(type);
  const std::size_t bytes = H5Tget_size(type);
  for (const Type candidate : {Type::uint8, Type::int32, Type::int64, Type::uint32, Type::uint64,
                               Type::float16, Type::float32, Type::float64}) {
    const Handle known = file_type(candidate);
    if (H5Tget_class(known.get()) != kind || bytes_of(candidate) != bytes) continue;
    const bool same_sign = kind != H5T_INTEGER || H5Tget_sign(known.get()) == H5Tget_sign(type);
    if (same_sign && (kind == H5T_INTEGER || kind == H5T_FLOAT)) return candidate;
  }
  fail(ErrorCode::bad_data,
       "{}: expected elements of 8 to 64 bit numbers, found HDF5 type class {} of {} bytes",
       location, static_cast<int>(kind), bytes);
}

}  // namespace roiflow::hdf5
