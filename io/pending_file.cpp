#include "io/pending_file.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr int name_attempts = 1000;

/// Owner of a POSIX file descriptor.
class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags) {
    constexpr mode_t permissions = 0666;
    number_ = ::open(path.c_str(), flags | O_CLOEXEC, permissions);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] int close() { return ::close(std::exchange(number_, -1)); }

 private:
  int number_ = -1;
};

/// The disk has it all when this returns.
void synchronise(const std::filesystem::path& path, int flags) {
  Descriptor file(path, flags);
  // Some file systems cannot synchronise a directory and say EINVAL; there is nothing to be done.
  const bool done = file.get() >= 0 && (::fsync(file.get()) == 0 || errno == EINVAL);
  require(done && file.close() == 0, ErrorCode::io, "{}: cannot write to disk: {}", path.string(),
          std::strerror(errno));
}

std::filesystem::path directory_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

/// A new, empty file; its number tells two writers of the same name apart.
std::filesystem::path create_temporary(const std::filesystem::path& path) {
  for (int attempt = 0; attempt < name_attempts; ++attempt) {
    std::filesystem::path name = path;
    name += fmt::format(".{}.partial", ::getpid() + attempt);
    const Descriptor file(name, O_CREAT | O_EXCL | O_WRONLY);
    if (file.get() >= 0) return name;
    require(errno == EEXIST, ErrorCode::cannot_create, "{}: cannot create the file: {}",
            path.string(), std::strerror(errno));
  }
  fail(ErrorCode::cannot_create, "{}: {} temporary files of this name exist; remove {}.*.partial",
       path.string(), name_attempts, path.string());
}

}  // namespace

PendingFile::PendingFile(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code ignored;
  // Renaming would replace a device or pipe (/dev/stdout) by a file.
  require(
      !std::filesystem::exists(path_, ignored) || std::filesystem::is_regular_file(path_, ignored),
      ErrorCode::cannot_create, "{}: cannot create the file: a directory or device has this name",
      path_.string());
  temporary_ = create_temporary(path_);
}

PendingFile::~PendingFile() {
  std::error_code ignored;
  if (!published_) std::filesystem::remove(temporary_, ignored);
}

void PendingFile::publish() {
  synchronise(temporary_, O_RDONLY);
  std::error_code error;
  std::filesystem::rename(temporary_, path_, error);
  require(!error, ErrorCode::io, "{}: cannot rename {} to it: {}", path_.string(),
          temporary_.string(), error.message());
  published_ = true;
  synchronise(directory_of(path_), O_RDONLY | O_DIRECTORY);
}

void write_file(const std::filesystem::path& path, std::string_view content) {
  PendingFile pending(path);
  Descriptor file(pending.temporary(), O_WRONLY);
  require(file.get() >= 0, ErrorCode::io, "{}: cannot open: {}", path.string(),
          std::strerror(errno));
  while (!content.empty()) {
    const ssize_t written = ::write(file.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    require(written >= 0, ErrorCode::io, "{}: cannot write: {}", path.string(),
            std::strerror(errno));
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  require(file.close() == 0, ErrorCode::io, "{}: cannot write: {}", path.string(),
          std::strerror(errno));
  pending.publish();
}

}  // namespace roiflow
