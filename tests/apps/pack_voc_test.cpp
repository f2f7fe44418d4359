/// pack --voc and unpack --voc as a user calls them.
#include <algorithm>

#include <doctest/doctest.h>

#include "stages/decode/encode.hpp"
#include "tests/support/program.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/voc_folder.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;
using test::plain_xml;
using test::ProgramResult;
using test::with;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string png(int height, int width) {
  Image image{height, width, {}};
  image.rgb.resize(static_cast<std::size_t>(3 * height * width));
  const auto bytes = encode_png(image);
  return {bytes.begin(), bytes.end()};
}

std::string label_map() {  // 23 x 19 pixels
  return test::read_bytes(ROIFLOW_SOURCE_DIR "/tests/golden/decode/label_palette.png");
}

/// Two images, one of them with label maps.
fs::path small_devkit(const test::Scratch& scratch, int height, int width) {
  std::string xml = with(plain_xml, "<width>353<", fmt::format("<width>{}<", width));
  xml = with(xml, "<height>500<", fmt::format("<height>{}<", height));
  xml = with(xml, "<xmin>48<", "<xmin>2<");
  xml = with(xml, "<ymin>240<", "<ymin>3<");
  xml = with(xml, ".jpg", ".png");
  test::write_devkit(scratch, {xml, with(xml, "000001.png", "000002.png")});
  fs::path root = scratch / "VOCdevkit/VOC2007";
  for (const std::string name : {"000001", "000002"}) {
    fs::remove(root / "JPEGImages" / (name + ".jpg"));
    test::write_bytes(root / "JPEGImages" / (name + ".png"), png(height, width));
  }
  for (const char* folder : {"SegmentationClass", "SegmentationObject"}) {
    fs::create_directories(root / folder);
    test::write_bytes(root / folder / "000002.png", label_map());
  }
  return root;
}

/// Every file of both folders, with its bytes.
void check_same(const fs::path& found, const fs::path& expected) {
  std::size_t files = 0, others = 0;
  for (const auto& entry : fs::recursive_directory_iterator(expected)) {
    if (!entry.is_regular_file()) continue;
    const fs::path name = entry.path().lexically_relative(expected);
    INFO(name.string());
    CHECK(test::read_bytes(found / name) == test::read_bytes(entry.path()));
    ++files;
  }
  for (const auto& entry : fs::recursive_directory_iterator(found)) {
    if (entry.is_regular_file()) ++others;
  }
  CHECK(files > 0);
  CHECK(files == others);
}

}  // namespace

TEST_CASE("pack --voc: a whole folder there and back, byte by byte, and through COCO's form too") {
  const test::Scratch scratch("pack_voc");
  const std::string dir = scratch.path().string();
  const fs::path root = small_devkit(scratch, 19, 23);
  const ProgramResult packed =
      test::roiflow(fmt::format("pack -q --voc '{0}/VOCdevkit' --split test -o '{0}/a.h5'", dir));
  CAPTURE(packed.text);
  REQUIRE(packed.code == 0);
  CHECK(contains(packed.text, "2 images"));
  CHECK(contains(packed.text, "2 annotations (0 crowd) in 20 categories, label maps"));
  REQUIRE(test::roiflow(fmt::format("unpack -q '{0}/a.h5' --voc -o '{0}/back'", dir)).code == 0);
  check_same(scratch / "back/VOC2007", root);

  REQUIRE(test::roiflow(fmt::format("unpack -q '{0}/a.h5' -o '{0}/coco'", dir)).code == 0);
  CHECK(test::read_bytes(scratch / "coco/objects/000002.png") == label_map());
  REQUIRE(test::roiflow(fmt::format("pack -q --coco '{0}/coco/annotations.json' "
                                    "--images '{0}/coco/images' -o '{0}/b.h5'",
                                    dir))
              .code == 0);
  REQUIRE(test::roiflow(fmt::format("unpack -q '{0}/b.h5' --voc -o '{0}/again'", dir)).code == 0);
  for (const char* folder : {"Annotations", "ImageSets", "JPEGImages"}) {
    check_same(scratch / "again/VOC2007" / folder, root / folder);
  }
}

TEST_CASE("pack --voc: images and label maps are checked, and can be left out") {
  const test::Scratch scratch("pack_voc_bad");
  const std::string dir = scratch.path().string();
  const fs::path root = small_devkit(scratch, 19, 22);
  const std::string pack =
      fmt::format("pack -q --voc '{0}/VOCdevkit/VOC2007' --split test -o '{0}/a.h5'", dir);
  ProgramResult outcome = test::roiflow(pack);
  CHECK(outcome.code == 65);
  CHECK(contains(outcome.text,
                 "SegmentationClass: label map of 000002.png: expected the image's 22 x 19 pixels, "
                 "found 23 x 19 (--skip-bad leaves such images out)"));
  CHECK_FALSE(fs::exists(scratch / "a.h5"));
  outcome = test::roiflow(pack + " --skip-bad");
  CHECK(outcome.code == 3);
  CHECK(contains(outcome.text, "skipped: 1 images and 1 annotations"));

  test::write_bytes(root / "Annotations/000001.xml", "<annotation>");
  outcome = test::roiflow(pack);
  CHECK(outcome.code == 65);
  CHECK(contains(outcome.text, "000001.xml: line 1, column 13: expected well-formed XML"));
  test::write_bytes(root / "SegmentationClass/000002.png", "no PNG");
  CHECK(test::roiflow(pack + " --skip-bad").code == 3);
}

TEST_CASE("pack --voc: wrong use is refused with the option") {
  const test::Scratch scratch("pack_voc_use");
  const std::string dir = scratch.path().string();
  const auto refused = [&](int code, const std::string& part, const std::string& arguments) {
    const ProgramResult outcome =
        test::roiflow("pack " + arguments + fmt::format(" -o '{}/a.h5'", dir));
    CAPTURE(outcome.text);
    CHECK(outcome.code == code);
    CHECK(contains(outcome.text, part));
  };
  refused(64, "--images, --coco and --labels do not go with it", "--voc a --images b");
  refused(64, "--split is for --voc DIR", "--images b --split test");
  refused(66, "expected a VOCdevkit folder (--voc), found none", "--voc /nowhere");
  (void)small_devkit(scratch, 19, 23);
  fs::create_directories(scratch / "VOCdevkit/VOC2012/JPEGImages");
  refused(66, "found several: VOC2007, VOC2012", fmt::format("--voc '{}/VOCdevkit'", dir));
}

TEST_CASE("pack --voc: a hundred real images, there and back") {
  const fs::path sample = test::shared_data() / "voc_sample";
  if (!fs::exists(sample)) {
    MESSAGE(
        "SKIPPED pack --voc: a hundred real images: no voc_sample in the folder of shared data "
        "(ROIFLOW_SHARED_DATA)");
    return;
  }
  const test::Scratch scratch("pack_voc_real");
  const std::string dir = scratch.path().string();
  const ProgramResult packed = test::roiflow(
      fmt::format("pack -q --voc '{}' -o '{}/a.h5'", fs::canonical(sample).string(), dir));
  REQUIRE(packed.code == 0);
  // As voc_sample's own description counts them.
  CHECK(contains(packed.text, "273 annotations (0 crowd, 38 difficult) in 20 categories"));
  REQUIRE(test::roiflow(fmt::format("unpack -q '{0}/a.h5' --voc -o '{0}/back'", dir)).code == 0);
  check_same(scratch / "back/voc_sample/Annotations", sample / "Annotations");
  check_same(scratch / "back/voc_sample/JPEGImages", sample / "JPEGImages");
}

}  // namespace roiflow
