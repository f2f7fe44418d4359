#include "io/files/file_stamp.hpp"

#include <sys/stat.h>

namespace roiflow {

FileStamp stamp_of(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return {};
  return {static_cast<std::uint64_t>(status.st_size), status.st_dev, status.st_ino,
          status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

}  // namespace roiflow
