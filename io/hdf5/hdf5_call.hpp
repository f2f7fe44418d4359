/// Inside of the HDF5 room: checked calls and the mapping of element types. Only io/hdf5_*.cpp
/// include it.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include <hdf5.h>

#include "io/files/file_stamp.hpp"
#include "io/hdf5/hdf5.hpp"
#include "stages/core/error.hpp"

namespace roiflow::hdf5 {

static_assert(std::is_same_v<hid_t, Handle::Id> || sizeof(hid_t) == sizeof(Handle::Id));

/// The innermost reason on the library's error stack ("file signature not found"); clears it.
struct LibraryReason {
  std::string text;
  bool of_system = false;  ///< a call to the system failed: hdf5_driver.hpp said so
};
LibraryReason take_library_reason();

/// bad_data, unless it was the disk that failed.
ErrorCode code_of(const LibraryReason& reason, ErrorCode code);

/// Passes `result` on, or throws Error{code_of(code)}: "<location>: cannot <what>: <reason>".
template <class Result>
Result check(Result result, ErrorCode code, std::string_view location, std::string_view what) {
  if (result < 0) {
    const LibraryReason reason = take_library_reason();
    fail(code_of(reason, code), "{}: cannot {}: {}", location, what, reason.text);
  }
  return result;
}

/// The driver that every file is opened with (hdf5_driver.hpp).
hid_t file_driver();

/// The files that hdf5_probe.hpp has found in order in this process, as they were then. Hold a
/// Lock.
std::set<FileStamp>& examined_files();

/// As open_file(), for the process that may crash.
File open_without_examination(const std::string& path);

Handle file_type(Type type);    ///< as stored: little-endian
Handle memory_type(Type type);  ///< as in memory: native
/// The element type of a stored type; Error{bad_data} for anything that is not in `Type`.
Type type_from_file(hid_t type, const std::string& location);
std::size_t bytes_of(Type type);

}  // namespace roiflow::hdf5
