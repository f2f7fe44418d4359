#include "io/weights/zip_layout.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/weights/state_dict.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::uint64_t local_bytes = 30, central_bytes = 46, end_bytes = 22;  // fixed parts
constexpr std::uint64_t end64_bytes = 56, locator_bytes = 20;
constexpr std::string_view local_mark = "PK\x03\x04", central_mark = "PK\x01\x02";
constexpr std::string_view end_mark = "PK\x05\x06", end64_mark = "PK\x06\x06";
constexpr std::string_view locator_mark = "PK\x06\x07";
constexpr std::uint64_t in_zip64 = 0xFFFFFFFF;  // the number stands elsewhere
constexpr std::uint64_t has_descriptor = 0x8;   // of the flags

/// Little-endian numbers of one record.
class Record {
 public:
  Record(std::vector<std::uint8_t> bytes, std::string_view mark)
      : bytes_(std::move(bytes)), sound_(text(0, mark.size()) == mark) {}

  [[nodiscard]] bool sound() const { return sound_; }
  [[nodiscard]] std::uint64_t number(std::size_t at, std::size_t width) const {
    std::uint64_t value = 0;
    for (std::size_t i = width; i-- > 0;) value = value << 8U | bytes_[at + i];
    return value;
  }
  [[nodiscard]] std::string_view text(std::size_t at, std::size_t length) const {
    return {reinterpret_cast<const char*>(bytes_.data()) + at, length};
  }

 private:
  std::vector<std::uint8_t> bytes_;
  bool sound_;
};

struct Directory {
  std::uint64_t entries = 0, bytes = 0, begin = 0;
  bool operator==(const Directory&) const = default;
};

struct Entry {
  std::string name;
  std::uint64_t flags = 0, method = 0, packed = 0, begin = 0;
};

/// The central directory as the end record says, or that of zip64; checked to end where they begin.
Directory find_directory(const InputFile& file) {
  const std::string& path = file.path();
  require(file.size() >= end_bytes, ErrorCode::bad_data,
          "{}: expected a zip archive, found {} bytes", path, file.size());
  const std::uint64_t end_at = file.size() - end_bytes;
  const Record end(file.read(end_at, end_bytes, "end record"), end_mark);
  require(end.sound() && end.number(20, 2) == 0, ErrorCode::bad_data,
          "{}: expected the end of a zip archive at byte {}, without a comment, found other bytes",
          path, end_at);
  const Directory plain{end.number(10, 2), end.number(12, 4), end.number(16, 4)};
  Directory directory = plain;
  std::uint64_t directory_end = end_at;
  if (end_at >= locator_bytes + end64_bytes) {
    const std::uint64_t locator_at = end_at - locator_bytes;
    const Record locator(file.read(locator_at, locator_bytes, "zip64 locator"), locator_mark);
    if (locator.sound()) {
      directory_end = locator_at - end64_bytes;
      const Record end64(file.read(directory_end, end64_bytes, "zip64 end record"), end64_mark);
      require(end64.sound() && locator.number(8, 8) == directory_end, ErrorCode::bad_data,
              "{}: expected the zip64 end record at byte {}, found other bytes", path,
              directory_end);
      directory = {end64.number(32, 8), end64.number(40, 8), end64.number(48, 8)};
      const bool same = (plain.entries == 0xFFFF || plain.entries == directory.entries) &&
                        (plain.bytes == in_zip64 || plain.bytes == directory.bytes) &&
                        (plain.begin == in_zip64 || plain.begin == directory.begin);
      require(same, ErrorCode::bad_data, "{}: its two end records describe two directories", path);
    }
  }
  require(
      directory.begin <= directory_end && directory.bytes == directory_end - directory.begin,
      ErrorCode::bad_data,
      "{}: expected a central directory of {} bytes at byte {} to end at byte {}, where the end "
      "records begin; other bytes stand in between",
      path, directory.bytes, directory.begin, directory_end);
  return directory;
}

/// The numbers that did not fit 32 bits, in the order of the format; false if they are not there.
bool read_zip64(const Record& all, std::size_t at, std::size_t end, std::uint64_t unpacked,
                Entry& entry) {
  while (at + 4 <= end) {
    const std::uint64_t id = all.number(at, 2), length = all.number(at + 2, 2);
    at += 4;
    if (length > end - at) return false;
    if (id == 1) {
      std::size_t field = at + (unpacked == in_zip64 ? 8 : 0);
      for (std::uint64_t* number : {&entry.packed, &entry.begin}) {
        if (*number != in_zip64) continue;
        if (field + 8 > at + length) return false;
        *number = all.number(field, 8);
        field += 8;
      }
      return true;
    }
    at += length;
  }
  return entry.packed != in_zip64 && entry.begin != in_zip64;
}

std::vector<Entry> read_directory(const InputFile& file, const Directory& directory) {
  const Record all(file.read(directory.begin, directory.bytes, "central directory"), {});
  std::vector<Entry> entries;
  std::uint64_t at = 0;
  while (at < directory.bytes) {
    const auto damaged = [&](bool sound) {
      require(sound, ErrorCode::bad_data,
              "{}: central directory: expected {} entries, found damage at byte {}", file.path(),
              directory.entries, directory.begin + at);
    };
    damaged(directory.bytes - at >= central_bytes && all.text(at, 4) == central_mark);
    const std::uint64_t name = all.number(at + 28, 2), extra = all.number(at + 30, 2);
    const std::uint64_t length = central_bytes + name + extra + all.number(at + 32, 2);
    damaged(directory.bytes - at >= length);
    const std::uint64_t extra_at = at + central_bytes + name;
    Entry entry{std::string(all.text(at + central_bytes, name)), all.number(at + 8, 2),
                all.number(at + 10, 2), all.number(at + 20, 4), all.number(at + 42, 4)};
    damaged(read_zip64(all, extra_at, extra_at + extra, all.number(at + 24, 4), entry));
    entries.push_back(std::move(entry));
    at += length;
  }
  require(entries.size() == directory.entries, ErrorCode::bad_data,
          "{}: central directory: expected {} entries, found {}", file.path(), directory.entries,
          entries.size());
  std::ranges::sort(entries, {}, &Entry::begin);
  return entries;
}

/// Where the entry's bytes end; its local header must say what the directory says.
std::uint64_t end_of(const Entry& entry, const InputFile& file) {
  const Record local(file.read(entry.begin, local_bytes, "local header"), local_mark);
  const std::uint64_t name = local.number(26, 2);
  const std::uint64_t header = local_bytes + name + local.number(28, 2);
  const bool same =
      local.sound() && local.number(6, 2) == entry.flags && local.number(8, 2) == entry.method &&
      Record(file.read(entry.begin + local_bytes, name, "local name"), {}).text(0, name) ==
          entry.name;
  require(same, ErrorCode::bad_data,
          "{}: entry '{}': its local header at byte {} is not what the central directory says",
          file.path(), printable(entry.name), entry.begin);
  require(entry.packed <= file.size() && header <= file.size() - entry.begin, ErrorCode::bad_data,
          "{}: entry '{}': {} bytes cannot stand in a file of {}", file.path(),
          printable(entry.name), entry.packed, file.size());
  return entry.begin + header + entry.packed;
}

/// Whether what follows an entry may begin at `next`: at its end or behind its data descriptor,
/// which has 12 to 24 bytes (with or without a mark, 32 or 64 bits a size).
bool follows(std::uint64_t next, std::uint64_t end, std::uint64_t flags) {
  if ((flags & has_descriptor) == 0) return next == end;
  return next >= end &&
         (next - end == 12 || next - end == 16 || next - end == 20 || next - end == 24);
}

}  // namespace

void check_zip_layout(const InputFile& file) {
  const Directory directory = find_directory(file);
  std::uint64_t end = 0, flags = 0;
  const auto require_next = [&](std::uint64_t next, std::string_view what) {
    require(follows(next, end, flags), ErrorCode::bad_data,
            "{}: {}: expected it to begin at byte {}, found it at byte {}; other bytes stand in "
            "between, "
            "or records overlap",
            file.path(), what, end, next);
  };
  std::set<std::string_view> names;
  const std::vector<Entry> entries = read_directory(file, directory);
  for (const Entry& entry : entries) {
    require(names.insert(entry.name).second, ErrorCode::bad_data, "{}: entry '{}' is there twice",
            file.path(), printable(entry.name));
    require_next(entry.begin, "entry '" + printable(entry.name) + "'");
    end = end_of(entry, file);
    flags = entry.flags;
  }
  require_next(directory.begin, "central directory");
}

}  // namespace roiflow
