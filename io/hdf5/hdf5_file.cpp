#include "io/hdf5/hdf5_call.hpp"
#include "io/hdf5/hdf5_probe.hpp"
#include "io/input_file.hpp"

namespace roiflow::hdf5 {
namespace {

/// Closing the file closes what is in it; a file system without locks is no reason to fail.
Handle file_access(const std::string& path) {
  Handle plist(check(H5Pcreate(H5P_FILE_ACCESS), ErrorCode::internal, path, "prepare"), &H5Pclose);
  check(H5Pset_fclose_degree(plist.get(), H5F_CLOSE_STRONG), ErrorCode::internal, path, "prepare");
  check(H5Pset_driver(plist.get(), file_driver(), nullptr), ErrorCode::internal, path, "prepare");
  check(H5Pset_file_locking(plist.get(), true, true), ErrorCode::internal, path, "prepare");
  return plist;
}

}  // namespace

Group File::root() const {
  const Lock lock;
  Handle group(
      check(H5Gopen2(handle_.get(), "/", H5P_DEFAULT), ErrorCode::bad_data, path_, "open the root"),
      &H5Gclose);
  return {std::move(group), path_ + ": /"};
}

void File::close() {
  const Lock lock;
  check(H5Fflush(handle_.get(), H5F_SCOPE_GLOBAL), ErrorCode::io, path_, "write to the file");
  // Closing writes as well: the last of the structure, and that the file is in order.
  check(H5Fclose(handle_.release()), ErrorCode::io, path_, "write the end of the file");
}

File open_without_examination(const std::string& path) {
  const Handle access = file_access(path);
  const hid_t id = H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get());
  if (id >= 0) return {Handle(id, &H5Fclose), path};
  const LibraryReason reason = take_library_reason();
  const bool written = reason.text.find("lock: Resource temporarily") != std::string::npos ||
                       reason.text.find("already open for write") != std::string::npos;
  require(!written, ErrorCode::busy,
          "{}: expected a finished file, found one that is open for writing: {} (if nobody writes "
          "it, its writer was killed; `h5clear -s` takes the mark away, the data may be damaged)",
          path, reason.text);
  require(!reason.of_system, ErrorCode::io, "{}: cannot read it: {}", path, reason.text);
  fail(ErrorCode::bad_data, "{}: cannot open it as an HDF5 file (damaged, or of another kind): {}",
       path, reason.text);
}

File open_file(const std::filesystem::path& path) {
  const Lock lock;
  std::string name = path.string();
  (void)InputFile(name);  // a regular file that may be read, or a clear error
  examine(name);
  return open_without_examination(name);
}

File create_file(const std::filesystem::path& path) {
  const Lock lock;
  const std::string name = path.string();
  const Handle access = file_access(name);
  Handle file(check(H5Fcreate(name.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()),
                    ErrorCode::cannot_create, name, "create it"),
              &H5Fclose);
  return {std::move(file), name};
}

std::string library_version() {
  const Lock lock;
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("{}.{}.{}", major, minor, release);
}

}  // namespace roiflow::hdf5
