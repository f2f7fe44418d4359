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

using namespace roiflow;
namespace fs = std::filesystem;

namespace {

fs::path shared_data() {
  const char* named = std::getenv("ROIFLOW_SHARED_DATA");
  return named != nullptr ? fs::path(named) : fs::path(ROIFLOW_SOURCE_DIR) / "../shared/data";
}

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

/// Nothing if the file is refused; any other exception is a failure of the test.
std::optional<Image> decoded(const fs::path& path) {
  try {
    return decode(contents(path));
  } catch (const Error& error) {
    CHECK_MESSAGE(error.code() == ErrorCode::bad_data, path.string());
    return std::nullopt;
  }
}

/// zlib's Adler-32.
std::uint32_t adler32(const std::vector<std::uint8_t>& bytes) {
  constexpr std::uint32_t prime = 65521;
  std::uint32_t a = 1;
  std::uint32_t b = 0;
  for (const std::uint8_t byte : bytes) {
    a = (a + byte) % prime;
    b = (b + a) % prime;
  }
  return b << 16U | a;
}

struct PillowAnswer {
  bool read = false;
  int width = 0, height = 0;
  std::uint32_t checksum = 0;
  std::string mode;
};

std::string pillow_python() {
  const char* named = std::getenv("ROIFLOW_PILLOW_PYTHON");
  return named != nullptr ? named : "/usr/bin/python3";
}

bool pillow_is_there() {
  const std::string probe = "'" + pillow_python() + "' -c 'import PIL.Image' >/dev/null 2>&1";
  return std::system(probe.c_str()) == 0;
}

std::vector<PillowAnswer> ask_pillow(const std::vector<fs::path>& files) {
  const fs::path scratch =
      fs::temp_directory_path() / ("roiflow_decode_" + std::to_string(std::rand()));
  const fs::path list = scratch.string() + ".list";
  const fs::path answers = scratch.string() + ".answers";
  {
    std::ofstream out(list);
    for (const fs::path& file : files) out << fs::absolute(file).string() << '\n';
  }
  const std::string command = "'" + pillow_python() +
                              "' '" ROIFLOW_SOURCE_DIR "/tests/reference/pillow_pixels.py' '" +
                              list.string() + "' > '" + answers.string() + "'";
  REQUIRE(std::system(command.c_str()) == 0);
  std::vector<PillowAnswer> result;
  std::ifstream in(answers);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string verdict;
    PillowAnswer answer;
    words >> verdict;
    answer.read = verdict == "ok";
    if (answer.read) words >> answer.width >> answer.height >> answer.checksum >> answer.mode;
    result.push_back(answer);
  }
  fs::remove(list);
  fs::remove(answers);
  REQUIRE(result.size() == files.size());
  return result;
}

}  // namespace

TEST_CASE("decode: real and hostile files give the pixels that Pillow reads") {
  const char* const name = "decode: real and hostile files give the pixels that Pillow reads";
  std::vector<fs::path> files;
  for (const char* folder :
       {"coco_mini", "hostile/pngsuite", "hostile/png_bad", "hostile/pillow_images",
        "hostile/libjpeg_turbo_seed", "hostile/torchvision_damaged", "hostile/exif_orientation"}) {
    const auto more = files_below(shared_data() / folder);
    std::ranges::copy_if(more, std::back_inserter(files),
                         [](const fs::path& path) { return path.extension() != ".json"; });
  }
  if (files.empty()) {
    MESSAGE("SKIPPED " << name << ": no files in " << shared_data().string());
    return;
  }
  if (!pillow_is_there()) {
    MESSAGE("SKIPPED " << name
                       << ": no Pillow; set ROIFLOW_PILLOW_PYTHON to an interpreter that has it");
    return;
  }
  const auto answers = ask_pillow(files);
  int both = 0, neither = 0, only_pillow = 0, only_ours = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    CAPTURE(files[i].string());
    const auto image = decoded(files[i]);
    const PillowAnswer& pillow = answers[i];
    both += static_cast<int>(image && pillow.read);
    neither += static_cast<int>(!image && !pillow.read);
    only_pillow += static_cast<int>(!image && pillow.read);
    only_ours += static_cast<int>(image && !pillow.read);
    const bool sixteen_bit_gray = pillow.mode.starts_with("I");  // see decode.hpp
    if (!image || !pillow.read || sixteen_bit_gray) continue;
    CHECK(image->width == pillow.width);
    CHECK(image->height == pillow.height);
    CHECK(adler32(image->rgb) == pillow.checksum);
  }
  MESSAGE(both << " files read by both, " << neither << " by neither, " << only_pillow
               << " by Pillow only, " << only_ours << " by us only");
}

TEST_CASE("decode: COCO images are all read") {
  const auto files = files_below(shared_data() / "coco_mini");
  int images = 0;
  for (const fs::path& file : files) {
    if (file.extension() != ".jpg") continue;
    CHECK_MESSAGE(decoded(file).has_value(), file.string());
    ++images;
  }
  if (images == 0)
    MESSAGE("SKIPPED decode: COCO images are all read: none in " << shared_data().string());
}

TEST_CASE("decode: PngSuite's verdicts") {
  const auto files = files_below(shared_data() / "hostile/pngsuite");
  if (files.empty())
    MESSAGE("SKIPPED decode: PngSuite's verdicts: not in " << shared_data().string());
  for (const fs::path& file : files) {
    if (file.extension() != ".png") continue;
    const bool corrupt = file.filename().string().starts_with("x");
    CHECK_MESSAGE(decoded(file).has_value() == !corrupt, file.string());
  }
}

TEST_CASE("decode: damaged files of torchvision's tests are refused") {
  const auto files = files_below(shared_data() / "hostile/torchvision_damaged");
  if (files.empty()) {
    MESSAGE("SKIPPED decode: damaged files of torchvision's tests are refused: not in "
            << shared_data().string());
  }
  for (const fs::path& file : files) CHECK_MESSAGE(!decoded(file).has_value(), file.string());
}

TEST_CASE("orient: the EXIF example pictures all stand upright") {
  const auto files = files_below(shared_data() / "hostile/exif_orientation");
  if (files.empty()) {
    MESSAGE("SKIPPED orient: the EXIF example pictures all stand upright: not in "
            << shared_data().string());
  }
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
