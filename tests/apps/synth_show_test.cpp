/// `roiflow synth` and `roiflow show`, as a user calls them.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include "apps/commands.hpp"
#include "io/dataset/dataset.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/core/error.hpp"
#include "stages/decode/decode.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;

struct Scratch {
  fs::path path = fs::temp_directory_path() / fmt::format("roiflow_show_test_{}", ::getpid());
  Scratch() { fs::create_directories(path); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { fs::remove_all(path); }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path / name; }
};

struct Outcome {
  int code = -1;
  std::string out, err;
};

Outcome call(CommandFunction command, std::vector<std::string> arguments) {
  arguments.emplace_back("--quiet");
  std::ostringstream out;
  std::ostringstream err;
  std::streambuf* const before_out = std::cout.rdbuf(out.rdbuf());
  std::streambuf* const before_err = std::cerr.rdbuf(err.rdbuf());
  Outcome outcome;
  try {
    outcome.code = command(arguments);
  } catch (const Error& error) {
    outcome.code = static_cast<int>(error.code());
    err << error.what();
  }
  std::cout.rdbuf(before_out);
  std::cerr.rdbuf(before_err);
  outcome.out = out.str();
  outcome.err = err.str();
  return outcome;
}

std::vector<std::uint8_t> bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    names.insert(entry.path().filename().string());
  return names;
}

/// Three images; the middle one is cut in half, the last one's name tries to leave the folder.
void write_damaged(const std::string& path, const std::string& sound) {
  const DatasetReader reader(sound);
  DatasetWriter writer(path, reader.info());
  for (std::int64_t i = 0; i < 3; ++i) {
    Sample sample = reader.read(i);
    if (i == 1) sample.encoded.resize(sample.encoded.size() / 2);
    if (i == 2) sample.record.file_name = "../../a b/\xC3\xA9vil.jpg";
    writer.append(sample);
  }
  writer.close();
}

}  // namespace

TEST_CASE("synth: the same seed gives the same bytes") {
  const Scratch scratch;
  CHECK(call(synth_command, {"--images", "3", "--seed", "8", "-o", scratch / "a.h5"}).code == 0);
  CHECK(call(synth_command, {"--images", "3", "--seed", "8", "-o", scratch / "b.h5"}).code == 0);
  CHECK(call(synth_command, {"--images", "3", "--seed", "9", "-o", scratch / "c.h5"}).code == 0);
  CHECK(bytes_of(scratch / "a.h5") == bytes_of(scratch / "b.h5"));
  CHECK_FALSE(bytes_of(scratch / "a.h5") == bytes_of(scratch / "c.h5"));
  const DatasetReader reader(scratch / "a.h5");
  CHECK(reader.size() == 3);
  CHECK(reader.has_label_maps());
  CHECK(reader.categories().size() == 5);
}

TEST_CASE("synth: wrong options are refused") {
  const Scratch scratch;
  CHECK(call(synth_command, {"--images", "0", "-o", scratch / "a.h5"}).err ==
        "--images must be at least 1, found 0");
  CHECK(call(synth_command, {"--images", "3"}).code == 64);
  const Outcome outcome = call(synth_command, {"-o", scratch / "no/such/folder/a.h5"});
  CHECK(outcome.code == 73);
  CHECK(outcome.err.find("no/such/folder") != std::string::npos);
}

TEST_CASE("show: annotations, predictions beside them, label maps") {
  const Scratch scratch;
  const std::string data = scratch / "data.h5";
  REQUIRE(call(synth_command, {"--images", "4", "-o", data}).code == 0);
  const Outcome plain = call(show_command, {data, "-o", scratch / "plain", "--limit", "2"});
  CHECK(plain.code == 0);
  CHECK(plain.out == (scratch / "plain") + ": 2 pictures\n");
  CHECK(names_in(scratch / "plain") ==
        std::set<std::string>{"000000_shapes_000000.png", "000001_shapes_000001.png"});

  PredictionsWriter writer(scratch / "predictions.h5");
  Detection detection;
  detection.box = {10, 10, 60, 50};
  detection.score = 0.75F;
  detection.category_id = 4;
  for (std::int64_t id = 1; id <= 3; ++id) {  // the run did not get to the fourth image
    writer.append(id, std::vector<Detection>(id == 1 ? 1 : 0, detection), false);
  }
  writer.close();
  const std::vector<std::string> pair{data,
                                      "--predictions",
                                      scratch / "predictions.h5",
                                      "--ground-truth",
                                      "--format",
                                      "jpg",
                                      "-o",
                                      scratch / "pair",
                                      "--ids",
                                      "4,1"};
  CHECK(call(show_command, pair).code == 0);
  CHECK(names_in(scratch / "pair") ==
        std::set<std::string>{"000000_shapes_000000.jpg", "000003_shapes_000003.jpg"});
  const ImageInfo one = probe(bytes_of(scratch / "plain/000000_shapes_000000.png"));
  const ImageInfo two = probe(bytes_of(scratch / "pair/000000_shapes_000000.jpg"));
  CHECK(two.width > 2 * one.width);

  CHECK(call(show_command, {data, "--label-maps", "-o", scratch / "maps"}).code == 0);
  CHECK(names_in(scratch / "maps").size() == 4);
}

TEST_CASE("show: a damaged image is named, the others are drawn, no name leaves the folder") {
  const Scratch scratch;
  REQUIRE(call(synth_command, {"--images", "3", "-o", scratch / "sound.h5"}).code == 0);
  write_damaged(scratch / "bad.h5", scratch / "sound.h5");
  const Outcome outcome = call(show_command, {scratch / "bad.h5", "-o", scratch / "out"});
  CHECK(outcome.code == 3);
  CHECK(outcome.out == (scratch / "out") + ": 2 pictures, 1 image failed\n");
  CHECK(outcome.err.find("bad.h5: image 1 (id 2): JPEG: Premature end of JPEG file") !=
        std::string::npos);
  CHECK(names_in(scratch / "out") ==
        std::set<std::string>{"000000_shapes_000000.png", "000002___vil.png"});
}

TEST_CASE("show: wrong options are refused") {
  const Scratch scratch;
  const std::string data = scratch / "data.h5";
  REQUIRE(call(synth_command, {"--images", "1", "-o", data}).code == 0);
  const auto refused = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {data, "-o", scratch / "out"});
    const Outcome outcome = call(show_command, more);
    CHECK(outcome.code == 64);
    return outcome.err;
  };
  CHECK(refused({"--ids", "7"}) == data + ": --ids: there is no image with id 7");
  CHECK(refused({"--ids", "1,x"}) == "--ids must be image ids like 17,4,23, found '1,x'");
  CHECK(refused({"--format", "gif"}) == "--format must be png or jpg, found gif");
  CHECK(refused({"--score-threshold", "2"}) == "--score-threshold must be 0 .. 1, found 2");
  CHECK(call(show_command, {scratch / "none.h5", "-o", scratch / "out"}).code == 66);
}

}  // namespace roiflow
