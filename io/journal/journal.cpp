#include "io/journal/journal.hpp"

#include <cerrno>
#include <cstring>
#include <limits>

#include "io/journal/byte_codec.hpp"
#include "io/journal/journal_record.hpp"

namespace roiflow {
namespace {

constexpr int most_unsafe_entries = 64;
constexpr std::chrono::seconds most_unsafe_time{1};

std::string as_text(const std::vector<std::uint8_t>& bytes) {
  return {bytes.begin(), bytes.end()};
}

}  // namespace

/// Whatever `decode` refuses, with the file and the byte.
template <class Decode>
auto JournalReader::at_this_place(Decode decode) const {
  try {
    return decode();
  } catch (const Error& error) {
    fail(error.code(), "{}: byte {}: {}", path(), at_, error.what());
  }
}

JournalReader::JournalReader(const std::filesystem::path& path) : file_(path.string()) {
  const std::uint64_t magic_bytes = std::min<std::uint64_t>(file_.size(), journal_magic.size());
  const std::string magic = as_text(file_.read(0, magic_bytes, "signature"));
  require(journal_magic.starts_with(magic), ErrorCode::bad_data,
          "{}: expected a journal of a run, beginning with \"roiflow journal 1\"; found another "
          "kind of file, or another version",
          file_.path());
  if (magic.size() < journal_magic.size()) return;  // killed at once
  at_ = magic_bytes;
  if (const auto first = next_record()) {
    identity_ = at_this_place([&] { return decode_identity(*first); });
    at_ += record_head_bytes + first->size();
  }
}

/// Its payload; nothing if it is not whole. Does not move on.
std::optional<std::string> JournalReader::next_record() {
  if (rest() < record_head_bytes) return std::nullopt;
  const std::string head = as_text(file_.read(at_, record_head_bytes, "record"));
  ByteReader in(head);
  const auto bytes = in.take<std::uint32_t>(), checksum = in.take<std::uint32_t>();
  if (rest() - record_head_bytes < bytes) return std::nullopt;
  std::string payload = as_text(file_.read(at_ + record_head_bytes, bytes, "record"));
  if (record_checksum(payload) != checksum) return std::nullopt;
  return payload;
}

std::optional<JournalEntry> JournalReader::next() {
  if (identity_.empty()) return std::nullopt;
  const auto payload = next_record();
  if (!payload) return std::nullopt;
  JournalEntry entry = at_this_place([&] { return decode_entry(*payload); });
  at_ += record_head_bytes + payload->size();
  return entry;
}

JournalWriter::JournalWriter(const std::filesystem::path& path, std::string_view identity)
    : file_(path, O_CREAT | O_TRUNC) {
  file_.write(journal_magic);
  write_record(encode_identity(identity));
  synchronise();
  synchronise_directory_of(path);
}

JournalWriter::JournalWriter(const std::filesystem::path& path, std::uint64_t end)
    : file_(path, O_APPEND) {
  const bool cut = file_calls::ftruncate(file_.descriptor(), static_cast<off_t>(end)) == 0;
  require(cut, ErrorCode::io, "{}: cannot cut off a torn record at byte {}: {}", path.string(), end,
          std::strerror(errno));
}

void JournalWriter::write_record(const std::string& payload) {
  require(payload.size() <= std::numeric_limits<std::uint32_t>::max(), ErrorCode::bad_data,
          "{}: an image's results must be less than 4 GiB, found {} bytes", file_.path().string(),
          payload.size());
  file_.write(record_head(payload));
  file_.write(payload);
  file_.flush();
}

void JournalWriter::append(const JournalEntry& entry) {
  write_record(encode_entry(entry));
  ++unsafe_entries_;
  if (unsafe_entries_ >= most_unsafe_entries || Clock::now() - safe_at_ >= most_unsafe_time) {
    synchronise();
  }
}

void JournalWriter::synchronise() {
  file_.synchronise();
  unsafe_entries_ = 0;
  safe_at_ = Clock::now();
}

}  // namespace roiflow
