// Files that want to harm the reader: damaged goldens, and the hostile corpus if it is there.
#include <cstdlib>
#include <cstring>
#include <string>

#include <doctest/doctest.h>

#include "io/input_file.hpp"
#include "io/weights/pickle.hpp"
#include "io/weights/safetensors.hpp"
#include "io/weights/state_dict.hpp"
#include "io/weights/torch_zip.hpp"
#include "io/weights/weights_import.hpp"
#include "tests/io/weights_support.hpp"
#include "tests/support/allocation_count.hpp"
#include "tests/support/stored_zip.hpp"

using namespace roiflow;
using namespace std::string_literals;

namespace {

std::string slurp(const std::string& path) {
  const InputFile file(path);
  const auto bytes = file.read(0, file.size(), "file");
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("W3 W5 W6: prefixes and flipped bits of real files end well") {
  const std::string legacy = slurp(golden("tensors_legacy.pth"));
  const TemporaryFile file("mutated.pth");
  int refused = 0;
  const auto attempt = [&](const std::string& bytes) {
    file.write(bytes);
    try {
      read_weights(file.path());
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_data);
      ++refused;
    }
  };
  for (std::size_t length = 0; length < legacy.size(); length += 7)
    attempt(legacy.substr(0, length));
  CHECK(refused == static_cast<int>((legacy.size() + 6) / 7));
  for (const char* name : {"tensors_legacy.pth", "tensors_zip.pth", "tensors.safetensors",
                           "script_float.pt", "script_quantised.pt"}) {
    const std::string whole = slurp(golden(name));
    for (std::size_t at = 0; at < whole.size(); at += 3) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
      attempt(changed);
    }
  }
}

TEST_CASE("W4: one long key used a million times is not kept a million times") {
  std::string text =
      "\x80\x02}(U\x01wctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\n"
      "FloatStorage\nU\x01"
      "0U\x03"
      "cpuK\x00tQK\x00K\x00\x85K\x01\x85\x89NtR"s;
  const std::string key = "X\x00\x00\x01\x00"s + std::string(1U << 16U, '\x1b') + "q\x00"s;
  const auto parse = [](const std::string& bytes) {
    return pickle::read({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "p");
  };
  const StateDict state = find_state_dict(parse(text + key + "K\x07q\x01u."s), "p");
  REQUIRE(state.ignored.size() == 1);
  CHECK(state.ignored.front() == std::string(512, '?'));  // nothing that moves a terminal
  text += key + "K\x07q\x01"s;
  for (int i = 0; i < 1'000'000; ++i) text += "h\x00h\x01"s;
  check_refused([&] { find_state_dict(parse(text + "u."), "p"); }, ErrorCode::bad_data,
                "expected at most 100000 entries that are no tensors");
}

TEST_CASE("W6: a flipped bit in a storage is caught by its checksum") {
  std::string bytes = slurp(golden("tensors_zip.pth"));
  const float first[] = {-1.0F, -0.75F, -0.5F, -0.25F};
  std::string pattern(sizeof first, '\0');
  std::memcpy(pattern.data(), first, sizeof first);
  const std::size_t at = bytes.find(pattern);
  REQUIRE(at != std::string::npos);
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  const TemporaryFile file("flipped.pth");
  file.write(bytes);
  check_refused([&] { read_weights(file.path()); }, ErrorCode::bad_data, "/data/");
}

TEST_CASE("W5: a storage that only claims to be large makes no room for the views of another") {
  // 200 views of the 2^18 numbers of storage 0; storage 1 claims 2^40 numbers and has one.
  const auto tensor = [](const std::string& key, const std::string& elements,
                         const std::string& shape) {
    return "ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x01" + key +
           "U\x03"
           "cpu" +
           elements + "tQK\x00"s + shape + "\x85K\x01\x85\x89NtR";
  };
  const std::string many = "J\x00\x00\x04\x00"s;
  std::string pickled =
      "\x80\x02}(U\x05"
      "claim" +
      tensor("1", "\x8a\x06\x00\x00\x00\x00\x00\x01"s, "K\x01");
  for (int i = 0; i < 200; ++i) {
    pickled += "U\x03" + std::to_string(100 + i) + tensor("0", many, many);
  }
  const TemporaryFile file("claims.pth");
  test::StoredZip zip;
  zip.add("a/data.pkl", pickled + "u.");
  zip.add("a/data/0", std::string(1U << 20U, '\0'));
  zip.add("a/data/1", std::string(4, '\0'));
  file.write(zip.finish());
  const std::size_t before = start_allocation_count();
  check_refused([&] { read_weights(file.path()); }, ErrorCode::bad_data,
                "storage '1': expected 1099511627776 elements of float32, found 4 bytes");
  CHECK(peak_allocated_bytes() - before < 8U << 20U);
}

TEST_CASE("W5: a storage that is missing or has another size than its tensor says is refused") {
  const std::string pickled =
      "\x80\x02}U\x01wctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x01"
      "0U\x03"
      "cpuK\x02tQK\x00K\x02\x85K\x01\x85\x89NtRs."s;
  const TemporaryFile file("storage.pth");
  struct Case {
    const char* entry;
    std::size_t bytes;
    const char* text;
  };
  for (const Case& item :
       {Case{"m/data/1", 8, "storage '0' is named in data.pkl but missing"},
        Case{"m/data/0", 4, "storage '0': expected 2 elements of float32, found 4"},
        Case{"m/data/0", 12, "storage '0': expected 2 elements of float32, found 12"},
        Case{"m/data/0", 7, "storage '0': expected 2 elements of float32, found 7"}}) {
    test::StoredZip zip;
    zip.add("m/data.pkl", pickled);
    zip.add(item.entry, std::string(item.bytes, '\0'));
    file.write(zip.finish());
    check_refused([&] { read_weights(file.path()); }, ErrorCode::bad_data, item.text);
  }
}

TEST_CASE("W8: rules of the header of safetensors") {
  struct Case {
    const char* name;
    const char* header;
    std::size_t data;
    const char* text;
  };
  const Case cases[] = {
      {"duplicate",
       R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
       2, "twice"},
      {"duplicate field", R"({"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
       1, "twice"},
      {"hole", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", 2, "begin at 0"},
      {"overlap",
       R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
       3, "begin at 2"},
      {"trailing", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 2,
       "expected 1 bytes of data"},
      {"too short", R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 2,
       "expected 4 bytes of data"},
      {"shape", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4,
       "do not make 4 bytes"},
      {"overflow",
       R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,4]}})", 4,
       "do not make"},
      {"dtype", R"({"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", 1,
       "found 'F8_E4M3'"},
      {"negative", R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", 1,
       "a negative number"},
      {"fraction", R"({"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}})", 1, "a fraction"},
      {"missing", R"({"a":{"dtype":"U8","shape":[1]}})", 1, "missing"},
      {"three offsets", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}})", 1,
       "more than two"},
      {"metadata", R"({"__metadata__":{"a":1}})", 0, "a number"},
      {"array", R"([1])", 0, "an array"},
      {"not json", R"({"a":)", 0, "not valid JSON"},
      {"second object", R"({}{})", 0, "not valid JSON"},
      {"bad utf-8", "{\"\xff\":1}", 0, "not valid JSON"},
  };
  const TemporaryFile file("bad.safetensors");
  for (const Case& item : cases) {
    CAPTURE(item.name);
    const std::string header = item.header;
    std::string length(8, '\0');
    length[0] = static_cast<char>(header.size());
    file.write(length + header + std::string(item.data, '\0'));
    check_refused([&] { read_safetensors(InputFile(file.path())); }, ErrorCode::bad_data,
                  item.text);
    check_refused([&] { read_safetensors(InputFile(file.path())); }, ErrorCode::bad_data,
                  file.path());
  }
  // A header of 25 MiB and one byte, and of 2^64 - 1 bytes: refused by its length, before it is
  // read.
  for (const std::string& length : {"\x01\x00\x90\x01\0\0\0\0"s, std::string(8, '\xff')}) {
    file.write(length + "{}");
    const std::size_t before = start_allocation_count();
    check_refused([&] { read_safetensors(InputFile(file.path())); }, ErrorCode::bad_data,
                  "header: expected at most 26214400 bytes");
    CHECK(peak_allocated_bytes() - before < 1U << 20U);
  }
  file.write("{}"s);
  check_refused([&] { read_safetensors(InputFile(file.path())); }, ErrorCode::bad_data, "length");
}

TEST_CASE("W1 to W8: the hostile corpus gets the verdict that its file names say") {
  for (const char* folder : {"hostile/pth_derived", "hostile/safetensors_malformed"}) {
    const std::string root = shared_data(folder);
    if (root.empty()) {
      MESSAGE("SKIPPED weights hostile corpus: " << folder << " is not there");
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(root)) {
      const std::string path = entry.path().string();
      const std::string name = entry.path().filename().string();
      const bool torch = name.ends_with(".pth");
      if (!torch && !name.ends_with(".safetensors")) continue;
      CAPTURE(name);
      std::string reason;
      try {
        // By format: NaN in the data, for example, is sound safetensors but refused as weights.
        if (torch)
          read_torch_zip(path);
        else
          read_safetensors(InputFile(path));
      } catch (const Error& error) {
        reason = error.what();
        CHECK(error.code() == ErrorCode::bad_data);
        CHECK(reason.find(path) != std::string::npos);
      }
      if (name.starts_with("ok__")) CHECK_MESSAGE(reason.empty(), reason);
      if (name.starts_with("refuse__")) {
        CHECK(!reason.empty());
        CHECK_THROWS_AS(read_weights(path), Error);
      }
    }
    CHECK(!std::filesystem::exists("/tmp/HOSTILE_SENTINEL_PWNED"));
  }
}
