/// pack --labels as a user calls it: there and back to the very bytes, classes, bad label maps.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "stages/decode/encode.hpp"
#include "tests/support/program.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/shared_data.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void write(const fs::path& file, const std::vector<std::uint8_t>& bytes) {
  fs::create_directories(file.parent_path());
  test::write_bytes(file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

/// Two images of 4 x 3 pixels and their label maps: classes 0, 1, 3, and 7 in one corner.
struct Folder {
  test::Scratch scratch;
  std::string dir = scratch.path().string();

  explicit Folder(const std::string& name) : scratch(name) {
    const Image gray{3, 4, std::vector<std::uint8_t>(36, 100)};
    write(scratch / "images/a.jpg", encode_jpeg(gray, 90));
    write(scratch / "images/sub/b.png", encode_png(gray));
    write(scratch / "labels/a.png",
          encode_png(LabelMap{3, 4, {0, 0, 1, 1, 0, 0, 1, 1, 3, 3, 3, 7}}));
    write(scratch / "labels/sub/b.PNG",
          encode_png(LabelMap{3, 4, std::vector<std::uint8_t>(12, 1)}));
  }
  /// `more` options behind those that the folder needs.
  [[nodiscard]] test::ProgramResult pack(const std::string& more,
                                         const std::string& output = "a.h5") const {
    return test::roiflow(fmt::format(
        "pack -q --images '{0}/images' --labels '{0}/labels' -o '{0}/{1}' {2}", dir, output, more));
  }
  [[nodiscard]] Json info(const std::string& file = "a.h5") const {
    return Json::parse(
        test::roiflow(fmt::format("info --json '{}/{}'", dir, file)).text)["dataset"];
  }
};

}  // namespace

TEST_CASE("pack --labels: there and back, to the very bytes") {
  const Folder folder("labels");
  REQUIRE(folder.pack("--ignore-label 7").code == 0);
  const Json info = folder.info();
  CHECK(info["images_with_label_map"] == 2);
  CHECK(info["ignore_label"] == 7);
  REQUIRE(info["categories"].size() == 4);  // up to the highest value that is not ignored
  CHECK(info["categories"][3]["id"] == 3);
  CHECK(info["categories"][3]["name"] == "class 3");

  const auto unpacked =
      test::roiflow(fmt::format("unpack -q '{0}/a.h5' --out '{0}/back'", folder.dir));
  REQUIRE(unpacked.code == 0);
  CHECK(test::read_bytes(folder.scratch / "back/labels/a.png") ==
        test::read_bytes(folder.scratch / "labels/a.png"));
  CHECK(test::read_bytes(folder.scratch / "back/labels/sub/b.png") ==
        test::read_bytes(folder.scratch / "labels/sub/b.PNG"));
  // unpack prints how to take it back.
  const std::size_t command = unpacked.text.find("pack --coco");
  REQUIRE(command != std::string::npos);
  const std::string line =
      unpacked.text.substr(command, unpacked.text.find('\n', command) - command);
  REQUIRE(test::roiflow(fmt::format("{} -q -o '{}/b.h5'", line, folder.dir)).code == 0);
  CHECK(test::read_bytes(folder.scratch / "a.h5") == test::read_bytes(folder.scratch / "b.h5"));
}

TEST_CASE("pack --labels: names of the classes") {
  const Folder folder("label_classes");
  test::write_bytes(folder.scratch / "names.txt", "sky\r\nroad \ntree\ncar\n\n");
  const std::string names = fmt::format("--classes '{}/names.txt' ", folder.dir);
  REQUIRE(folder.pack(names + "--ignore-label 7").code == 0);
  const Json categories = folder.info()["categories"];
  REQUIRE(categories.size() == 4);
  CHECK(categories[0]["id"] == 0);
  CHECK(categories[1]["name"] == "road");

  const auto beyond = folder.pack(names);
  CHECK(beyond.code == 65);
  CHECK(contains(beyond.text,
                 "labels/a.png: expected values of the 4 classes, or the ignore label 255, "
                 "found 7 at x 3, y 2 (--classes names the classes, --ignore-label"));
  for (const auto& [content, problem] :
       {std::pair{"", "expected 1 to 256 names"},
        std::pair{"a\n\nb\n", "line 2: expected the name"},
        std::pair{"a\nb\na\n", "line 3: expected every name once, found 'a' again"}}) {
    test::write_bytes(folder.scratch / "names.txt", content);
    const auto refused = folder.pack(names);
    CHECK(refused.code == 65);
    CHECK(contains(refused.text, problem));
  }
}

TEST_CASE("pack --labels: label maps that are missing or belong to nothing") {
  const Folder folder("label_missing");
  write(folder.scratch / "labels/c.png", encode_png(LabelMap{1, 1, {0}}));
  fs::remove(folder.scratch / "labels/a.png");
  const auto missing = folder.pack("");
  CHECK(missing.code == 66);
  CHECK(contains(missing.text,
                 "labels/a.png: expected the label map of image 1 (a.jpg), found none"));
  CHECK(contains(missing.text, "warning: 1 label maps belong to no image and are left out: "));
  CHECK_FALSE(fs::exists(folder.scratch / "a.h5"));

  REQUIRE(folder.pack("--partial-labels").code == 0);
  CHECK(folder.info()["images_with_label_map"] == 1);
  CHECK(folder.info()["images"] == 2);
  const auto unpacked =
      test::roiflow(fmt::format("unpack -q '{0}/a.h5' --out '{0}/back'", folder.dir));
  CHECK(contains(unpacked.text, "--ignore-label 255 --partial-labels"));

  CHECK(folder.pack("--skip-bad", "b.h5").code == 3);
  CHECK(folder.info("b.h5")["images"] == 1);

  write(folder.scratch / "labels/sub/b.png", encode_png(LabelMap{1, 1, {0}}));
  const auto twice = folder.pack("--partial-labels");
  CHECK(twice.code == 65);
  CHECK(contains(twice.text,
                 "expected one label map of each name (--labels), found sub/b.PNG and sub/b.png"));
}

TEST_CASE("pack --labels: damaged label maps and those of another kind") {
  const Folder folder("label_bad");
  const fs::path file = folder.scratch / "labels/a.png";
  const std::string sound = test::read_bytes(file);
  const auto refused = [&](const std::string& bytes, const std::string& problem) {
    test::write_bytes(file, bytes);
    const auto result = folder.pack("");
    CHECK(result.code == 65);
    CAPTURE(result.text);
    CHECK(contains(result.text, file.string() + ": " + problem));
  };
  const std::string decode = std::string(ROIFLOW_SOURCE_DIR) + "/tests/golden/decode/";
  refused(sound.substr(0, sound.size() / 2), "PNG: ");
  refused("", "");
  refused(
      test::read_bytes(decode + "gray_16.png"),
      "PNG: a label map must be gray or palette with at most 8 bits, found colour type 0 with 16");
  refused(test::read_bytes(decode + "rgb.png"), "PNG: a label map must be gray or palette");
  refused(test::read_bytes(folder.scratch / "images/a.jpg"), "");
  const auto wide = encode_png(LabelMap{3, 5, std::vector<std::uint8_t>(15, 0)});
  refused({wide.begin(), wide.end()},
          "expected 4 x 3 pixels, the size of image 1 (a.jpg), found 5 x 3 (--skip-bad");

  const auto skipped = folder.pack("--skip-bad");
  CHECK(skipped.code == 3);
  CHECK(folder.info()["images"] == 1);
}

TEST_CASE("pack --labels: wrong options are refused") {
  const Folder folder("label_options");
  CHECK(folder.pack("--ignore-label 256").code == 64);
  const auto images = fmt::format("pack -q --images '{0}/images' -o '{0}/a.h5' ", folder.dir);
  CHECK(test::roiflow(images + "--partial-labels").code == 64);
  CHECK(test::roiflow(images + fmt::format("--labels '{}/nothing'", folder.dir)).code == 66);
  CHECK(test::roiflow(images + fmt::format("--labels '{}/a.h5'", folder.dir)).code == 66);
}

TEST_CASE("pack --labels: a synthetic set with masks, crowds and label maps comes back whole") {
  const test::Scratch scratch("label_synth");
  const std::string dir = scratch.path().string();
  REQUIRE(test::roiflow(fmt::format("synth -q --images 6 --seed 5 -o '{}/a.h5'", dir)).code == 0);
  REQUIRE(test::roiflow(fmt::format("unpack -q '{0}/a.h5' --out '{0}/back'", dir)).code == 0);
  REQUIRE(test::roiflow(
              fmt::format("pack -q --coco '{0}/back/annotations.json' --images '{0}/back/images' "
                          "--labels '{0}/back/labels' -o '{0}/b.h5'",
                          dir))
              .code == 0);
  CHECK(test::read_bytes(scratch / "a.h5") == test::read_bytes(scratch / "b.h5"));
}

TEST_CASE("pack --labels: CamVid") {
  const fs::path camvid = test::shared_data() / "camvid_sample";
  if (!fs::exists(camvid / "labels")) {
    MESSAGE("SKIPPED pack --labels with CamVid: no " << (camvid / "labels").string());
    return;
  }
  const test::Scratch scratch("label_camvid");
  const std::string dir = scratch.path().string();
  REQUIRE(test::roiflow(
              fmt::format("pack -q --images '{0}/images' --labels '{0}/labels' --ignore-label 11 "
                          "-o '{1}/a.h5'",
                          camvid.string(), dir))
              .code == 0);
  REQUIRE(test::roiflow(fmt::format("unpack -q '{0}/a.h5' --out '{0}/back'", dir)).code == 0);
  int count = 0;
  for (const auto& entry : fs::directory_iterator(camvid / "labels")) {
    ++count;
    CHECK(test::read_bytes(entry.path()) ==
          test::read_bytes(scratch.path() / "back/labels" / entry.path().filename()));
  }
  CHECK(count == 30);
}

}  // namespace roiflow
