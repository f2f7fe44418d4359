// An HDF5 file with bytes changed, or any bytes at all, by all our readers.
//
// Input: [1 byte: which file, of hdf5_files.hpp] edits: [3 bytes: offset] [1 byte: length] bytes; a
// length of 0 cuts the file there. An input that is an HDF5 file itself is taken as it is.
#include <fstream>
#include <iterator>

#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/hdf5_files.hpp"
#include "tests/support/scratch.hpp"

using namespace roiflow;

namespace {

std::vector<std::string> originals() {
  const test::Scratch scratch("fuzz_hdf5_file");
  std::vector<std::string> files;
  for (const auto& path : fuzz::make_hdf5_files(scratch.path())) {
    files.push_back(test::read_bytes(path));
  }
  return files;
}

std::string edited(std::string file, fuzz::Input input) {
  while (!input.empty() && !file.empty()) {
    std::size_t offset = input.number<std::uint8_t>();
    offset = offset << 16U | input.number<std::uint16_t>();
    offset %= file.size();
    const auto length = input.number<std::uint8_t>();
    if (length == 0) {
      file.resize(offset);
      continue;
    }
    const auto bytes = input.take(std::min<std::size_t>(length, file.size() - offset));
    file.replace(offset, bytes.size(), fuzz::as_text(bytes));
  }
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::string> files = originals();
  static const test::Scratch scratch("fuzz_hdf5_file_changed");  // HDF5 asks for a path's real name
  const auto path = scratch / "changed.h5";
  fuzz::Input input({data, size});
  if (fuzz::as_text(input.rest()).starts_with("\x89HDF")) {
    test::write_bytes(path, fuzz::as_text(input.rest()));
  } else {
    const std::string& original = files[input.number<std::uint8_t>() % files.size()];
    test::write_bytes(path, edited(original, input));
  }
  fuzz::read_hdf5_file(path);
  return 0;
}
