// Real and hostile files beside Pillow: where both read a file, the pixels are the same; what is
// known to be damaged is refused; nothing crashes. Files and Pillow are looked for at test time.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/decode/decode.hpp"
#include "tests/support/decode_verdict.hpp"
#include "tests/support/peak_memory.hpp"
#include "tests/support/pillow.hpp"
#include "tests/support/shared_data.hpp"

using namespace roiflow;
using test::accepting;
using test::PillowAnswer;
using test::shared_data;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool text =
        name.starts_with("LICENSE") || name.ends_with(".txt") || name.ends_with("LICENSE");
    if (entry.is_regular_file() && !text) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::vector<std::uint8_t> contents(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<fs::path> every_hostile_image() {
  std::vector<fs::path> files;
  for (const char* folder : {"pngsuite", "png_bad", "pillow_images", "libjpeg_turbo_seed",
                             "torchvision_damaged", "exif_orientation"}) {
    std::ranges::copy(files_below(shared_data() / "hostile" / folder), std::back_inserter(files));
  }
  return files;
}

/// Says so if the files are not there.
bool skipped(const char* what, const std::vector<fs::path>& files) {
  if (files.empty()) MESSAGE("SKIPPED " << what << ": not in " << shared_data().string());
  return files.empty();
}

/// Nothing if the file is refused; any other exception is a failure of the test.
std::optional<Image> decoded(const fs::path& path, const DecodeLimits& limits = {}) {
  try {
    return decode(contents(path), limits);
  } catch (const Error& error) {
    CHECK_MESSAGE(error.code() == ErrorCode::bad_data, path.string());
    return std::nullopt;
  }
}

}  // namespace

TEST_CASE("I3, I5, I7, I8, I9, I10: real and hostile files give the pixels that Pillow reads") {
  std::vector<fs::path> files = every_hostile_image();
  for (const fs::path& file : files_below(shared_data() / "coco_mini")) {
    if (file.extension() != ".json") files.push_back(file);
  }
  if (skipped("the pixels that Pillow reads", files)) return;
  if (!test::pillow_is_there()) {
    MESSAGE(
        "SKIPPED the pixels that Pillow reads: no Pillow; set ROIFLOW_PILLOW_PYTHON to an "
        "interpreter that has it");
    return;
  }
  const auto answers = test::ask_pillow(files);
  int both = 0, neither = 0, only_pillow = 0, only_ours = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    CAPTURE(files[i].string());
    const auto image = decoded(files[i]);
    const PillowAnswer& pillow = answers[i];
    both += static_cast<int>(image && pillow.read);
    neither += static_cast<int>(!image && !pillow.read);
    only_pillow += static_cast<int>(!image && pillow.read);
    only_ours += static_cast<int>(image && !pillow.read);
    if (!image || !pillow.read) continue;
    CHECK(image->width == pillow.width);
    CHECK(image->height == pillow.height);
    CHECK(test::adler32(image->rgb) == pillow.checksum);
    CHECK(test::adler32(orient(*image, probe(contents(files[i])).orientation).rgb) ==
          pillow.upright);
  }
  MESSAGE(both << " files read by both, " << neither << " by neither, " << only_pillow
               << " by Pillow only, " << only_ours << " by us only");
}

TEST_CASE("decode: COCO images are all read") {
  const auto files = files_below(shared_data() / "coco_mini");
  if (skipped("COCO images are all read", files)) return;
  for (const fs::path& file : files) {
    if (file.extension() == ".jpg") CHECK_MESSAGE(decoded(file).has_value(), file.string());
  }
}

TEST_CASE("I9, I16: PngSuite's verdicts") {
  const auto files = files_below(shared_data() / "hostile/pngsuite");
  if (skipped("PngSuite's verdicts", files)) return;
  for (const fs::path& file : files) {
    if (file.extension() != ".png") continue;
    const bool corrupt = file.filename().string().starts_with("x");
    CHECK_MESSAGE(decoded(file).has_value() == !corrupt, file.string());
    if (corrupt) CHECK_MESSAGE(!decoded(file, accepting).has_value(), file.string());
  }
}

TEST_CASE("I13, I16, I17: image-png's and libpng's bad files, by the verdict in their names") {
  const auto files = files_below(shared_data() / "hostile/png_bad");
  if (skipped("bad PNG files", files)) return;
  for (const fs::path& file : files) {
    if (file.extension() != ".png") continue;
    const std::string folder = file.parent_path().filename().string();
    const bool bad = folder == "crashers" || file.filename().string().starts_with("x_");
    if (bad || folder == "bugfixes")
      CHECK_MESSAGE(decoded(file).has_value() == !bad, file.string());
  }
}

TEST_CASE("I2, I21: damaged files of torchvision's tests are refused, or taken as far as they go") {
  const auto files = files_below(shared_data() / "hostile/torchvision_damaged");
  if (skipped("damaged files of torchvision's tests", files)) return;
  for (const fs::path& file : files) CHECK_MESSAGE(!decoded(file).has_value(), file.string());
  const auto huffman = shared_data() / "hostile/torchvision_damaged/damaged_jpeg/bad_huffman.jpg";
  const Decoded taken = decode_noted(contents(huffman), accepting);
  CHECK(taken.notes.truncated);
  CHECK(taken.image.width == 1024);  // what Pillow makes of it
  CHECK(taken.image.height == 768);
}

TEST_CASE("I11, I15, I19: Pillow's odd images, by what their names say") {
  const fs::path folder = shared_data() / "hostile/pillow_images";
  const auto files = files_below(folder);
  if (skipped("Pillow's odd images", files)) return;
  for (const char* warned : {"junk_jpeg_header.jpg", "truncated_app14.jpg"}) {
    CAPTURE(warned);
    CHECK_FALSE(decoded(folder / warned).has_value());
    CHECK(decode_noted(contents(folder / warned), accepting).notes.truncated);
  }
  for (const char* other : {"decompression_bomb.gif", "hopper.bmp", "multiple_comments.gif",
                            "test-card-lossless.jp2", "timeout-6646305047838720"}) {
    CHECK_THROWS_WITH(static_cast<void>(decode(contents(folder / other))),
                      doctest::Contains("which is not supported"));
  }
  CHECK_FALSE(decoded(folder / "truncated_end_chunk.png").has_value());
  CHECK(decoded(folder / "truncated_end_chunk.png", accepting).has_value());
  for (const fs::path& file : files) {
    const std::string name = file.filename().string();
    const bool whole =
        file.extension() == ".png" || file.extension() == ".jpg" || file.extension() == ".mpo";
    if (!whole || name == "junk_jpeg_header.jpg" || name == "truncated_app14.jpg" ||
        name == "truncated_end_chunk.png") {
      continue;
    }
    CHECK_MESSAGE(decoded(file).has_value(), file.string());
  }
  const auto noted = [&](const char* name) {
    const auto texts = decode_noted(contents(folder / name)).notes.texts;
    return texts.size() == 1 ? texts.front() : std::string();
  };
  CHECK(noted("invalid-exif.jpg") == "the EXIF data is damaged and ignored");
  CHECK(noted("truncated_exif_dpi.jpg") == "the EXIF data is damaged and ignored");
  CHECK(noted("sugarshack_no_data.mpo") == "60191 bytes behind the end of the image are ignored");
  CHECK(noted("apng/chunk_no_fdat.png") == "PNG: an animation, of which the still image is taken");
}

TEST_CASE("I10: the EXIF example pictures all stand upright") {
  const auto files = files_below(shared_data() / "hostile/exif_orientation");
  if (skipped("the EXIF example pictures", files)) return;
  for (const fs::path& file : files) {
    const bool landscape = file.filename().string().starts_with("Landscape");
    const auto bytes = contents(file);
    const ImageInfo info = probe(bytes);
    CHECK_MESSAGE(file.stem().string().ends_with(std::to_string(info.orientation)), file.string());
    const Image image = orient(decode(bytes), info.orientation);
    CHECK(image.width == (landscape ? 1800 : 1200));
    CHECK(image.height == (landscape ? 1200 : 1800));
  }
}

TEST_CASE("G20, I20: every hostile image in one process, strictly and accepting, in 512 MB") {
  const auto files = every_hostile_image();
  if (skipped("every hostile image", files)) return;
  const std::int64_t grown = test::peak_growth([&] {
    for (const fs::path& file : files) {
      (void)decoded(file);
      (void)decoded(file, accepting);
    }
  });
  CHECK(grown < 512'000'000);
  MESSAGE(files.size() << " files, each decoded twice: at most " << grown / 1'000'000
                       << " MB more than before");
}
