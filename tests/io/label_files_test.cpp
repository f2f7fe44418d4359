/// Label maps in predictions files, and records of semantic evaluations: there and back, bad files.
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "io/hdf5/columns.hpp"
#include "io/predictions/predictions_file.hpp"
#include "io/semantic/semantic_records_file.hpp"
#include "tests/support/scratch.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

std::string refusal_of_records(const fs::path& path) {
  try {
    (void)read_semantic_records(path);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_data);
    return error.what();
  }
  return "no error";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void write_texts(hdf5::Group& group, const std::string& name,
                 const std::vector<std::string>& rows) {
  hdf5::RaggedWriter<std::uint8_t> column(group, name);
  for (const std::string& row : rows) column.append(row);
  column.finish();
}

/// Records as a stranger may write them.
struct RawRecords {
  std::string format = "roiflow-semantic-records";
  std::int64_t version = 1, ignore_label = 255;
  Bytes values = {0, 1};
  std::vector<std::string> names = {"a", "b"}, images = {"x", "y"};
  std::vector<std::int64_t> counts = std::vector<std::int64_t>(12, 3);
  hdf5::Shape shape = {4, 3};

  void write(const fs::path& path) const {
    hdf5::File file = hdf5::create_file(path);
    {
      hdf5::Group root = file.root();
      root.set_attribute("format", format);
      root.set_attribute("version", version);
      hdf5::Group classes = root.create_group("classes");
      classes.set_attribute("ignore_label", ignore_label);
      hdf5::ColumnWriter<std::uint8_t> value(classes, "value");
      value.append(values);
      value.finish();
      write_texts(classes, "name", names);
      root.create_array<std::int64_t>("counts", shape, counts);
      write_texts(root, "images", images);
    }
    file.close();
  }
};

}  // namespace

TEST_CASE("predictions: label maps beside detections") {
  const test::Scratch scratch("label_predictions");
  const Bytes first = {1, 2, 3}, last = {4};
  Detection detection;
  detection.box = {1, 2, 3, 4};
  detection.category_id = 5;
  {
    PredictionsWriter writer(scratch / "p.h5", true);
    writer.append(10, {}, false, first);
    writer.append(11, std::vector{detection}, true);
    writer.append(12, {}, false, last);
    writer.close();
  }
  const PredictionsReader reader(scratch / "p.h5");
  CHECK(reader.has_label_maps());
  CHECK(reader.label_map(0) == first);
  CHECK(reader.label_map(1).empty());
  CHECK(reader.label_map(2) == last);
  CHECK(reader.failed(1));
  CHECK_FALSE(reader.failed(2));
  CHECK(reader.read(1, IouType::bbox).detections.size() == 1);
}

TEST_CASE("predictions: a detector's file has no label maps") {
  const test::Scratch scratch("no_label_predictions");
  {
    PredictionsWriter writer(scratch / "p.h5");
    writer.append(1, {}, false);
    CHECK_THROWS_AS(writer.append(2, {}, false, Bytes{1}), Error);
    writer.close();
  }
  const PredictionsReader reader(scratch / "p.h5");
  CHECK_FALSE(reader.has_label_maps());
  CHECK(reader.label_map(0).empty());
  CHECK_FALSE(hdf5::open_file(scratch / "p.h5").root().has("label_maps"));
}

TEST_CASE("semantic records: there and back") {
  const test::Scratch scratch("records");
  SemanticConfusion confusion(
      {.values = {0, 4}, .names = {"sky", "st\xC3\xA4tte"}, .ignore_label = -1});
  confusion.add({1, 4, {0, 0, 4, 9}}, {1, 4, {0, 4, 7, 4}});
  const SemanticRecords records{confusion, {"a", "sub/b"}};
  write_semantic_records(scratch / "r.h5", records);
  const SemanticRecords back = read_semantic_records(scratch / "r.h5");
  CHECK(back.images == records.images);
  CHECK(back.confusion.classes() == confusion.classes());
  CHECK(std::ranges::equal(back.confusion.counts(), confusion.counts()));
  write_semantic_records(scratch / "again.h5", back);
  CHECK(test::read_bytes(scratch / "r.h5") == test::read_bytes(scratch / "again.h5"));
}

TEST_CASE("semantic records: files that do not hold together are refused") {
  const test::Scratch scratch("bad_records");
  const fs::path path = scratch / "r.h5";
  const auto refused = [&](const char* part, auto&& change) {
    RawRecords records;
    change(records);
    records.write(path);
    const std::string text = refusal_of_records(path);
    CAPTURE(text);
    CHECK(contains(text, part));
    CHECK(contains(text, "r.h5"));
  };
  RawRecords().write(path);
  CHECK(refusal_of_records(path) == "no error");
  refused("format = 'x'", [](RawRecords& r) { r.format = "x"; });
  refused("found version 2", [](RawRecords& r) { r.version = 2; });
  refused("ascending values", [](RawRecords& r) { r.values = {1, 1}; });
  refused("ascending values", [](RawRecords& r) { r.values = {3, 1}; });
  refused("found 2 values, 1 names", [](RawRecords& r) { r.names = {"a"}; });
  refused("none of them", [](RawRecords& r) { r.ignore_label = 1; });
  refused("ignore label 256", [](RawRecords& r) { r.ignore_label = 256; });
  refused("/counts", [](RawRecords& r) { r.shape = {3, 4}; });
  refused("found -1", [](RawRecords& r) { r.counts[5] = -1; });
  refused("below 2^53", [](RawRecords& r) { r.counts.assign(12, std::int64_t{1} << 50U); });
  refused("below 2^53", [](RawRecords& r) { r.counts[7] = INT64_MAX; });
  refused("found 'y' before 'x'", [](RawRecords& r) { r.images = {"y", "x"}; });
  refused("found 'x' before 'x'", [](RawRecords& r) { r.images = {"x", "x"}; });
  CHECK_THROWS_AS((void)read_semantic_records(scratch / "none.h5"), Error);
}

TEST_CASE("predictions: label maps for another number of images are refused") {
  const test::Scratch scratch("label_rows");
  hdf5::File file = hdf5::create_file(scratch / "p.h5");
  {
    hdf5::Group root = file.root();
    root.set_attribute("format", std::string(predictions_format));
    root.set_attribute("version", predictions_version);
    hdf5::Group images = root.create_group("images"), found = root.create_group("detections"),
                maps = root.create_group("label_maps");
    const auto column = [](hdf5::Group& group, const char* name, auto rows,
                           std::int64_t width = 0) {
      using T = typename decltype(rows)::value_type;
      hdf5::ColumnWriter<T> writer(group, name, width);
      writer.append(std::span<const T>(rows));
      writer.finish();
    };
    using Integers = std::vector<std::int64_t>;
    column(images, "id", Integers{1, 2});
    column(images, "detection_offset", Integers{0, 0, 0});
    column(images, "failed", Bytes{0, 0});
    column(found, "image_id", Integers{});
    column(found, "category_id", Integers{});
    column(found, "score", std::vector<float>{});
    column(found, "bbox", std::vector<float>{}, 4);
    column(found, "mask_size", std::vector<std::int32_t>{}, 2);
    write_texts(found, "mask_counts", {});
    write_texts(maps, "png", {"one", "two", "three"});
  }
  file.close();
  try {
    const PredictionsReader reader(scratch / "p.h5");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(contains(error.what(), "p.h5: /label_maps/png: expected 2 rows, found 3"));
  }
}

}  // namespace roiflow
