// The format of torch before 1.6: pickles in a row, then storages.
#include "io/weights/torch_legacy.hpp"

#include "io/weights/weights_import.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace roiflow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::MemoryFile file;
  file.write({data, size});
  fuzz::accepts(file.path(), [&] {
    for (const auto& [name, tensor] : read_torch_legacy(InputFile(file.path())).weights) {
      std::uint64_t elements = 1;
      for (const std::int64_t extent : tensor.shape) elements *= static_cast<std::uint64_t>(extent);
      fuzz::must(tensor.values.size() == elements, "a tensor is as large as its shape", name);
      fuzz::must(elements <= size, "a tensor has no more elements than the file bytes", name);
    }
  });
  // The door that people come through: whatever the first bytes are.
  fuzz::accepts(file.path(), [&] { (void)read_weights(file.path()); });
  return 0;
}
