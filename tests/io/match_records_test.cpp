// Match records: parts of an evaluation, merged to the same bits; damaged files are refused. And
// the arrays file, read back by h5py next to pycocotools.
#include "io/records/match_records.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "io/records/arrays_file.hpp"
#include "stages/core/error.hpp"
#include "stages/evaluate/summary.hpp"
#include "tests/support/evaluation_checks.hpp"
#include "tests/support/pycocotools.hpp"
#include "tests/support/scratch.hpp"

// HDF5 1.10 itself loses a few hundred bytes when it meets damaged metadata; asked for by the leak
// sanitizer.
extern "C" const char* __lsan_default_suppressions();   // NOLINT: the sanitizer's name
extern "C" const char* __lsan_default_suppressions() {  // NOLINT
  return "leak:libhdf5";
}

namespace roiflow {
namespace {

namespace fs = std::filesystem;

/// Records of those images for which `keep` says so; the categories in the order of their ids.
template <class Keep>
MatchRecords records_of(const test::EvaluationCase& one, IouType type, const Keep& keep) {
  test::Columns columns = test::columns_of(one.params, type, one.truth, one.results);
  for (std::size_t i = 0; i < columns.truth.image_ids.size(); ++i) {
    columns.results.image_processed[i] = keep(i) ? 1 : 0;
  }
  std::vector<Category> categories = one.truth.categories;
  std::ranges::sort(categories, {}, &Category::id);
  return {type,
          categories,
          columns.truth.image_ids,
          {},
          evaluate_columns(one.params, type, columns.truth, columns.results)};
}

MatchRecords all_records_of(const test::EvaluationCase& one, IouType type) {
  return records_of(one, type, [](std::size_t) { return true; });
}

std::vector<test::EvaluationCase> all_cases() {
  auto cases = test::read_cases(test::golden_cases);
  auto more = test::read_cases(test::semantics_cases);
  std::ranges::move(more, std::back_inserter(cases));
  return cases;
}

/// A case of several images, with ties among their scores.
test::EvaluationCase many_images() {
  for (auto& one : all_cases()) {
    if (one.name == "seven of ten") return one;
  }
  FAIL("no case 'seven of ten'");
  return {};
}

std::string message_of(const std::vector<fs::path>& paths) {
  try {
    static_cast<void>(merge_match_records(paths));
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_data);
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("match records: three shards merge to the bits of one run, in any order of files") {
  const test::Scratch scratch("match_records");
  std::uint32_t state = 11;
  std::size_t cases = 0;
  for (const auto& one : all_cases()) {
    CAPTURE(one.name);
    for (const auto& [type, expected] : one.expected) {
      const MatchRecords whole = all_records_of(one, type);
      const EvaluationArrays arrays = whole.matches.accumulate();
      CHECK(test::crc32(arrays.precision) == expected.crc32.at("precision"));
      write_match_records(scratch / "whole.h5", whole);
      std::vector<int> shard_of(whole.truth_image_ids.size());
      for (int& shard : shard_of) {
        state = state * 1664525U + 1013904223U;
        shard = static_cast<int>((state >> 16) % 3);
      }
      std::vector<fs::path> paths;
      for (int shard = 0; shard < 3; ++shard) {
        paths.push_back(scratch / fmt::format("shard{}.h5", shard));
        write_match_records(paths.back(),
                            records_of(one, type, [&](auto i) { return shard_of[i] == shard; }));
      }
      // All six orders of some, one of the others.
      if (cases >= 8 && cases % 2 == 1) std::ranges::reverse(paths);
      do {
        const MatchRecords merged = merge_match_records(paths);
        CHECK(missing_images(merged).empty());
        CHECK(merged.type == type);
        CHECK(merged.matches.params() == one.params);
        test::check_same_bits(merged.matches.accumulate(), arrays);
        write_match_records(scratch / "merged.h5", merged);
        CHECK(test::read_bytes(scratch / "merged.h5") == test::read_bytes(scratch / "whole.h5"));
      } while (cases < 8 && std::ranges::next_permutation(paths).found);
      ++cases;
    }
  }
  CHECK(cases > 90);
}

TEST_CASE("match records: missing and failed images are told") {
  const test::Scratch scratch("match_records");
  const auto one = many_images();
  MatchRecords some = records_of(one, IouType::bbox, [](std::size_t i) { return i < 4; });
  some.failed = {6, 9};
  write_match_records(scratch / "some.h5", some);
  const MatchRecords read = read_match_records(scratch / "some.h5");
  CHECK(read.failed == std::vector<std::int64_t>{6, 9});
  CHECK(missing_images(read) == std::vector<std::int64_t>{5, 7, 8, 10});
  CHECK(read.categories[0].name == "class 1");

  // What failed here and was processed there is processed.
  write_match_records(scratch / "more.h5",
                      records_of(one, IouType::bbox, [](std::size_t i) { return i == 5; }));
  const std::vector<fs::path> paths{scratch / "some.h5", scratch / "more.h5"};
  const MatchRecords merged = merge_match_records(paths);
  CHECK(merged.failed == std::vector<std::int64_t>{9});
  CHECK(missing_images(merged) == std::vector<std::int64_t>{5, 7, 8, 10});

  some.failed = {2};
  CHECK_THROWS_WITH_AS(write_match_records(scratch / "bad.h5", some),
                       "match records: image 2 is both failed and processed", Error);
  some.failed = {77};
  CHECK_THROWS_WITH_AS(write_match_records(scratch / "bad.h5", some),
                       "match records: image 77 is not one of the ground truth", Error);
  CHECK(!fs::exists(scratch / "bad.h5"));
}

TEST_CASE("match records: overlap, and records of another evaluation, are refused") {
  const test::Scratch scratch("match_records");
  auto one = many_images();
  const auto half = [](std::size_t i) { return i < 5; };
  const auto rest = [](std::size_t i) { return i >= 3; };
  const fs::path first = scratch / "first.h5", second = scratch / "second.h5";
  write_match_records(first, records_of(one, IouType::bbox, half));
  const auto message = [&](const MatchRecords& records) {
    write_match_records(second, records);
    const std::string text = message_of({first, second});
    CHECK(text.find(second.string()) != std::string::npos);
    return text;
  };
  CHECK(message(records_of(one, IouType::bbox, rest)).find("both hold 4, 5") != std::string::npos);
  CHECK(message(records_of(one, IouType::segm, rest)).find("compared (bbox and segm)") !=
        std::string::npos);
  auto other = one;
  other.params.iou_thresholds = {0.5, 0.75};
  CHECK(
      message(records_of(other, IouType::bbox, rest)).find("different: IoU thresholds (0.5,0.55") !=
      std::string::npos);
  other = one;
  other.params.max_detections = {1, 10, 50};
  CHECK(message(records_of(other, IouType::bbox, rest))
            .find("limits of detections (1,10,100 and 1,10,50)") != std::string::npos);
  other = one;
  other.params.area_ranges[1].high = 1000;
  CHECK(message(records_of(other, IouType::bbox, rest)).find("different: area ranges (all:0:") !=
        std::string::npos);
  other = one;
  other.truth.categories[0].name = "another";
  CHECK(message(records_of(other, IouType::bbox, rest))
            .find("categories (1 'class 1' and 1 'another')") != std::string::npos);
  other = one;
  other.truth.images.pop_back();
  CHECK(message(records_of(other, IouType::bbox, rest))
            .find("images of the ground truth (10 and 9; id 10 is only in the first)") !=
        std::string::npos);
}

TEST_CASE("match records: every byte that is changed or missing is noticed, or does not matter") {
  const test::Scratch scratch("match_records");
  const auto one = many_images();
  const fs::path good = scratch / "good.h5", bad = scratch / "bad.h5";
  write_match_records(good, all_records_of(one, IouType::bbox));
  const std::string bytes = test::read_bytes(good);
  const auto arrays = read_match_records(good).matches.accumulate();
  const auto outcome = [&](const std::string& content) -> std::string {
    test::write_bytes(bad, content);
    try {
      test::check_same_bits(read_match_records(bad).matches.accumulate(), arrays);
      return "same";
    } catch (const Error&) {
      return "refused";
    }
  };
  std::map<std::string, int> outcomes;
  for (std::size_t at = 0; at < bytes.size(); at += 97) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x55);
    CAPTURE(at);
    ++outcomes[outcome(changed)];
  }
  CHECK(outcomes["refused"] > 0);
  for (std::size_t size = 0; size < bytes.size(); size += bytes.size() / 23) {
    CHECK(outcome(bytes.substr(0, size)) == "refused");
  }
}

TEST_CASE("match records: contents that do not belong together are refused") {
  if (std::system("/usr/bin/python3 -c 'import h5py' 2>/dev/null") != 0) {
    MESSAGE("SKIPPED match records: contents that do not belong together: no python3-h5py");
    return;
  }
  const test::Scratch scratch("match_records");
  const fs::path good = scratch / "good.h5", bad = scratch / "bad.h5";
  write_match_records(good, all_records_of(many_images(), IouType::bbox));
  const struct {
    const char* change;
    const char* expected;
  } changes[] = {
      {"@format roiflow-dataset", "expected match records"},
      {"@version 2", "expected version 1"},
      {"@iou_type masks", "iou_type must be bbox, segm or keypoints"},
      {"images/state 3 7", "expected 0, 1 or 2, found 7"},
      {"images/state 3 2", "expected the row of a processed image, found 3"},
      {"images/id 3 1", "expected ascending, distinct ids"},
      {"images/id resize 9", "expected the shape [9], found [10]"},
      {"detections/image 2 99", "expected the row of a processed image, found 99"},
      {"detections/image 2 9", "expected ascending rows of images"},
      {"detections/flags 0 99", "expected numbers below"},
      {"detections/score resize 3", "increasing numbers from 0 to 3"},
      {"detections/category_offset 1 3", "increasing numbers from 0 to 7"},
      {"flags/matched 0 2000000", "bits beyond the 10 IoU thresholds"},
      {"flags/ignored resize 9", "/flags/ignored: the shape claims 288 bytes, found only 36"},
      {"truth/image 1 0", "expected ascending, distinct rows"},
      {"truth/count resize 2", "expected the shape [10, 4], found [2, 4]"},
      {"parameters/max_detections 0 50", "must be positive and ascending"},
      {"parameters/iou_thresholds 0 nan", "IoU thresholds must be numbers"},
      {"categories/name/offset 1 99", "expected offsets from 0"},
  };
  for (const auto& one : changes) {
    CAPTURE(one.change);
    REQUIRE(std::system(fmt::format("/usr/bin/python3 '{}/tests/io/change_hdf5.py' '{}' '{}' {}",
                                    ROIFLOW_SOURCE_DIR, good.string(), bad.string(), one.change)
                            .c_str()) == 0);
    const std::string message = message_of({bad});
    CAPTURE(message);
    CHECK(message.find(one.expected) != std::string::npos);
    CHECK(message.find(bad.string()) != std::string::npos);
  }
  // More found than there is shows when the curves are made.
  REQUIRE(std::system(fmt::format("/usr/bin/python3 '{}/tests/io/change_hdf5.py' '{}' '{}' "
                                  "truth/image resize 3 && /usr/bin/python3 -c \"import h5py; "
                                  "f = h5py.File('{}', 'r+'); f['truth/count'].resize(3, 0); "
                                  "f['truth/category_offset'][1] = 3\"",
                                  ROIFLOW_SOURCE_DIR, good.string(), bad.string(), bad.string())
                          .c_str()) == 0);
  CHECK_THROWS_WITH_AS(static_cast<void>(read_match_records(bad).matches.accumulate()),
                       "evaluation: 7 objects were found where there are 3", Error);
}

TEST_CASE("arrays file: h5py reads what pycocotools computes, bit by bit") {
  const auto python = test::pycocotools_python();
  if (!python || std::system(fmt::format("'{}' -c 'import h5py'", *python).c_str()) != 0) {
    MESSAGE("SKIPPED arrays file: h5py reads what pycocotools computes: ",
            python ? "no h5py" : test::no_pycocotools);
    return;
  }
  const test::Scratch scratch("arrays");
  const auto cases = test::read_cases(test::semantics_cases);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    for (const auto& [type, expected] : cases[i].expected) {
      const auto arrays = all_records_of(cases[i], type).matches.accumulate();
      const TypedArrays typed{type, &cases[i].params, &arrays};
      write_arrays(scratch / fmt::format("{}.{}.h5", i, name(type)), std::span(&typed, 1));
    }
  }
  CHECK(std::system(fmt::format("'{}' '{}/tests/reference/check_arrays.py' '{}' '{}' > /dev/null",
                                *python, ROIFLOW_SOURCE_DIR, test::semantics_cases,
                                scratch.path().string())
                        .c_str()) == 0);
}

TEST_CASE("arrays file: several types stand in groups") {
  const test::Scratch scratch("arrays");
  const auto one = many_images();
  const auto boxes = all_records_of(one, IouType::bbox).matches.accumulate();
  const auto masks = all_records_of(one, IouType::segm).matches.accumulate();
  const TypedArrays both[] = {{IouType::bbox, &one.params, &boxes},
                              {IouType::segm, &one.params, &masks}};
  write_arrays(scratch / "both.h5", both);
  const std::string bytes = test::read_bytes(scratch / "both.h5");
  CHECK(bytes.find("bbox") != std::string::npos);
  CHECK(bytes.find("segm") != std::string::npos);
  CHECK_THROWS_AS(write_arrays(scratch / "nowhere" / "a.h5", both), Error);
}

}  // namespace roiflow
