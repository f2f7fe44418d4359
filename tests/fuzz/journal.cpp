// The journal of a run: any bytes, and records whose check sums are right whatever they hold.
//
// Input: [1 byte: 0, the rest is the file; otherwise records follow] [2 bytes: where the file is
// cut] records, each [2 bytes: length] payload.
#include "io/journal/journal.hpp"

#include "io/journal/journal_record.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace roiflow;

namespace {

/// Entries of a journal as their bytes; up to the first one that is refused.
std::vector<std::string> entries_of(const fuzz::MemoryFile& file) {
  std::vector<std::string> entries;
  fuzz::accepts(file.path(), [&] {
    JournalReader reader(file.path());
    std::uint64_t end = reader.end();
    while (const auto entry = reader.next()) {
      fuzz::must(reader.end() > end, "a record takes bytes");
      end = reader.end();
      entries.push_back(encode_entry(*entry));
      fuzz::must(encode_entry(decode_entry(entries.back())) == entries.back(),
                 "entry to bytes to entry changes nothing");
    }
  });
  return entries;
}

std::string with_sums(fuzz::Input records, bool with_identity) {
  std::string journal(journal_magic);
  const std::string identity = encode_identity("{}");
  if (with_identity) journal += record_head(identity) + identity;
  while (!records.empty()) {
    const auto payload = records.take(records.number<std::uint16_t>());
    journal += record_head(fuzz::as_text(payload));
    journal += fuzz::as_text(payload);
  }
  return journal;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::MemoryFile file;
  fuzz::Input input({data, size});
  const auto kind = input.number<std::uint8_t>();
  if (kind == 0) {
    file.write(input.rest());
    (void)entries_of(file);
    return 0;
  }
  const std::size_t cut = input.number<std::uint16_t>();
  const std::string journal = with_sums(input, kind == 1);
  file.write(fuzz::as_bytes(journal));
  const auto entries = entries_of(file);

  // What was torn is left out; what stands in front of it is what it was.
  const std::string_view torn =
      std::string_view(journal).substr(0, journal.size() - cut % journal.size());
  file.write(fuzz::as_bytes(torn));
  const auto kept = entries_of(file);
  fuzz::must(kept.size() <= entries.size() && std::equal(kept.begin(), kept.end(), entries.begin()),
             "a torn journal begins as the whole one does");
  return 0;
}
