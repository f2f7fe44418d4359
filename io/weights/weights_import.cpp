#include "io/weights/weights_import.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "io/input_file.hpp"
#include "io/weights/d2go_names.hpp"
#include "io/weights/safetensors.hpp"
#include "io/weights/torch_legacy.hpp"
#include "io/weights/torch_zip.hpp"
#include "io/weights/weight_names.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::string_view zip_magic = "PK\x03\x04";
constexpr std::string_view hdf5_magic = "\x89HDF";
constexpr std::string_view tar_magic = "ustar";
constexpr std::size_t tar_magic_offset = 257;

/// What a file that we do not read looks like, in words.
std::string_view describe(std::string_view beginning) {
  if (beginning.empty()) return "an empty file";
  if (beginning.starts_with(hdf5_magic)) return "an HDF5 file (a model file is not imported again)";
  if (beginning.size() > tar_magic_offset &&
      beginning.substr(tar_magic_offset).starts_with(tar_magic)) {
    return "a tar archive (torch before 0.1.10 wrote those)";
  }
  if (beginning.starts_with('\x80')) return "a pickle that torch.save did not write";
  return "something else";
}

ImportedWeights read_any(const std::string& path) {
  const InputFile file(path);
  const auto bytes = file.read(0, std::min<std::uint64_t>(file.size(), 512), "beginning");
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with(zip_magic)) return read_torch_zip(path);
  if (is_torch_legacy(std::span(bytes).first(std::min<std::size_t>(bytes.size(), 32)))) {
    return read_torch_legacy(file);
  }
  // safetensors has no magic number: a length, then JSON that begins with a brace.
  constexpr std::size_t length_bytes = 8;
  const std::size_t first = text.find_first_not_of(" \t\r\n", length_bytes);
  if (first != std::string_view::npos && text[first] == '{') return read_safetensors(file);
  fail(ErrorCode::bad_data, "{}: expected weights (.pth, .pt or .safetensors by content), found {}",
       path, describe(text));
}

}  // namespace

void require_finite(const Weights& weights, const std::string& source) {
  for (const auto& [name, tensor] : weights) {
    const auto bad = std::ranges::find_if(tensor.values, [](float v) { return !std::isfinite(v); });
    require(bad == tensor.values.end(), ErrorCode::bad_data,
            "{}: tensor '{}': expected finite numbers, found {} at index {}", source, name,
            bad == tensor.values.end() ? 0.0F : *bad, bad - tensor.values.begin());
  }
}

ImportedWeights read_weights(const std::string& path) {
  ImportedWeights imported = read_any(path);
  make_names_canonical(imported, path);
  if (is_d2go(imported.weights)) convert_d2go(imported, path);
  require_finite(imported.weights, path);
  return imported;
}

}  // namespace roiflow
