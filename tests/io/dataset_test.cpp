/// The data set file: what is appended comes back, bit for bit; damage is refused with a reason.
#include "io/dataset/dataset.hpp"

#include <filesystem>
#include <fstream>
#include <thread>

#include <doctest/doctest.h>
#include <unistd.h>

#include "io/hdf5/columns.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;

/// A directory that goes away with its test.
struct Scratch {
  fs::path path = fs::temp_directory_path() / fmt::format("roiflow_dataset_test_{}", ::getpid());
  Scratch() { fs::create_directories(path); }
  ~Scratch() { fs::remove_all(path); }
  [[nodiscard]] fs::path operator/(const char* name) const { return path / name; }
};

Annotation annotation(std::int64_t id, Segmentation segmentation) {
  Annotation a;
  a.id = id;
  a.category_id = 1 + id % 2;
  a.bbox = {0.1 * static_cast<double>(id), 2.5, 1e-9, 3};
  a.area = 1.0 / 3.0;
  a.iscrowd = id % 3 == 0;
  a.difficult = id % 4 == 0;
  a.segmentation = std::move(segmentation);
  a.extra = id % 2 == 0 ? R"({"keypoints":[1,2,2]})" : "";
  return a;
}

DatasetInfo info() {
  DatasetInfo result;
  result.categories = {{1, "disc", "shape", ""}, {2, "Käse", "", R"({"colour":"yellow"})"}};
  result.extra = R"({"info":{"year":2017}})";
  result.has_label_maps = true;
  result.ignore_label = 254;
  return result;
}

/// Every kind of segmentation; images with none, one and many annotations.
Sample sample(std::int64_t i) {
  Sample s;
  s.record = {i, 1000 - i, fmt::format("dir/imäge {}.jpg", i), 4, 3, i == 1 ? R"({"a":1})" : ""};
  s.encoded.assign(static_cast<std::size_t>(i * 37), static_cast<std::uint8_t>(i));
  if (i % 2 == 0) {
    s.annotations.push_back(
        annotation(4 * i + 1, Polygons{{{1, 2, 3.25, 4, 5, 6}, {7, 8, 9, 10, 11, 12, 0.1, 0}}}));
    s.annotations.push_back(annotation(4 * i + 2, Rle{3, 4, {0, 5, 7}}));
    s.annotations.push_back(annotation(4 * i, RleText{3, 4, "05o7"}));
    s.annotations.push_back(annotation(4 * i + 3, std::monostate()));
  }
  s.label_map.assign(static_cast<std::size_t>(i % 3), 9);
  return s;
}

void check_equal(const Annotation& a, const Annotation& b) {
  CHECK(a.id == b.id);
  CHECK(a.category_id == b.category_id);
  CHECK(a.bbox == b.bbox);
  CHECK(a.area == b.area);
  CHECK(a.iscrowd == b.iscrowd);
  CHECK(a.difficult == b.difficult);
  CHECK(a.segmentation == b.segmentation);
  CHECK(a.extra == b.extra);
}

void check_equal(const Sample& a, const Sample& b) {
  CHECK(a.record.index == b.record.index);
  CHECK(a.record.id == b.record.id);
  CHECK(a.record.file_name == b.record.file_name);
  CHECK(a.record.width == b.record.width);
  CHECK(a.record.height == b.record.height);
  CHECK(a.record.extra == b.record.extra);
  CHECK(a.encoded == b.encoded);
  CHECK(a.label_map == b.label_map);
  REQUIRE(a.annotations.size() == b.annotations.size());
  for (std::size_t i = 0; i < a.annotations.size(); ++i) {
    check_equal(a.annotations[i], b.annotations[i]);
  }
}

void write(const fs::path& path, std::int64_t images) {
  DatasetWriter writer(path, info());
  for (std::int64_t i = 0; i < images; ++i) writer.append(sample(i));
  writer.close();
}

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The code and text of the Error that opening (and reading everything) throws.
std::pair<ErrorCode, std::string> failure_of(const fs::path& path) {
  try {
    const DatasetReader reader(path);
    for (std::int64_t i = 0; i < reader.size(); ++i) (void)reader.read(i);
  } catch (const Error& error) {
    return {error.code(), error.what()};
  }
  return {ErrorCode::internal, "nothing was thrown"};
}

TEST_CASE("dataset: every sample comes back as it was appended") {
  const Scratch scratch;
  // 0: empty; 5: one chunk; 4000: several chunks of every column, partly filled at the end.
  for (const std::int64_t images : {0, 1, 5, 4000}) {
    CAPTURE(images);
    write(scratch / "a.h5", images);
    const DatasetReader reader(scratch / "a.h5");
    REQUIRE(reader.size() == images);
    REQUIRE(reader.categories().size() == 2);
    CHECK(reader.categories()[1].name == "Käse");
    CHECK(reader.categories()[1].extra == R"({"colour":"yellow"})");
    CHECK(reader.info().extra == info().extra);
    CHECK(reader.has_label_maps());
    CHECK(reader.info().ignore_label == 254);
    for (std::int64_t i = 0; i<images; i += images> 100 ? 7 : 1) {
      check_equal(reader.read(i), sample(i));
    }
  }
}

TEST_CASE("dataset: the same content gives the same bytes, and nothing else is left") {
  const Scratch scratch;
  write(scratch / "a.h5", 50);
  write(scratch / "b.h5", 50);
  CHECK(bytes_of(scratch / "a.h5") == bytes_of(scratch / "b.h5"));
  CHECK(std::distance(fs::directory_iterator(scratch.path), {}) == 2);
}

TEST_CASE("dataset: an unfinished writer leaves the old file and no other") {
  const Scratch scratch;
  write(scratch / "a.h5", 3);
  const std::string before = bytes_of(scratch / "a.h5");
  {
    DatasetWriter writer(scratch / "a.h5", info());
    writer.append(sample(7));
  }
  CHECK(bytes_of(scratch / "a.h5") == before);
  CHECK(std::distance(fs::directory_iterator(scratch.path), {}) == 1);
}

TEST_CASE("dataset: several threads read at once") {
  const Scratch scratch;
  constexpr std::int64_t images = 60;
  write(scratch / "a.h5", images);
  const DatasetReader reader(scratch / "a.h5");
  std::vector<int> equal(images, 0);
  std::vector<std::jthread> threads;
  for (std::int64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::int64_t i = t; i < images; i += 4) {
        equal[static_cast<std::size_t>(i)] = reader.read(i).encoded == sample(i).encoded ? 1 : 0;
      }
    });
  }
  threads.clear();
  CHECK(std::ranges::count(equal, 1) == images);
}

TEST_CASE("dataset: bad files are refused with code and reason") {
  const Scratch scratch;
  write(scratch / "good.h5", 20);
  const std::string good = bytes_of(scratch / "good.h5");
  const auto with = [&](const std::string& content) {
    std::ofstream(scratch / "bad.h5", std::ios::binary) << content;
    return failure_of(scratch / "bad.h5");
  };
  SUBCASE("missing") {
    const auto [code, text] = failure_of(scratch / "none.h5");
    CHECK(code == ErrorCode::no_input);
    CHECK(text.find("none.h5") != std::string::npos);
  }
  SUBCASE("a directory") {
    CHECK(failure_of(scratch.path).first == ErrorCode::no_input);
  }
  SUBCASE("empty") {
    CHECK(with("").first == ErrorCode::bad_data);
  }
  SUBCASE("text") {
    const auto [code, text] = with("hello, I am not HDF5");
    CHECK(code == ErrorCode::bad_data);
    CHECK(text.find("signature") != std::string::npos);
  }
  SUBCASE("truncated") {
    const auto [code, text] = with(good.substr(0, good.size() / 2));
    CHECK(code == ErrorCode::bad_data);
    CHECK(text.find("truncated") != std::string::npos);
  }
  SUBCASE("a flipped bit in the image bytes is caught by the checksum") {
    std::string damaged = good;
    damaged[damaged.find(std::string(19 * 37, '\x13'))] = '\x12';
    const auto [code, text] = with(damaged);
    CHECK(code == ErrorCode::bad_data);
    CHECK(text.find("images/bytes") != std::string::npos);
  }
}

TEST_CASE("dataset: another format, a newer version, a column that is missing or too short") {
  const Scratch scratch;
  const fs::path path = scratch / "bad.h5";
  const auto make = [&](const char* format, std::int64_t version) {
    hdf5::File file = hdf5::create_file(path);
    hdf5::Group root = file.root();
    root.set_attribute("format", std::string(format));
    root.set_attribute("version", version);
    file.close();
    return failure_of(path);
  };
  const auto [format_code, format_text] = make("roiflow-model", 1);
  CHECK(format_code == ErrorCode::bad_data);
  CHECK(format_text.find("found format = 'roiflow-model'") != std::string::npos);
  const auto [version_code, version_text] = make("roiflow-dataset", 99);
  CHECK(version_code == ErrorCode::bad_data);
  CHECK(version_text.find("found version 99") != std::string::npos);
  const auto [missing_code, missing_text] = make("roiflow-dataset", 1);
  CHECK(missing_code == ErrorCode::bad_data);
  CHECK(missing_text.find("/categories") != std::string::npos);
}

TEST_CASE("dataset: a directory that cannot be written") {
  try {
    DatasetWriter writer("/nonexistent/dir/a.h5", info());
    FAIL("expected an error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::cannot_create);
    CHECK(std::string(error.what()).find("/nonexistent/dir/a.h5") != std::string::npos);
  }
}

}  // namespace
}  // namespace roiflow
