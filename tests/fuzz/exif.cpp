// The orientation in a TIFF structure.
#include "stages/decode/exif.hpp"

#include <vector>

#include "tests/fuzz/fuzz.hpp"

using namespace roiflow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::optional<int> orientation = exif_orientation({data, size});
  if (orientation) fuzz::must(*orientation >= 1 && *orientation <= 8, "an orientation is 1 to 8");
  return 0;
}
