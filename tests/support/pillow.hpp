/// What Pillow reads from image files, asked at test time.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace roiflow::test {

/// zlib's Adler-32.
inline std::uint32_t adler32(const std::vector<std::uint8_t>& bytes) {
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
  std::uint32_t checksum = 0, upright = 0;
  std::string mode;
};

inline std::string pillow_python() {
  const char* named = std::getenv("ROIFLOW_PILLOW_PYTHON");
  return named != nullptr ? named : "/usr/bin/python3";
}

inline bool pillow_is_there() {
  const std::string probe = "'" + pillow_python() + "' -c 'import PIL.Image' >/dev/null 2>&1";
  return std::system(probe.c_str()) == 0;
}

inline std::vector<PillowAnswer> ask_pillow(const std::vector<std::filesystem::path>& files) {
  const std::filesystem::path scratch =
      std::filesystem::temp_directory_path() / ("roiflow_decode_" + std::to_string(std::rand()));
  const std::filesystem::path list = scratch.string() + ".list";
  const std::filesystem::path answers = scratch.string() + ".answers";
  {
    std::ofstream out(list);
    for (const std::filesystem::path& file : files)
      out << std::filesystem::absolute(file).string() << '\n';
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
    if (answer.read) {
      words >> answer.width >> answer.height >> answer.checksum >> answer.upright >> answer.mode;
    }
    result.push_back(answer);
  }
  std::filesystem::remove(list);
  std::filesystem::remove(answers);
  REQUIRE(result.size() == files.size());
  return result;
}

}  // namespace roiflow::test
