#include "apps/run/run_journal.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "apps/run/run_file_names.hpp"
#include "apps/run/run_identity.hpp"

namespace roiflow {

struct RunJournal::OtherJournal {
  JournalReader reader;
  std::optional<JournalEntry> next;
  explicit OtherJournal(const std::filesystem::path& path) : reader(path), next(reader.next()) {}
};

namespace {

void require_same(const std::string& difference, const std::string& path, const char* advice) {
  require(difference.empty(), ErrorCode::bad_data,
          "{}: these are the results of another job ({}); {}", path, difference, advice);
}

}  // namespace

RunJournal::RunJournal(std::filesystem::path path, const RunTask& task, const RunStart& start,
                       const Log& log)
    : path_(std::move(path)), task_(task) {
  std::error_code ignored;
  std::deque<OtherJournal> others;  // before anything is thrown away
  for (const auto& directory : start.from) {
    require(!std::filesystem::equivalent(directory / run_file::journal, path_, ignored),
            ErrorCode::usage, "--from {}: this is --out itself; --resume continues it",
            directory.string());
    OtherJournal& other = others.emplace_back(directory / run_file::journal);
    require_same(identity_difference(other.reader.identity(), task_.identity, true),
                 other.reader.path(), "--from takes parts of the same job only");
  }
  if (!start.discard && std::filesystem::exists(path_, ignored)) open_existing(start, log);
  if (!writer_) writer_.emplace(path_, task_.identity);
  if (!others.empty()) take_over(others);
}

/// Leaves the journal closed if there is nothing in it to keep.
void RunJournal::open_existing(const RunStart& start, const Log& log) {
  JournalReader reader(path_);
  std::int64_t count = 0;
  while (const auto entry = reader.next()) {
    if (start.resume && count == 0) {
      require_same(identity_difference(reader.identity(), task_.identity), path_.string(),
                   "run that one again with --resume, or begin anew with --discard");
    }
    if (start.resume) check(*entry, count);
    ++count;
  }
  // A run that was killed while it wrote the identity leaves no more than that.
  const std::uint64_t torn_at_most = task_.identity.size() + 4096;
  require(count > 0 || reader.rest() <= torn_at_most, ErrorCode::bad_data,
          "{}: the journal is damaged at byte {}, and the {} bytes behind it cannot be used; "
          "--discard throws them away",
          path_.string(), reader.end(), reader.rest());
  if (count == 0) return;
  require(start.resume, ErrorCode::cannot_create,
          "{}: an unfinished run has left {} images here; --resume continues it, --discard throws "
          "them away",
          path_.string(), count);
  if (reader.rest() > 0) {
    log.warning("{}: the last {} bytes are torn; their images are computed again", path_.string(),
                reader.rest());
  }
  done_ = count;
  writer_.emplace(path_, reader.end());
}

/// Merges them by image; where several have the same image they have the same result.
void RunJournal::take_over(std::deque<OtherJournal>& sources) {
  const std::int64_t end = task_.part.first + task_.part.count;
  for (std::int64_t index = task_.part.first + done_; index < end; ++index) {
    const JournalEntry* found = nullptr;
    std::int64_t later = end;
    for (OtherJournal& source : sources) {
      while (source.next && source.next->index < index) source.next = source.reader.next();
      if (!source.next) continue;
      later = std::min(later, source.next->index);
      if (source.next->index == index) found = &*source.next;
    }
    if (found != nullptr) {
      append(*found);
      continue;
    }
    require(later == end, ErrorCode::bad_data,
            "--from: no journal has image {} of the data set, but one has image {}; finish the "
            "part in between with --resume first",
            index, later);
    return;
  }
}

void RunJournal::check(const JournalEntry& entry, std::int64_t position) const {
  const std::int64_t row = task_.part.first + position;
  require(position < task_.part.count && entry.index == row &&
              entry.image_id == task_.data.image_id(row),
          ErrorCode::bad_data,
          "{}: entry {}: expected image {} of the data set, found image {} with id {}",
          path_.string(), position, row, entry.index, entry.image_id);
}

void RunJournal::append(const JournalEntry& entry) {
  check(entry, done_);
  writer_->append(entry);
  ++done_;
}

void RunJournal::close() {
  if (writer_) writer_->synchronise();
  writer_.reset();
}

void RunJournal::each(const std::function<void(const JournalEntry&)>& use) const {
  JournalReader reader(path_);
  std::int64_t position = 0;
  while (const auto entry = reader.next()) {
    check(*entry, position++);
    use(*entry);
  }
  require(position == done_ && reader.rest() == 0, ErrorCode::io,
          "{}: {} images were written, but only {} can be read again", path_.string(), done_,
          position);
}

void RunJournal::remove() {
  writer_.reset();
  const bool removed = file_calls::unlink(path_.c_str()) == 0;
  require(removed, ErrorCode::io, "{}: cannot be removed: {}", path_.string(),
          std::strerror(errno));
}

}  // namespace roiflow
