#include "io/pending_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <unistd.h>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr int name_attempts = 1000;
constexpr std::string_view ending = ".partial";

/// A new, empty file; its number tells two writers of the same name apart.
OutputFile create_temporary(const std::filesystem::path& path) {
  for (int attempt = 0; attempt < name_attempts; ++attempt) {
    std::filesystem::path name = path;
    name += fmt::format(".{}{}", ::getpid() + attempt, ending);
    Descriptor file(name, O_CREAT | O_EXCL | O_WRONLY);
    if (file) return {std::move(name), std::move(file)};
    require(errno == EEXIST, ErrorCode::cannot_create, "{}: cannot create the file: {}",
            path.string(), std::strerror(errno));
  }
  fail(ErrorCode::cannot_create, "{}: {} temporary files of this name exist; remove {}.*{}",
       path.string(), name_attempts, path.string(), ending);
}

/// Whether it is a temporary name of `name`.
bool is_partial(std::string_view file, std::string_view name) {
  if (!file.starts_with(name) || !file.ends_with(ending)) return false;
  if (file.size() <= name.size() + 1 + ending.size() || file[name.size()] != '.') return false;
  const std::string_view number =
      file.substr(name.size() + 1, file.size() - name.size() - 1 - ending.size());
  return std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

PendingFile::PendingFile(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code ignored;
  // Renaming would replace a device or pipe (/dev/stdout) by a file.
  require(
      !std::filesystem::exists(path_, ignored) || std::filesystem::is_regular_file(path_, ignored),
      ErrorCode::cannot_create, "{}: cannot create the file: a directory or device has this name",
      path_.string());
  file_ = create_temporary(path_);
}

PendingFile::~PendingFile() {
  if (!published_) (void)file_calls::unlink(temporary().c_str());
}

void PendingFile::publish() {
  file_->synchronise();
  file_->close();
  const bool renamed = file_calls::rename(temporary().c_str(), path_.c_str()) == 0;
  require(renamed, ErrorCode::io, "{}: cannot rename {} to it: {}", path_.string(),
          temporary().string(), std::strerror(errno));
  published_ = true;
  synchronise_directory_of(path_);
}

void write_file(const std::filesystem::path& path, std::string_view content) {
  PendingFile pending(path);
  pending.write(content);
  pending.publish();
}

void remove_partial_files(const std::filesystem::path& directory,
                          std::span<const std::string_view> names) {
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    const std::string file = at->path().filename().string();
    const bool left =
        std::ranges::any_of(names, [&](std::string_view name) { return is_partial(file, name); });
    if (left) (void)file_calls::unlink(at->path().c_str());
  }
}

}  // namespace roiflow
