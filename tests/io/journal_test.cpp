/// The journal: what was appended comes back, and damage of any kind costs the entries behind it,
/// never a wrong one.
#include "io/journal/journal.hpp"

#include <bit>
#include <random>

#include <doctest/doctest.h>

#include "io/journal/byte_codec.hpp"
#include "io/journal/journal_record.hpp"
#include "tests/support/scratch.hpp"

namespace roiflow::test {
namespace {

Detection detection(float score, std::int64_t category) {
  return {.box = {1.5F, -2.25F, 1e-40F, 3e38F}, .score = score, .category_id = category};
}

std::vector<JournalEntry> some_entries() {
  Detection masked = detection(0.25F, 3);
  masked.mask = Rle{.height = 70000, .width = 2, .runs = {0, 127, 128, 70000, 69745}};
  return {{0, 17, std::vector<Detection>{}},
          {1, -5, std::vector{detection(0.5F, 1), masked}},
          {2, INT64_MAX, Failure{ErrorCode::bad_data, "decode", std::string("a\0b\n\xff", 5)}},
          {3, 9, LabelMapBytes{{0x89, 'P', 'N', 'G', 0, 255}}, {true, {"cut", ""}}},
          {4, 10, LabelMapBytes{}}};
}

std::string as_bytes(const JournalEntry& entry) {
  return encode_entry(entry);  // compares every bit, also those of a NaN
}

void write(const std::filesystem::path& path, const std::vector<JournalEntry>& entries) {
  JournalWriter out(path, "{\"a\": 1}");
  for (const JournalEntry& entry : entries) out.append(entry);
}

struct Content {
  std::string identity;
  std::vector<std::string> entries;
  std::uint64_t end = 0, rest = 0;
};

Content read(const std::filesystem::path& path) {
  JournalReader in(path);
  Content content{in.identity(), {}, 0, 0};
  while (const auto entry = in.next()) content.entries.push_back(as_bytes(*entry));
  content.end = in.end();
  content.rest = in.rest();
  return content;
}

std::vector<std::string> encoded(const std::vector<JournalEntry>& entries) {
  std::vector<std::string> bytes;
  for (const JournalEntry& entry : entries) bytes.push_back(as_bytes(entry));
  return bytes;
}

std::vector<std::string> first(std::vector<std::string> all, std::size_t count) {
  all.resize(count);
  return all;
}

}  // namespace

TEST_CASE("journal: the check sum is CRC-32C of length and payload") {
  // The check value of the catalogue of parametrised CRC algorithms, and RFC 3720's 32 bytes of 0;
  // the length's four bytes are the first of what is summed up.
  const std::string payload("56789", 5);  // length 5: bytes 05 00 00 00
  const std::string summed = std::string("\x05\0\0\0", 4) + payload;
  std::uint32_t crc = 0xFFFFFFFF;  // bit by bit, from the definition
  for (const char c : summed) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78U : 0U);
  }
  CHECK(record_checksum(payload) == (crc ^ 0xFFFFFFFF));
  CHECK(record_checksum({}) == 0x48674BC7U);  // RFC 3720's polynomial over four bytes of 0
}

TEST_CASE("journal: every entry comes back with the same bits") {
  const Scratch scratch("journal_test");
  const auto entries = some_entries();
  write(scratch / "journal", entries);
  const Content content = read(scratch / "journal");
  CHECK(content.identity == "{\"a\": 1}");
  CHECK(content.entries == encoded(entries));
  CHECK(content.rest == 0);
  CHECK(content.end == std::filesystem::file_size(scratch / "journal"));

  JournalReader in(scratch / "journal");
  (void)in.next();
  const auto second = in.next();
  REQUIRE(second);
  const auto& found = std::get<std::vector<Detection>>(second->outcome);
  REQUIRE(found.size() == 2);
  CHECK(second->image_id == -5);
  CHECK(found[0].box == Box{1.5F, -2.25F, 1e-40F, 3e38F});
  CHECK(found[1].category_id == 3);
  CHECK(found[1].mask->runs == std::vector<std::uint32_t>{0, 127, 128, 70000, 69745});
  CHECK_FALSE(second->notes.truncated);
  CHECK(std::get<Failure>(in.next()->outcome).message == std::string("a\0b\n\xff", 5));
  const ImageNotes notes = in.next()->notes;
  CHECK(notes.truncated);
  CHECK(notes.texts == std::vector<std::string>{"cut", ""});
}

TEST_CASE("R3: a journal cut at any byte keeps every whole entry, and can be continued") {
  const Scratch scratch("journal_test");
  const auto entries = some_entries();
  write(scratch / "whole", entries);
  const std::string whole = read_bytes(scratch / "whole");
  std::vector<std::uint64_t> ends;  // of each whole prefix
  {
    JournalReader in(scratch / "whole");
    do ends.push_back(in.end());
    while (in.next());
  }
  ends.pop_back();
  REQUIRE(ends.size() == entries.size());
  ends.push_back(whole.size());
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    CAPTURE(length);
    write_bytes(scratch / "cut", whole.substr(0, length));
    const Content content = read(scratch / "cut");
    std::size_t kept = 0;
    while (kept + 1 < ends.size() && ends[kept + 1] <= length) ++kept;
    CHECK(content.entries == first(encoded(entries), kept));
    if (length < ends[0]) {
      CHECK(content.identity.empty());
      continue;
    }
    CHECK(content.end == ends[kept]);
    CHECK(content.rest == length - ends[kept]);
    {
      JournalWriter more(scratch / "cut", content.end);
      for (std::size_t i = kept; i < entries.size(); ++i) more.append(entries[i]);
    }
    CHECK(read_bytes(scratch / "cut") == whole);
  }
}

TEST_CASE("R4: a flipped bit anywhere never gives a wrong entry") {
  const Scratch scratch("journal_test");
  const auto entries = encoded(some_entries());
  write(scratch / "whole", some_entries());
  const std::string whole = read_bytes(scratch / "whole");
  for (std::size_t byte = 0; byte < whole.size(); ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = whole;
      damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << bit));
      write_bytes(scratch / "damaged", damaged);
      try {
        const Content content = read(scratch / "damaged");
        REQUIRE(content.entries.size() < entries.size());
        CHECK(content.entries == first(entries, content.entries.size()));
        CHECK(content.rest > 0);
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::bad_data);  // the signature
        CHECK(byte < journal_magic.size());
      }
    }
  }
}

TEST_CASE("R4: unsynchronised pages that never reached the disk cost the entries behind them") {
  const Scratch scratch("journal_test");
  std::vector<JournalEntry> entries;
  for (int i = 0; i < 200; ++i) entries.push_back({i, i, std::vector(9, detection(0.5F, i))});
  write(scratch / "whole", entries);
  const std::string whole = read_bytes(scratch / "whole");
  std::mt19937 random(5);
  constexpr std::size_t page = 4096;
  for (int round = 0; round < 50; ++round) {
    std::string damaged = whole;
    const std::size_t at = page * (1 + random() % (whole.size() / page - 1));  // the first is safe
    std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(at), page, '\0');
    write_bytes(scratch / "damaged", damaged);
    const Content content = read(scratch / "damaged");
    CHECK(content.end <= at + page);
    CHECK(content.entries == first(encoded(entries), content.entries.size()));
  }
}

TEST_CASE(
    "journal: payloads that no writer made are refused without memory for what they announce") {
  const auto refused = [](const std::string& payload) {
    CHECK_THROWS_AS((void)decode_entry(payload), Error);
  };
  const std::string whole = encode_entry(some_entries()[1]);
  for (std::size_t length = 0; length < whole.size(); ++length) refused(whole.substr(0, length));
  refused(whole + '\0');
  std::string announced;
  put(announced, std::uint8_t{2});
  put(announced, std::int64_t{0});
  put(announced, std::int64_t{0});
  put(announced, std::uint8_t{0});
  put_varint(announced, 0);
  put_varint(announced, UINT64_MAX);
  refused(announced);
  std::string unknown = whole;
  unknown[0] = 9;
  refused(unknown);
}

TEST_CASE("journal: another kind of file is told apart") {
  const Scratch scratch("journal_test");
  write_bytes(scratch / "other", "roiflow journal 2\nsomething");
  CHECK_THROWS_AS(JournalReader(scratch / "other"), Error);
  CHECK_THROWS_AS(JournalReader(scratch / "none"), Error);
}

}  // namespace roiflow::test
