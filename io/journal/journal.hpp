/// The journal of a run: what became of each image, written while the run goes on, so that a run
/// that was killed at any moment can be continued. An append-only file of records, each with its
/// length and a check sum (io/FORMAT.md); the published files are made from it.
///
/// An entry is with the system when append() returns, so killing the program loses none, and on the
/// disk after 64 entries or, with the next one, a second later: that much a power failure may cost.
/// A record that was torn by it, and what follows, does not count: its images are computed again.
///
/// Errors: Error{no_input}, {bad_data} for a file that is no journal of this version; {io},
/// {cannot_create} when writing. Damage is no error of the reader: see JournalReader::rest.
///
/// Example: JournalWriter out("journal", identity); out.append(entry); out.synchronise();
///          JournalReader in("journal");  while (auto entry = in.next()) use(*entry);
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "io/files/output_file.hpp"
#include "io/input_file.hpp"
#include "stages/core/detection.hpp"
#include "stages/core/error.hpp"
#include "stages/core/image_notes.hpp"

namespace roiflow {

/// An 8-bit gray PNG, as a segmenter makes it.
struct LabelMapBytes {
  std::vector<std::uint8_t> png;
  bool operator==(const LabelMapBytes&) const = default;
};

using ImageOutcome = std::variant<std::vector<Detection>, LabelMapBytes, Failure>;

struct JournalEntry {
  std::int64_t index = 0;     ///< row of the image in the data set
  std::int64_t image_id = 0;  ///< the data set's own number
  ImageOutcome outcome;       ///< comes back with the same bits
  ImageNotes notes = {};      ///< of its decoding

  [[nodiscard]] bool ok() const { return !std::holds_alternative<Failure>(outcome); }
};

class JournalReader {
 public:
  explicit JournalReader(const std::filesystem::path& path);

  /// What the run was given when it began: text of the writer's, JSON. "" if the program was killed
  /// before it was written; then there are no entries.
  [[nodiscard]] const std::string& identity() const { return identity_; }
  /// The next entry; nothing at the end, or where the damage begins.
  [[nodiscard]] std::optional<JournalEntry> next();
  /// Bytes of the whole records read so far: where the next one goes.
  [[nodiscard]] std::uint64_t end() const { return at_; }
  /// Bytes of the file that do not count, once next() has given nothing: a torn record and what
  /// follows it. 0 for a file without damage.
  [[nodiscard]] std::uint64_t rest() const { return file_.size() - at_; }
  [[nodiscard]] const std::string& path() const { return file_.path(); }

 private:
  [[nodiscard]] std::optional<std::string> next_record();
  template <class Decode>
  auto at_this_place(Decode decode) const;

  InputFile file_;
  std::uint64_t at_ = 0;
  std::string identity_;
};

/// One thread.
class JournalWriter {
 public:
  /// A new journal in the place of any other; the identity is on the disk when this returns.
  JournalWriter(const std::filesystem::path& path, std::string_view identity);
  /// Continues one whose first `end` bytes are whole records; cuts off what follows.
  JournalWriter(const std::filesystem::path& path, std::uint64_t end);

  void append(const JournalEntry& entry);
  /// The disk has every entry.
  void synchronise();

 private:
  using Clock = std::chrono::steady_clock;
  void write_record(const std::string& payload);

  OutputFile file_;
  int unsafe_entries_ = 0;  ///< appended since the disk was last asked
  Clock::time_point safe_at_ = Clock::now();
};

}  // namespace roiflow
