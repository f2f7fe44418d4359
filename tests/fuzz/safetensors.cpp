// A safetensors file. What is accepted can be written by the format's plainest rules and read
// again.
#include "io/weights/safetensors.hpp"

#include <cmath>
#include <cstring>

#include "tests/fuzz/fuzz.hpp"

using namespace roiflow;

namespace {

std::string escaped(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text;
}

/// All tensors as F32, in name order.
std::string plainest(const Weights& weights) {
  std::string header = "{", data;
  for (const auto& [name, tensor] : weights) {
    std::string shape;
    for (const std::int64_t extent : tensor.shape) {
      shape += (shape.empty() ? "" : ",") + std::to_string(extent);
    }
    const std::size_t begin = data.size();
    data.append(reinterpret_cast<const char*>(tensor.values.data()),
                tensor.values.size() * sizeof(float));
    header += fmt::format(R"({}"{}":{{"dtype":"F32","shape":[{}],"data_offsets":[{},{}]}})",
                          header.size() > 1 ? "," : "", escaped(name), shape, begin, data.size());
  }
  header += '}';
  const std::uint64_t length = header.size();
  std::string file(sizeof length, '\0');
  std::memcpy(file.data(), &length, sizeof length);
  return file + header + data;
}

bool same(const Weights& a, const Weights& b) {
  if (a.size() != b.size()) return false;
  for (auto left = a.begin(), right = b.begin(); left != a.end(); ++left, ++right) {
    const auto& [x, y] = std::pair(left->second, right->second);
    if (left->first != right->first || x.shape != y.shape || x.values.size() != y.values.size() ||
        (!x.values.empty() &&
         std::memcmp(x.values.data(), y.values.data(), x.values.size() * sizeof(float)) != 0)) {
      return false;
    }
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::MemoryFile file, second;
  file.write({data, size});
  fuzz::accepts(file.path(), [&] {
    const Weights weights = read_safetensors(InputFile(file.path())).weights;
    std::size_t elements = 0;
    for (const auto& [name, tensor] : weights) elements += tensor.values.size();
    fuzz::must(elements <= size, "no more elements than the file bytes");
    second.write(fuzz::as_bytes(plainest(weights)));
    Weights again;
    fuzz::must(fuzz::accepts(second.path(),
                             [&] { again = read_safetensors(InputFile(second.path())).weights; }),
               "what was accepted can be written and read");
    fuzz::must(same(weights, again), "what was accepted reads back the same");
  });
  return 0;
}
