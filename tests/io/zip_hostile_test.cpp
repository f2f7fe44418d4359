// Faults of zip archives, each made by changing the bytes of a sound one.
#include <cstdint>
#include <string>

#include <doctest/doctest.h>

#include "io/weights/weights_import.hpp"
#include "io/weights/zip_archive.hpp"
#include "tests/io/weights_support.hpp"
#include "tests/support/allocation_count.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/stored_zip.hpp"

using namespace roiflow;
using namespace std::string_literals;

namespace {

/// A state_dict of one tensor "w" = {1, 2}; `storage` is what stands under the name of its storage.
test::StoredZip sound(const std::string& storage = "\0\0\x80\x3f\0\0\0\x40"s) {
  test::StoredZip zip;
  zip.add(
      "m/data.pkl",
      "\x80\x02}U\x01wctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x01"
      "0U\x03"
      "cpuK\x02tQK\x00K\x02\x85K\x01\x85\x89NtRs."s);
  zip.add("m/data/0", storage);
  return zip;
}

std::string replaced(std::string bytes, const std::string& from, const std::string& to,
                     int times = 1) {
  std::size_t at = 0;
  for (int i = 0; i < times; ++i) {
    at = bytes.find(from, at);
    REQUIRE(at != std::string::npos);
    bytes.replace(at, from.size(), to);
    at += to.size();
  }
  return bytes;
}

/// Changes `width` bytes, `offset` behind the last or first `mark`.
std::string patched(std::string bytes, const std::string& mark, std::size_t offset,
                    std::uint64_t value, int width, bool last) {
  const std::size_t at = last ? bytes.rfind(mark) : bytes.find(mark);
  REQUIRE(at != std::string::npos);
  return bytes.replace(at + offset, static_cast<std::size_t>(width),
                       test::StoredZip::natural(value, width));
}

const std::string local_mark = "PK\x03\x04", central_mark = "PK\x01\x02", end_mark = "PK\x05\x06";

void check_zip_refused(const std::string& bytes, const std::string& reason) {
  const TemporaryFile file("hostile.pth");
  file.write(bytes);
  check_refused([&] { read_weights(file.path()); }, ErrorCode::bad_data, reason);
  check_refused([&] { read_weights(file.path()); }, ErrorCode::bad_data, file.path());
}

}  // namespace

TEST_CASE("W6: the archive that the faults are made from is sound") {
  const TemporaryFile file("sound.pth");
  file.write(sound().finish());
  CHECK(read_weights(file.path()).weights.at("w").values == std::vector<float>{1, 2});
}

TEST_CASE("W6: local and central headers that disagree are refused") {
  const std::string good = sound().finish();
  // The local header of the storage is the last one, its central header as well.
  check_zip_refused(patched(good, local_mark, 8, 8, 2, true), "");              // method
  check_zip_refused(patched(good, local_mark, 6, 1, 2, true), "");              // flags
  check_zip_refused(patched(good, local_mark, 14, 0x1234, 4, true), "");        // check sum
  check_zip_refused(patched(good, local_mark, 18, 4, 4, true), "");             // packed size
  check_zip_refused(patched(good, local_mark, 22, 4, 4, true), "");             // size
  check_zip_refused(patched(good, central_mark, 20, 4, 4, true), "");           // packed size
  check_zip_refused(patched(good, central_mark, 42, 3, 4, true), "");           // offset
  check_zip_refused(patched(good, central_mark, 42, 0x7fffffff, 4, true), "");  // far away
  check_zip_refused(replaced(good, "m/data/0", "m/data/1"), "");    // the name, in the local header
  check_zip_refused(patched(good, end_mark, 10, 1, 2, true), "");   // number of entries
  check_zip_refused(patched(good, end_mark, 12, 46, 4, true), "");  // size of the directory
}

TEST_CASE("W6: a name twice, or two pickles, are refused") {
  test::StoredZip twice = sound();
  twice.add("m/data/0", "\0\0\0\0\0\0\0\0"s);
  check_zip_refused(twice.finish(), "entry 'm/data/0' is there twice");
  test::StoredZip two = sound();
  two.add("n/data.pkl", "\x80\x02}.");
  check_zip_refused(two.finish(), "expected one data.pkl, found 'm/data.pkl' and 'n/data.pkl'");
  test::StoredZip none;
  none.add("m/version", "3\n");
  check_zip_refused(none.finish(), "expected NAME/data.pkl");
}

TEST_CASE("W6: an encrypted entry is refused") {
  std::string bytes = patched(sound().finish(), local_mark, 6, 1, 2, true);
  check_zip_refused(patched(bytes, central_mark, 8, 1, 2, true), "entry 'm/data/0' is encrypted");
}

TEST_CASE("W6: a wrong check sum is refused") {
  std::string bytes = patched(sound().finish(), local_mark, 14, 0x12345678, 4, true);
  check_zip_refused(patched(bytes, central_mark, 16, 0x12345678, 4, true),
                    "entry 'm/data/0': after 8");
}

TEST_CASE("W6: an entry that says it unpacks to a thousand times its size takes no memory") {
  std::string bytes = patched(sound().finish(), local_mark, 8, 8, 2, true);  // deflated
  bytes = patched(bytes, local_mark, 22, 1U << 30U, 4, true);
  bytes = patched(bytes, central_mark, 10, 8, 2, true);
  bytes = patched(bytes, central_mark, 24, 1U << 30U, 4, true);
  const std::size_t before = start_allocation_count();
  check_zip_refused(bytes,
                    "entry 'm/data/0' unpacks from 8 to 1073741824 bytes, more than 100 times");
  CHECK(peak_allocated_bytes() - before < 4U << 20U);
}

TEST_CASE("W6: names that leave the archive are refused") {
  for (const char* name : {"../x", "/etc/x", "m/../../x", "m\\x", "m/\x01"}) {
    test::StoredZip zip = sound();
    zip.add(name, "x");
    check_zip_refused(zip.finish(), "expected a plain relative name");
  }
}

TEST_CASE("W6: a file that is an archive and something else is refused") {
  const std::string good = sound().finish();
  check_zip_refused("#!/bin/sh\n" + good, "expected weights");
  check_zip_refused(good + "tail", "");
  check_zip_refused(good.substr(0, good.size() - 2) + "\x04\0tail"s, "without a comment");
  // An archive in front, with the offsets of the second one right: sound to every zip library.
  const std::string first = sound("\0\0\0\0\0\0\0\0"s).finish();
  std::string second = good;
  const auto moved = static_cast<std::uint64_t>(first.size());
  const auto offset = [&](const std::string& mark, std::size_t at, bool last) {
    const std::size_t place = (last ? second.rfind(mark) : second.find(mark)) + at;
    std::uint64_t value = 0;
    for (std::size_t i = 4; i-- > 0;)
      value = value << 8U | static_cast<std::uint8_t>(second[place + i]);
    second.replace(place, 4, test::StoredZip::natural(value + moved, 4));
  };
  offset(central_mark, 42, false);
  offset(central_mark, 42, true);
  offset(end_mark, 16, true);
  check_zip_refused(first + second, "other bytes stand in between");
  // The same with bytes between the entries and the directory.
  const std::size_t directory = good.find(central_mark);
  std::string apart = good;
  apart.insert(directory, "hidden");
  check_zip_refused(patched(apart, end_mark, 16, directory + 6, 4, true),
                    "other bytes stand in between");
}

TEST_CASE("W7: a deflated entry is read") {
  // Deflate's plainest block: last, stored, length, its complement, bytes (RFC 1951, 3.2.4).
  const std::string storage = "\0\0\x80\x3f\0\0\0\x40"s;
  const std::string block = "\x01\x08\x00\xf7\xff"s + storage;
  std::string bytes = sound(block).finish();
  for (const auto& [mark, method, sum] :
       {std::tuple(local_mark, 8U, 14U), {central_mark, 10U, 16U}}) {
    bytes = patched(bytes, mark, method, 8, 2, true);
    bytes = patched(bytes, mark, sum, test::StoredZip::crc32(storage), 4, true);
    bytes = patched(bytes, mark, sum + 8, storage.size(), 4, true);
  }
  const TemporaryFile file("deflated.pth");
  file.write(bytes);
  CHECK(read_weights(file.path()).weights.at("w").values == std::vector<float>{1, 2});
}

TEST_CASE("W7: torch's zip64 archives and its format before 1.6 are read") {
  CHECK(test::read_bytes(golden("tensors_zip.pth")).find("PK\x06\x06") != std::string::npos);
  CHECK(read_weights(golden("tensors_zip.pth")).format == "torch zip");
  CHECK(read_weights(golden("tensors_legacy.pth")).format == "torch legacy");
}
