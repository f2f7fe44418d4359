#include "io/files/output_file.hpp"

#include <cerrno>
#include <cstring>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 16;

[[noreturn]] void fail_to_write(const std::filesystem::path& path) {
  fail(ErrorCode::io, "{}: cannot write: {}", path.string(), std::strerror(errno));
}

}  // namespace

bool write_all(const Descriptor& file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = file_calls::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

OutputFile::OutputFile(std::filesystem::path path, int flags)
    : path_(std::move(path)), file_(path_, flags | O_WRONLY) {
  require(bool(file_), ErrorCode::cannot_create, "{}: cannot open for writing: {}", path_.string(),
          std::strerror(errno));
}

OutputFile::OutputFile(std::filesystem::path path, Descriptor file)
    : path_(std::move(path)), file_(std::move(file)) {}

void OutputFile::write(std::string_view bytes) {
  buffer_ += bytes;
  if (buffer_.size() >= buffer_bytes) flush();
}

void OutputFile::flush() {
  if (!write_all(file_, buffer_)) fail_to_write(path_);
  buffer_.clear();
}

void OutputFile::synchronise() {
  flush();
  if (file_calls::fsync(file_.get()) != 0) fail_to_write(path_);
}

void OutputFile::close() {
  flush();
  if (file_.close() != 0) fail_to_write(path_);
}

void synchronise_directory_of(const std::filesystem::path& file) {
  const std::filesystem::path directory = file.has_parent_path() ? file.parent_path() : ".";
  const Descriptor opened(directory, O_RDONLY | O_DIRECTORY);
  // Some file systems cannot synchronise a directory and say EINVAL; there is nothing to be done.
  if (!opened || (file_calls::fsync(opened.get()) != 0 && errno != EINVAL))
    fail_to_write(directory);
}

}  // namespace roiflow
