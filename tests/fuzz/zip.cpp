// A zip archive as it comes, and torch's weights in it.
#include "io/weights/torch_zip.hpp"
#include "io/weights/zip_archive.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace roiflow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::MemoryFile file;
  file.write({data, size});
  const bool sound = fuzz::accepts(file.path(), [&] {
    const ZipArchive archive(file.path());
    for (const auto& [name, entry] : archive.entries()) {
      fuzz::must(name.find("..") == std::string::npos || !name.starts_with("../"),
                 "no entry leaves the archive", name);
      fuzz::must(archive.read(name).size() == entry.bytes, "an entry is as long as it says", name);
    }
  });
  const bool weights = fuzz::accepts(file.path(), [&] { (void)read_torch_zip(file.path()); });
  // Entries that weights do not need may be damaged; but not the other way round.
  (void)sound;
  (void)weights;
  return 0;
}
