#include "io/hdf5/hdf5_driver.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#if __has_include(<H5FDdevelop.h>)  // since HDF5 1.13
#include <H5FDdevelop.h>
#endif

#include "io/files/file_calls.hpp"

namespace roiflow::hdf5 {
namespace {

constexpr haddr_t largest_address = (haddr_t{1} << 62) - 1;

/// The library fills in `head`, and knows the rest as memory behind it.
struct OpenFile {
  H5FD_t head{};
  int descriptor = -1;
  haddr_t allocated = 0;  ///< what the library calls the end of allocation
  haddr_t size = 0;       ///< of the file as it is
  dev_t device = 0;
  ino_t node = 0;
};

OpenFile& of(H5FD_t* file) {
  return *reinterpret_cast<OpenFile*>(file);
}

const OpenFile& of(const H5FD_t* file) {
  return *reinterpret_cast<const OpenFile*>(file);
}

/// Says why on the library's error stack, and that the call failed.
herr_t failed(const char* what) {
  H5Epush2(H5E_DEFAULT, __FILE__, "driver", 0, H5E_ERR_CLS, H5E_VFL, H5E_SYSERRSTR, "%s: %s", what,
           std::strerror(errno));
  return -1;
}

H5FD_t* open_file(const char* name, unsigned flags, hid_t, haddr_t) {
  int mode = (flags & H5F_ACC_RDWR) != 0 ? O_RDWR : O_RDONLY;
  if ((flags & H5F_ACC_TRUNC) != 0) mode |= O_TRUNC;
  if ((flags & H5F_ACC_CREAT) != 0) mode |= O_CREAT;
  if ((flags & H5F_ACC_EXCL) != 0) mode |= O_EXCL;
  auto file = std::make_unique<OpenFile>();
  file->descriptor = file_calls::open(name, mode | O_CLOEXEC, 0666);
  struct stat status {};
  if (file->descriptor < 0 || ::fstat(file->descriptor, &status) != 0) {
    failed("open");
    if (file->descriptor >= 0) (void)file_calls::close(file->descriptor);
    return nullptr;
  }
  file->size = static_cast<haddr_t>(status.st_size);
  file->device = status.st_dev;
  file->node = status.st_ino;
  return &file.release()->head;
}

herr_t close_file(H5FD_t* file) {
  const std::unique_ptr<OpenFile> owned(&of(file));
  return file_calls::close(owned->descriptor) == 0 ? 0 : failed("close");
}

int compare(const H5FD_t* a, const H5FD_t* b) {
  const auto key = [](const OpenFile& file) { return std::pair(file.device, file.node); };
  return key(of(a)) < key(of(b)) ? -1 : key(of(b)) < key(of(a)) ? 1 : 0;
}

herr_t query(const H5FD_t*, unsigned long* flags) {
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
           H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_SUPPORTS_SWMR_IO |
           H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  return 0;
}

haddr_t allocated_end(const H5FD_t* file, H5FD_mem_t) {
  return of(file).allocated;
}

herr_t set_allocated_end(H5FD_t* file, H5FD_mem_t, haddr_t address) {
  of(file).allocated = address;
  return 0;
}

haddr_t file_end(const H5FD_t* file, H5FD_mem_t) {
  return of(file).size;
}

/// What lies behind the file's end reads as zeros, as the library expects.
herr_t read_bytes(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, size_t size, void* buffer) {
  auto* bytes = static_cast<char*>(buffer);
  while (size > 0) {
    const ssize_t got =
        file_calls::pread(of(file).descriptor, bytes, size, static_cast<off_t>(address));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read");
    if (got == 0) {
      std::memset(bytes, 0, size);
      return 0;
    }
    bytes += got;
    size -= static_cast<size_t>(got);
    address += static_cast<haddr_t>(got);
  }
  return 0;
}

herr_t write_bytes(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, size_t size,
                   const void* buffer) {
  const auto* bytes = static_cast<const char*>(buffer);
  while (size > 0) {
    const ssize_t put =
        file_calls::pwrite(of(file).descriptor, bytes, size, static_cast<off_t>(address));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return failed("write");
    bytes += put;
    size -= static_cast<size_t>(put);
    address += static_cast<haddr_t>(put);
  }
  of(file).size = std::max(of(file).size, address);
  return 0;
}

herr_t truncate_file(H5FD_t* file, hid_t, hbool_t) {
  OpenFile& opened = of(file);
  if (opened.allocated == opened.size) return 0;
  if (file_calls::ftruncate(opened.descriptor, static_cast<off_t>(opened.allocated)) != 0) {
    return failed("truncate");
  }
  opened.size = opened.allocated;
  return 0;
}

herr_t lock_file(H5FD_t* file, hbool_t exclusive) {
  const int wanted = (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB;
  // Some file systems cannot lock.
  return ::flock(of(file).descriptor, wanted) == 0 || errno == ENOSYS ? 0 : failed("lock");
}

herr_t unlock_file(H5FD_t* file) {
  return ::flock(of(file).descriptor, LOCK_UN) == 0 || errno == ENOSYS ? 0 : failed("unlock");
}

/// Members that later versions of the library ask for.
template <class Class>
void set_version(Class& driver) {
  if constexpr (requires { driver.version; }) driver.version = 1;
  if constexpr (requires { driver.value; }) driver.value = static_cast<decltype(driver.value)>(512);
}

H5FD_class_t make_driver() {
  H5FD_class_t driver{};
  set_version(driver);
  driver.name = "roiflow";
  driver.maxaddr = largest_address;
  driver.fc_degree = H5F_CLOSE_WEAK;
  driver.open = &open_file;
  driver.close = &close_file;
  driver.cmp = &compare;
  driver.query = &query;
  driver.get_eoa = &allocated_end;
  driver.set_eoa = &set_allocated_end;
  driver.get_eof = &file_end;
  driver.read = &read_bytes;
  driver.write = &write_bytes;
  driver.truncate = &truncate_file;
  driver.lock = &lock_file;
  driver.unlock = &unlock_file;
  const H5FD_mem_t map[H5FD_MEM_NTYPES] = H5FD_FLMAP_DICHOTOMY;
  std::ranges::copy(map, driver.fl_map);
  return driver;
}

}  // namespace

hid_t register_driver() {
  static const H5FD_class_t driver = make_driver();
  return H5FDregister(&driver);
}

}  // namespace roiflow::hdf5
