#include "io/weights/zip_archive.hpp"

#include <algorithm>

#include <zip.h>

#include "io/input_file.hpp"
#include "io/weights/zip_layout.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::int64_t max_entries = 1'000'000;
constexpr std::uint64_t max_ratio = 100;       // one entry, unpacked : packed
constexpr std::uint64_t max_total_ratio = 16;  // all entries : the file
constexpr std::uint64_t small = 4096;          // bytes that no ratio is asked of

struct CloseEntry {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

std::string error_text(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

/// Relative, without "..", without control characters.
bool stays_inside(std::string_view name) {
  if (name.empty() || name.front() == '/' || name.find('\\') != std::string_view::npos)
    return false;
  if (std::ranges::any_of(name, [](char c) { return c < ' ' || c > '~'; })) return false;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    if (name.substr(begin, end - begin) == "..") return false;
    begin = end + 1;
  }
  return true;
}

}  // namespace

void ZipArchive::Close::operator()(zip* archive) const {
  zip_discard(archive);
}

ZipArchive::ZipArchive(std::string path) : path_(std::move(path)) {
  {
    const InputFile file(path_);
    file_bytes_ = file.size();
    check_zip_layout(file);
  }
  int code = 0;
  archive_.reset(zip_open(path_.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code));
  require(archive_ != nullptr, ErrorCode::bad_data, "{}: expected a sound zip archive, found: {}",
          path_, error_text(code));
  const std::int64_t count = zip_get_num_entries(archive_.get(), 0);
  require(count <= max_entries, ErrorCode::bad_data, "{}: expected at most {} entries, found {}",
          path_, max_entries, count);
  std::uint64_t unpacked_total = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    check_entry(static_cast<std::uint64_t>(i), unpacked_total);
  }
  require(unpacked_total / max_total_ratio <= file_bytes_ + small, ErrorCode::bad_data,
          "{}: the entries unpack to {} bytes, more than {} times the file", path_, unpacked_total,
          max_total_ratio);
}

void ZipArchive::check_entry(std::uint64_t index, std::uint64_t& unpacked_total) {
  zip_stat_t status;
  zip_stat_init(&status);
  constexpr std::uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE |
                                   ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  const bool known =
      zip_stat_index(archive_.get(), index, 0, &status) == 0 && (status.valid & needed) == needed;
  require(known, ErrorCode::bad_data, "{}: entry {}: its header cannot be read", path_, index);
  const std::string_view name = status.name;
  require(stays_inside(name), ErrorCode::bad_data,
          "{}: entry {}: expected a plain relative name, found one that leaves the archive or is "
          "not printable",
          path_, index);
  require(status.encryption_method == ZIP_EM_NONE, ErrorCode::bad_data,
          "{}: entry '{}' is encrypted", path_, name);
  require(status.comp_method == ZIP_CM_STORE || status.comp_method == ZIP_CM_DEFLATE,
          ErrorCode::bad_data, "{}: entry '{}': expected stored or deflated, found method {}",
          path_, name, status.comp_method);
  const bool stored = status.comp_method == ZIP_CM_STORE;
  require(status.comp_size <= file_bytes_ && (!stored || status.size == status.comp_size),
          ErrorCode::bad_data, "{}: entry '{}': {} bytes cannot stand in a file of {}", path_, name,
          status.size, file_bytes_);
  require(status.size <= small || status.size / max_ratio <= status.comp_size, ErrorCode::bad_data,
          "{}: entry '{}' unpacks from {} to {} bytes, more than {} times", path_, name,
          status.comp_size, status.size, max_ratio);
  unpacked_total += status.size;
  const bool added = entries_.try_emplace(std::string(name), Entry{index, status.size}).second;
  require(added, ErrorCode::bad_data, "{}: entry '{}' is there twice", path_, name);
}

std::vector<std::uint8_t> ZipArchive::read(std::string_view name, std::uint64_t most) const {
  const auto found = entries_.find(name);
  require(found != entries_.end(), ErrorCode::bad_data, "{}: there is no entry '{}'", path_, name);
  const Entry& entry = found->second;
  require(entry.bytes <= most, ErrorCode::bad_data,
          "{}: entry '{}': expected at most {} bytes, found {}", path_, name, most, entry.bytes);
  const std::unique_ptr<zip_file_t, CloseEntry> file(
      zip_fopen_index(archive_.get(), entry.index, 0));
  require(file != nullptr, ErrorCode::bad_data, "{}: entry '{}': {}", path_, name,
          zip_error_strerror(zip_get_error(archive_.get())));
  // One byte more than declared: reaching the end is what makes the library compare the checksum.
  std::vector<std::uint8_t> bytes(entry.bytes + 1);
  std::uint64_t done = 0;
  while (done < bytes.size()) {
    const std::int64_t got = zip_fread(file.get(), bytes.data() + done, bytes.size() - done);
    require(got >= 0, ErrorCode::bad_data, "{}: entry '{}': after {} bytes: {}", path_, name, done,
            zip_error_strerror(zip_file_get_error(file.get())));
    if (got == 0) break;
    done += static_cast<std::uint64_t>(got);
  }
  require(done == entry.bytes, ErrorCode::bad_data, "{}: entry '{}': expected {} bytes, found {}",
          path_, name, entry.bytes, done > entry.bytes ? "more" : std::to_string(done));
  bytes.pop_back();
  return bytes;
}

}  // namespace roiflow
