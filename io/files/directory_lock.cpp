#include "io/files/directory_lock.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/files/output_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::size_t longest_holder = 512;

std::string this_process() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  return fmt::format("process {} on {}", ::getpid(), host.data());
}

/// "another process" if the holder has not come to write who it is.
std::string read_holder(const Descriptor& file) {
  std::string text(longest_holder, '\0');
  const ssize_t bytes = file_calls::pread(file.get(), text.data(), text.size(), 0);
  text.resize(bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
  return text.empty() ? "another process" : text;
}

/// False if the holder removed the file between our opening and our locking it.
bool is_still_there(const Descriptor& file, const std::filesystem::path& path) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(file.get(), &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

}  // namespace

DirectoryLock::DirectoryLock(const std::filesystem::path& directory) : path_(directory / "lock") {
  do {
    file_ = Descriptor(path_, O_RDWR | O_CREAT);
    require(bool(file_), ErrorCode::cannot_create, "{}: the directory cannot be written: {}",
            directory.string(), std::strerror(errno));
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
      require(errno == EWOULDBLOCK, ErrorCode::io, "{}: cannot lock: {}", path_.string(),
              std::strerror(errno));
      fail(ErrorCode::busy, "{}: {} works in this directory; wait for it, or choose another one",
           directory.string(), read_holder(file_));
    }
  } while (!is_still_there(file_, path_));
  const std::string holder = this_process();
  const bool written = file_calls::ftruncate(file_.get(), 0) == 0 && write_all(file_, holder);
  require(written, ErrorCode::cannot_create, "{}: cannot write: {}", path_.string(),
          std::strerror(errno));
}

DirectoryLock::~DirectoryLock() {
  if (file_) (void)file_calls::unlink(path_.c_str());  // before the lock is given back
}

std::optional<std::string> lock_holder(const std::filesystem::path& directory) {
  const Descriptor file(directory / "lock", O_RDONLY);
  if (!file || ::flock(file.get(), LOCK_SH | LOCK_NB) == 0) return std::nullopt;
  return read_holder(file);
}

}  // namespace roiflow
