#include <algorithm>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "stages/core/error.hpp"
#include "stages/masks/mask_ends.hpp"
#include "stages/masks/mask_iou.hpp"
#include "stages/masks/polygon.hpp"
#include "stages/masks/rle.hpp"
#include "tests/support/pycocotools.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::json;

void check_mask(const Rle& rle, const Json& expected) {
  CHECK(rle.height == expected["size"][0]);
  CHECK(rle.width == expected["size"][1]);
  CHECK(to_text(rle) == expected["counts"].get<std::string>());
  CHECK(area(rle) == expected["area"]);
  CHECK(bounding_box(rle) == expected["bbox"].get<std::array<double, 4>>());
  CHECK(from_text(expected["counts"].get<std::string>(), rle.height, rle.width) == rle);
  MaskArena arena;
  MaskEnds from_runs = arena.add_runs(rle.runs, rle.height, rle.width);
  MaskEnds from_counts =
      arena.add_text(expected["counts"].get<std::string>(), rle.height, rle.width);
  CHECK(arena.ends(from_counts).size() == rle.runs.size());
  CHECK(std::ranges::equal(arena.ends(from_counts), arena.ends(from_runs)));
  for (MaskEnds* mask : {&from_runs, &from_counts}) {
    arena.measure(*mask);
    CHECK(mask->area == expected["area"]);
    CHECK(mask->box == expected["bbox"].get<std::array<double, 4>>());
  }
}

Rle mask_of(const Json& described) {
  return from_text(described["counts"].get<std::string>(), described["size"][0],
                   described["size"][1]);
}

void check_overlap(const Json& value, bool crowd) {
  const Rle a = mask_of(value["masks"][0]), b = mask_of(value["masks"][1]);
  const auto& expected = value[crowd ? "crowd" : "plain"];
  const auto boxes = value["boxes"].get<std::vector<std::array<double, 4>>>();
  CHECK(fmt::format("{:a}", mask_iou(MeasuredMask(a), MeasuredMask(b), crowd)) ==
        fmt::format("{:a}", std::strtod(expected[0].get<std::string>().c_str(), nullptr)));
  MaskArena arena;
  MaskEnds in_arena[] = {arena.add_runs(a.runs, a.height, a.width),
                         arena.add_runs(b.runs, b.height, b.width)};
  for (MaskEnds& mask : in_arena) arena.measure(mask);
  CHECK(fmt::format("{:a}", arena.iou(in_arena[0], in_arena[1], crowd)) ==
        fmt::format("{:a}", std::strtod(expected[0].get<std::string>().c_str(), nullptr)));
  CHECK(fmt::format("{:a}", box_iou(boxes[0], boxes[1], crowd)) ==
        fmt::format("{:a}", std::strtod(expected[1].get<std::string>().c_str(), nullptr)));
}

void check_golden(const std::filesystem::path& path) {
  std::ifstream file(path);
  REQUIRE(file.good());
  const Json golden = Json::parse(file);
  for (const Json& value : golden["polygons"]) {
    CAPTURE(value.dump());
    const Polygons polygons{value["rings"].get<std::vector<std::vector<double>>>()};
    check_mask(to_rle(polygons, value["size"][0], value["size"][1]), value["mask"]);
  }
  for (const Json& value : golden["boxes"]) {
    CAPTURE(value.dump());
    const auto box = value["box"].get<std::array<double, 4>>();
    check_mask(rasterise_box(box, value["size"][0], value["size"][1]), value["mask"]);
  }
  for (const Json& value : golden["masks"]) {
    CAPTURE(value.dump());
    std::vector<std::uint8_t> pixels;
    for (const char c : value["pixels"].get<std::string>()) pixels.push_back(c == '1');
    const Json& mask = value["mask"];
    const Rle rle = encode(pixels.data(), mask["size"][0], mask["size"][1]);
    check_mask(rle, mask);
    CHECK(decode(rle) == pixels);
  }
  for (const Json& value : golden["runs"]) {
    CAPTURE(value.dump());
    const Json& mask = value["mask"];
    check_mask(Rle{mask["size"][0], mask["size"][1], value["runs"]}, mask);
  }
  for (const Json& value : golden["overlaps"]) {
    CAPTURE(value.dump());
    check_overlap(value, false);
    check_overlap(value, true);
  }
}

void check_random(const std::string& python, int largest) {
  CAPTURE(largest);
  const auto path = std::filesystem::temp_directory_path() / "roiflow_masks_test.json";
  const std::string command = fmt::format(
      "'{}' '{}/tests/reference/make_mask_golden.py' --polygons {} --masks 300 --largest {} "
      "--seed 7 -o '{}'",
      python, ROIFLOW_SOURCE_DIR, largest > 100 ? 500 : 3000, largest, path.string());
  REQUIRE(std::system(command.c_str()) == 0);
  check_golden(path);
  std::filesystem::remove(path);
}

}  // namespace

TEST_CASE("masks: the example of the header") {
  const std::uint8_t pixels[] = {0, 1, 1, 0, 0, 1};
  const Rle rle = encode(pixels, 2, 3);
  CHECK(rle.runs == std::vector<std::uint32_t>{2, 1, 1, 2});
  CHECK(area(rle) == 3);
  CHECK(bounding_box(rle) == std::array<double, 4>{1, 0, 2, 2});
  CHECK(to_text(rle) == "2111");
}

TEST_CASE("masks: bytes other than 0 and 1 are foreground, in one run") {
  const std::uint8_t pixels[] = {0, 1, 2, 2, 0};
  CHECK(encode(pixels, 5, 1).runs == std::vector<std::uint32_t>{1, 3, 1});
}

TEST_CASE("masks: equal to pycocotools on the golden cases") {
  check_golden(ROIFLOW_SOURCE_DIR "/tests/golden/masks.json");
}

TEST_CASE("masks: equal to pycocotools on many random cases") {
  const auto python = test::pycocotools_python();
  if (!python) {
    MESSAGE("SKIPPED masks: equal to pycocotools on many random cases: ", test::no_pycocotools);
    return;
  }
  check_random(*python, 40);
  check_random(*python, 600);
}

// The compressed counts are read twice: plainly, and eight characters at a time.
TEST_CASE("masks: both readers of compressed counts agree on damaged texts") {
  std::uint32_t state = 5;
  const auto random = [&](std::uint32_t below) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8) % below;
  };
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    Rle rle{40 + static_cast<int>(random(3000)), 1 + static_cast<int>(random(3000)), {}};
    std::uint32_t left = static_cast<std::uint32_t>(rle.height * rle.width);
    while (left > 0 && rle.runs.size() < 1 + random(90)) {
      rle.runs.push_back(std::min(left, random(1U << random(22))));
      left -= rle.runs.back();
    }
    rle.runs.push_back(left);
    std::string text = to_text(rle);
    if (random(4) != 0)
      text[random(static_cast<std::uint32_t>(text.size()))] += static_cast<char>(random(64));
    if (random(8) == 0) text.resize(random(static_cast<std::uint32_t>(text.size())));
    CAPTURE(text);
    const auto outcome = [&](const auto& read) -> std::string {
      try {
        read();
        return "accepted";
      } catch (const Error& error) {
        return error.what();
      }
    };
    MaskArena arena;
    MaskEnds mask;
    const std::string expected = outcome([&] { rle = from_text(text, rle.height, rle.width); });
    CHECK(outcome([&] { mask = arena.add_text(text, rle.height, rle.width); }) == expected);
    if (expected != "accepted") continue;
    ++accepted;
    const MaskEnds plain = arena.add_runs(rle.runs, rle.height, rle.width);
    CHECK(std::ranges::equal(arena.ends(mask), arena.ends(plain)));
  }
  CHECK(accepted > 2000);
  CHECK(accepted < 18000);
}

// 1.8 of the reference's behaviour, as far as the comparisons above do not name it.

TEST_CASE("masks 1.8: a first run of 0 pixels is foreground at the first pixel") {
  const std::uint8_t pixels[] = {1, 0, 1, 0};
  CHECK(encode(pixels, 2, 2).runs == std::vector<std::uint32_t>{0, 2, 2});
}

TEST_CASE("masks 1.8: from the fourth run on the text holds differences") {
  // 9 - 9 = 0 and 3 - 9 = -6, in one character each; the first three runs stand as they are.
  CHECK(to_text(Rle{6, 5, {0, 9, 9, 9, 3}}) == "0990J");
  CHECK(from_text("0990J", 6, 5).runs == std::vector<std::uint32_t>{0, 9, 9, 9, 3});
}

TEST_CASE("masks 1.8: a ring's direction and doubled vertices do not matter") {
  const std::vector<double> ring{1.3, 2.2, 17.9, 3.1, 12.4, 18.8, 4.4, 11.2};
  const Rle mask = rasterise(ring, 20, 20);
  std::vector<double> reversed, doubled;
  for (std::size_t i = 0; i < ring.size(); i += 2) {
    reversed.insert(reversed.begin(), {ring[i], ring[i + 1]});
    doubled.insert(doubled.end(), {ring[i], ring[i + 1], ring[i], ring[i + 1]});
  }
  CHECK(area(mask) > 100);
  CHECK(rasterise(reversed, 20, 20) == mask);
  CHECK(rasterise(doubled, 20, 20) == mask);
}

TEST_CASE("masks 1.8: what lies outside the image is cut off, left and above too") {
  const std::vector<double> ring{-3, -3, 2, -3, 2, 2, -3, 2};
  CHECK(rasterise(ring, 4, 4).runs == std::vector<std::uint32_t>{0, 2, 2, 2, 10});
  const std::vector<double> far_away{-900000, 1, 900000, 1, 900000, 3, -900000, 3};
  CHECK(rasterise(far_away, 4, 2).runs == std::vector<std::uint32_t>{1, 2, 2, 2, 1});
}

// The COCO API gives an empty mask of 0 x 0 pixels here, without a word.
TEST_CASE("masks 1.8: masks of different sizes are not united") {
  CHECK_THROWS_WITH_AS(static_cast<void>(unite(Rle{2, 3, {6}}, Rle{3, 2, {6}})),
                       "union of masks: sizes must be equal, found 2 x 3 and 3 x 2", Error);
}

TEST_CASE("masks: malformed run lengths are refused") {
  const auto message_of = [](std::string_view text, int height, int width) -> std::string {
    try {
      static_cast<void>(from_text(text, height, width));
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_data);
      return error.what();
    }
    return "accepted";
  };
  CHECK(message_of("2111", 2, 3) == "accepted");
  CHECK(message_of("2112", 2, 3) ==
        "run-length code: the runs must sum to height x width = 2 x 3 = 6, found 7");
  CHECK(message_of("21", 2, 3) ==
        "run-length code: the runs must sum to height x width = 2 x 3 = 6, found 3");
  CHECK(message_of("2 11", 2, 3) ==
        "run-length text: byte 1 must be between '0' and 'o', found code 32");
  CHECK(message_of("2p11", 2, 3) ==
        "run-length text: byte 1 must be between '0' and 'o', found code 112");
  CHECK(message_of("211P", 2, 3) ==
        "run-length text: ends inside a run, at byte 4; the text is cut short");
  CHECK(message_of("O", 2, 3) ==
        "run-length text: the run at byte 0 must be between 0 and 2^32 - 1, found -1");
  CHECK(message_of("ooooooooooooooo0", 2, 3) ==
        "run-length text: the run that ends at byte 8 has more than 32 bits");
  CHECK(message_of("", -1, 3) ==
        "mask: size must not be negative, found -1 x 3 pixels (height x width)");
  CHECK_THROWS_AS(static_cast<void>(decode(Rle{2, 2, {1, 9}})), Error);
}

TEST_CASE("masks: malformed segmentations are refused") {
  CHECK_THROWS_AS(static_cast<void>(to_rle(Segmentation{}, 4, 4)), Error);
  CHECK_THROWS_AS(static_cast<void>(to_rle(Polygons{}, 4, 4)), Error);
  CHECK_THROWS_AS(static_cast<void>(to_rle(Polygons{{{}}}, 4, 4)), Error);
  CHECK_THROWS_AS(static_cast<void>(to_rle(Polygons{{{0, 0, 1e300, 0, 3, 3}}}, 4, 4)), Error);
  CHECK_THROWS_AS(static_cast<void>(to_rle(Polygons{{{0, 0, 3, 0, 3, 3}}}, 0, 4)), Error);
  CHECK_THROWS_AS(static_cast<void>(to_rle(Rle{4, 4, {3}}, 4, 4)), Error);
  CHECK_THROWS_AS(static_cast<void>(unite(Rle{1, 1, {1}}, Rle{2, 1, {2}})), Error);
}

}  // namespace roiflow
