// What stands inside torch's zip archives, with the zip around it always sound: check sums would
// otherwise keep every change away from the code behind them.
//
// Input: entries, each [1 byte: length of the name] name [2 bytes: length] content; the archive is
// made of them, stored.
#include <map>

#include "io/weights/weights_import.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/stored_zip.hpp"

using namespace roiflow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::MemoryFile file;
  fuzz::Input input({data, size});
  test::StoredZip zip;
  std::uint64_t content = 0;
  while (!input.empty()) {
    const auto name = input.take(input.number<std::uint8_t>());
    const auto bytes = input.take(input.number<std::uint16_t>());
    zip.add(fuzz::as_text(name), fuzz::as_text(bytes));
    content += bytes.size();
  }
  file.write(fuzz::as_bytes(zip.finish()));
  fuzz::accepts(file.path(), [&] {
    for (const auto& [name, tensor] : read_weights(file.path()).weights) {
      std::uint64_t elements = 1;
      for (const std::int64_t extent : tensor.shape) elements *= static_cast<std::uint64_t>(extent);
      fuzz::must(tensor.values.size() == elements, "a tensor is as large as its shape", name);
      fuzz::must(elements <= content, "a tensor has no more elements than the file bytes", name);
    }
  });
  return 0;
}
