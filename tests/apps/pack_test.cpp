/// pack, unpack and info as a user calls them: real images, the way there and back, bad input.
#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "stages/decode/encode.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/shared_data.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

struct Outcome {
  int code = 0;
  std::string out, err;
};

Outcome call(const test::Scratch& scratch, const std::string& arguments) {
  const fs::path out = scratch / "stdout.txt", err = scratch / "stderr.txt";
  const std::string line = fmt::format("'{}/roiflow' {} >'{}' 2>'{}'", ROIFLOW_BINARY_DIR,
                                       arguments, out.string(), err.string());
  const int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, test::read_bytes(out),
          test::read_bytes(err)};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Two images of 4 x 3 pixels, the second with one annotation.
Json small_annotations() {
  return Json::parse(R"({"info": {"year": 2020},
    "images": [{"id": 11, "file_name": "a.png", "width": 4, "height": 3, "license": 1},
               {"id": 12, "file_name": "b.png", "width": 4, "height": 3}],
    "annotations": [{"id": 1, "image_id": 12, "category_id": 3, "bbox": [0, 0, 2.5, 2], "area": 5,
                     "iscrowd": 0, "segmentation": [[0, 0, 2.5, 0, 2.5, 2, 0, 2]]}],
    "categories": [{"id": 3, "name": "disc"}]})");
}

/// The folder that the annotations above speak of, and the arguments that pack it.
std::string small_input(const test::Scratch& scratch) {
  const auto png = encode_png(Image{3, 4, std::vector<std::uint8_t>(36, 100)});
  const std::string_view bytes(reinterpret_cast<const char*>(png.data()), png.size());
  fs::create_directories(scratch / "images");
  test::write_bytes(scratch / "images/a.png", bytes);
  test::write_bytes(scratch / "images/b.png", bytes);
  test::write_bytes(scratch / "ann.json", small_annotations().dump());
  return fmt::format("--quiet --coco '{0}/ann.json' --images '{0}/images' -o '{0}/a.h5'",
                     scratch.path().string());
}

/// Member order and the order of annotations do not matter; whole numbers may be written as 1.0.
Json sorted(Json coco) {
  std::sort(coco["annotations"].begin(), coco["annotations"].end(),
            [](const Json& a, const Json& b) { return a["id"] < b["id"]; });
  return coco;
}

TEST_CASE("pack: there and back, twice") {
  const test::Scratch scratch("pack");
  const std::string dir = scratch.path().string();
  const Outcome packed = call(scratch, "pack " + small_input(scratch));
  CHECK(packed.err == "");
  REQUIRE(packed.code == 0);
  CHECK(contains(packed.out, "2 images"));
  CHECK(contains(packed.out, "1 annotations (0 crowd) in 1 categories"));
  REQUIRE(call(scratch, fmt::format("unpack -q '{0}/a.h5' --out '{0}/back'", dir)).code == 0);
  CHECK(sorted(Json::parse(test::read_bytes(scratch / "back/annotations.json"))) ==
        small_annotations());
  CHECK(test::read_bytes(scratch / "back/images/b.png") ==
        test::read_bytes(scratch / "images/b.png"));
  REQUIRE(call(scratch, fmt::format("pack -q --coco '{0}/back/annotations.json' "
                                    "--images '{0}/back/images' -o '{0}/b.h5'",
                                    dir))
              .code == 0);
  CHECK(test::read_bytes(scratch / "a.h5") == test::read_bytes(scratch / "b.h5"));
}

TEST_CASE("pack: a folder without annotations") {
  const test::Scratch scratch("pack_folder");
  const std::string dir = scratch.path().string();
  (void)small_input(scratch);
  fs::create_directories(scratch / "images/sub");
  fs::rename(scratch / "images/a.png", scratch / "images/sub/z.PNG");
  test::write_bytes(scratch / "images/notes.txt", "not an image");
  const Outcome packed =
      call(scratch, fmt::format("pack -q --images '{0}/images' -o '{0}/a.h5'", dir));
  REQUIRE(packed.code == 0);
  CHECK(contains(packed.err, "1 files that are not .jpg, .jpeg or .png are left out"));
  REQUIRE(call(scratch, fmt::format("unpack -q '{0}/a.h5' --out '{0}/back'", dir)).code == 0);
  const Json back = Json::parse(test::read_bytes(scratch / "back/annotations.json"));
  REQUIRE(back["images"].size() == 2);
  CHECK(back["images"][0] ==
        Json({{"id", 1}, {"file_name", "b.png"}, {"width", 4}, {"height", 3}}));
  CHECK(back["images"][1]["file_name"] == "sub/z.PNG");
  CHECK(back["annotations"].empty());
}

TEST_CASE("info: what it says about a data set, for people and for programs") {
  const test::Scratch scratch("info");
  const std::string dir = scratch.path().string();
  REQUIRE(call(scratch, "pack " + small_input(scratch)).code == 0);
  const Outcome text = call(scratch, fmt::format("info '{}/a.h5'", dir));
  CHECK(text.code == 0);
  CHECK(contains(text.out, "roiflow-dataset version 1"));
  CHECK(contains(text.out, "/images/file_name/data"));
  const Json json = Json::parse(call(scratch, fmt::format("info '{}/a.h5' --json", dir)).out);
  CHECK(json["format"] == "roiflow-dataset");
  CHECK(json["dataset"]["images"] == 2);
  CHECK(json["dataset"]["images_without_annotations"] == 1);
  CHECK(json["dataset"]["segmentations"]["polygons"] == 1);
  CHECK(json["dataset"]["width"] == Json({4, 4}));
  test::write_bytes(scratch / "x.h5", "no HDF5");
  CHECK(call(scratch, fmt::format("info '{}/x.h5'", dir)).code == 65);
  CHECK(call(scratch, fmt::format("info '{}/none.h5'", dir)).code == 66);
}

TEST_CASE("pack: bad input ends with the right code and says what is wrong") {
  const test::Scratch scratch("pack_bad");
  const std::string dir = scratch.path().string();
  const std::string arguments = small_input(scratch);
  const auto refused = [&](int code, const std::string& part, const std::string& line) {
    const Outcome outcome = call(scratch, line);
    CAPTURE(outcome.err);
    CHECK(outcome.code == code);
    CHECK(contains(outcome.err, part));
    CHECK_FALSE(fs::exists(scratch / "a.h5"));
  };
  const std::string pack = "pack " + arguments;
  SUBCASE("no such annotations") {
    fs::remove(scratch / "ann.json");
    refused(66, "ann.json: expected a JSON file", pack);
  }
  SUBCASE("annotations cut in half") {
    const std::string whole = test::read_bytes(scratch / "ann.json");
    test::write_bytes(scratch / "ann.json", whole.substr(0, whole.size() / 2));
    refused(65, "ann.json: /", pack);
  }
  SUBCASE("a missing member") {
    Json json = small_annotations();
    json["annotations"][0].erase("bbox");
    test::write_bytes(scratch / "ann.json", json.dump());
    refused(65, "/annotations/0/bbox: expected the member \"bbox\"", pack);
  }
  SUBCASE("a missing image") {
    fs::remove(scratch / "images/b.png");
    refused(66, "b.png", pack);
  }
  SUBCASE("an image of another size") {
    Json json = small_annotations();
    json["images"][0]["width"] = 5;
    test::write_bytes(scratch / "ann.json", json.dump());
    refused(65, "a.png: image 11: the annotations say 5 x 3 pixels, found 4 x 3", pack);
  }
  SUBCASE("no image at all") {
    test::write_bytes(scratch / "images/a.png", "hello");
    refused(65, "a.png: ", pack);
  }
  SUBCASE("no folder") {
    refused(66, "nowhere", fmt::format("pack --images '{0}/nowhere' -o '{0}/a.h5'", dir));
  }
  SUBCASE("an output directory that does not exist") {
    refused(73, "nowhere/a.h5: cannot create",
            fmt::format("pack -q --images '{0}/images' -o '{0}/nowhere/a.h5'", dir));
  }
  SUBCASE("no output") {
    refused(64, "--output", fmt::format("pack --images '{0}/images'", dir));
  }
}

TEST_CASE("pack: --skip-bad keeps the others, names the bad ones and ends with 3") {
  const test::Scratch scratch("pack_skip");
  const std::string arguments = small_input(scratch);
  fs::remove(scratch / "images/b.png");
  const Outcome packed = call(scratch, "pack --skip-bad " + arguments);
  CHECK(packed.code == 3);
  CHECK(contains(packed.err, "skipped: "));
  CHECK(contains(packed.err, "b.png"));
  CHECK(contains(packed.out, "1 images"));
  CHECK(contains(packed.out, "skipped: 1 images and 1 annotations"));
}

TEST_CASE("pack: a full disk ends with 74, and nothing half-written remains") {
  const test::Scratch scratch("pack_full");
  const std::string arguments = small_input(scratch);
  // The limit on file sizes stands for the disk: 32 blocks of 512 (or 1024) bytes.
  const std::string line =
      fmt::format("trap '' XFSZ; ulimit -f 32; '{}/roiflow' pack {} 2>'{}/stderr.txt'",
                  ROIFLOW_BINARY_DIR, arguments, scratch.path().string());
  const int status = std::system(line.c_str());
  const std::string text = test::read_bytes(scratch / "stderr.txt");
  CAPTURE(text);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 74);
  CHECK(contains(text, "a.h5"));
  for (const auto& entry : fs::directory_iterator(scratch.path())) {
    CHECK_FALSE(contains(entry.path().filename().string(), "a.h5"));
  }
}

TEST_CASE("pack: a device is no place for a data set") {
  const test::Scratch scratch("pack_device");
  (void)small_input(scratch);
  const Outcome outcome = call(
      scratch, fmt::format("pack -q --images '{}/images' -o /dev/null", scratch.path().string()));
  CHECK(outcome.code == 73);
  CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("unpack: does not write into a folder that holds something, nor from a cut file") {
  const test::Scratch scratch("unpack_bad");
  const std::string dir = scratch.path().string();
  REQUIRE(call(scratch, "pack " + small_input(scratch)).code == 0);
  CHECK(call(scratch, fmt::format("unpack '{0}/a.h5' --out '{0}/images'", dir)).code == 73);
  const std::string whole = test::read_bytes(scratch / "a.h5");
  test::write_bytes(scratch / "cut.h5", whole.substr(0, whole.size() / 2));
  const Outcome cut = call(scratch, fmt::format("unpack '{0}/cut.h5' --out '{0}/new'", dir));
  CHECK(cut.code == 65);
  CHECK(contains(cut.err, "cut.h5"));
}

TEST_CASE("pack: real COCO images; h5py reads them; unpack gives everything back") {
  const fs::path coco = test::shared_data() / "coco_mini";
  if (!fs::exists(coco)) {
    MESSAGE("SKIPPED pack: real COCO images: no folder " << coco.string());
    return;
  }
  const test::Scratch scratch("pack_coco");
  const std::string dir = scratch.path().string();
  const std::string source = (coco / "annotations/instances_val2017.json").string();
  const std::string images = (coco / "val2017").string();
  const Outcome packed =
      call(scratch,
           fmt::format("pack -q --coco '{}' --images '{}' -o '{}/val.h5'", source, images, dir));
  CHECK(packed.err == "");
  REQUIRE(packed.code == 0);
  CHECK(contains(packed.out, "80 images"));
  CHECK(contains(packed.out, "815 annotations (11 crowd) in 80 categories"));
  REQUIRE(call(scratch, fmt::format("unpack -q '{0}/val.h5' --out '{0}/back'", dir)).code == 0);
  const Json expected = sorted(Json::parse(test::read_bytes(source)));
  const Json found = sorted(Json::parse(test::read_bytes(scratch / "back/annotations.json")));
  CHECK(found == expected);
  for (const Json& image : expected["images"]) {
    const std::string name = image["file_name"];
    CHECK(test::read_bytes(scratch.path() / "back/images" / name) ==
          test::read_bytes(fs::path(images) / name));
  }
  if (std::system("/usr/bin/python3 -c 'import h5py' 2>/dev/null") != 0) {
    MESSAGE("SKIPPED pack: reading with h5py: /usr/bin/python3 has no h5py (package python3-h5py)");
    return;
  }
  const std::string check =
      fmt::format("/usr/bin/python3 '{}/tests/io/check_dataset.py' '{}/val.h5' '{}' '{}'",
                  ROIFLOW_SOURCE_DIR, dir, source, images);
  CHECK(std::system(check.c_str()) == 0);
}

}  // namespace
}  // namespace roiflow
