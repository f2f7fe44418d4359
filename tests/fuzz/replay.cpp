// Gives a fuzz target every file of the folders named, each once: what fuzzing found stays found.
//
//   fuzz_replay_pickle tests/fuzz/pickle
//
// The folder has `seeds` and, once something was found, `regressions`. No seeds, no success.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "tests/fuzz/fuzz.hpp"

namespace {

std::vector<std::filesystem::path> files_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::is_directory(folder)) return files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

void replay(const std::filesystem::path& path) {
  std::printf("%s\n", path.c_str());
  std::fflush(stdout);  // the last name printed is the one that crashed
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", arguments[0]);
    return 64;
  }
  const std::filesystem::path folder = arguments[1];
  const auto seeds = files_of(folder / "seeds");
  const auto regressions = files_of(folder / "regressions");
  if (seeds.empty()) {
    std::fprintf(stderr, "%s: expected files in %s, found none\n", arguments[0],
                 (folder / "seeds").c_str());
    return 66;
  }
  for (const auto& file : seeds) replay(file);
  for (const auto& file : regressions) replay(file);
  std::printf("%zu seeds and %zu regressions replayed\n", seeds.size(), regressions.size());
  return 0;
}
