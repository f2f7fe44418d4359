#include "io/input_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/stat.h>

#include "stages/core/error.hpp"

namespace roiflow {

InputFile::InputFile(std::string path)
    : path_(std::move(path)), file_(path_, O_RDONLY | O_NONBLOCK) {
  require(bool(file_), ErrorCode::no_input, "{}: cannot be opened for reading: {}", path_,
          std::strerror(errno));
  struct stat status {};
  const bool regular = ::fstat(file_.get(), &status) == 0 && S_ISREG(status.st_mode);
  require(regular, ErrorCode::no_input,
          "{}: expected a regular file, found a directory or a device", path_);
  size_ = static_cast<std::uint64_t>(status.st_size);
}

std::vector<std::uint8_t> InputFile::read(std::uint64_t offset, std::uint64_t bytes,
                                          std::string_view what) const {
  require(offset <= size_ && bytes <= size_ - offset, ErrorCode::bad_data,
          "{}: {}: expected {} bytes at byte {}, but the file ends at byte {}", path_, what, bytes,
          offset, size_);
  std::vector<std::uint8_t> data(bytes);
  std::uint64_t done = 0;
  while (done < bytes) {
    const ssize_t got = file_calls::pread(file_.get(), data.data() + done, bytes - done,
                                          static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    require(got >= 0, ErrorCode::io, "{}: {}: reading at byte {} failed: {}", path_, what,
            offset + done, std::strerror(errno));
    require(got > 0, ErrorCode::io, "{}: {}: the file became shorter while it was read (byte {})",
            path_, what, offset + done);
    done += static_cast<std::uint64_t>(got);
  }
  return data;
}

std::size_t InputFile::read_some(std::uint64_t offset, std::span<char> out) const {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = file_calls::pread(file_.get(), out.data() + done, out.size() - done,
                                          static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    require(got >= 0, ErrorCode::io, "{}: reading at byte {} failed: {}", path_, offset + done,
            std::strerror(errno));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void InputFile::each_block(const std::function<void(std::string_view)>& use) const {
  std::vector<char> block(std::size_t{1} << 20);
  std::uint64_t at = 0;
  while (const std::size_t bytes = read_some(at, block)) {
    use({block.data(), bytes});
    at += bytes;
  }
  require(at >= size_, ErrorCode::io, "{}: the file became shorter while it was read (byte {})",
          path_, at);
}

bool is_hdf5(const std::filesystem::path& path) {
  constexpr std::uint8_t signature[] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};
  const InputFile file(path.string());
  if (file.size() < sizeof signature) return false;
  return std::ranges::equal(file.read(0, sizeof signature, "signature"), signature);
}

}  // namespace roiflow
