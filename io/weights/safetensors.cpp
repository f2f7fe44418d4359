#include "io/weights/safetensors.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "io/weights/element_type.hpp"
#include "io/weights/safetensors_header.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::uint64_t max_header_bytes = 25U << 20U;

ElementType element_type(const SafetensorsEntry& entry, const std::string& path) {
  using enum ElementType;
  using Named = std::pair<std::string_view, ElementType>;
  static constexpr auto types = std::to_array<Named>({{"F64", float64},
                                                      {"F32", float32},
                                                      {"F16", float16},
                                                      {"BF16", bfloat16},
                                                      {"I64", int64},
                                                      {"I32", int32},
                                                      {"I16", int16},
                                                      {"I8", int8},
                                                      {"U64", uint64},
                                                      {"U32", uint32},
                                                      {"U16", uint16},
                                                      {"U8", uint8},
                                                      {"BOOL", boolean}});
  const auto* found = std::ranges::find(types, std::string_view(entry.dtype), &Named::first);
  require(found != types.end(), ErrorCode::bad_data,
          "{}: tensor '{}': expected a dtype of F64, F32, F16, BF16, I64 to I8, U64 to U8 or BOOL, "
          "found '{}'",
          path, entry.name, entry.dtype.substr(0, 20));
  return found->second;
}

/// The tensors must tile the data: sorted by place, each begins where the last one ended.
void check_layout(std::vector<SafetensorsEntry>& entries, std::uint64_t data_bytes,
                  const std::string& path) {
  std::ranges::sort(entries, [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t end = 0;
  for (const SafetensorsEntry& entry : entries) {
    require(entry.begin == end && entry.end >= entry.begin, ErrorCode::bad_data,
            "{}: tensor '{}': expected data_offsets that begin at {} (no hole, no overlap), found "
            "[{}, {}]",
            path, entry.name, end, entry.begin, entry.end);
    end = entry.end;
  }
  require(end == data_bytes, ErrorCode::bad_data,
          "{}: expected {} bytes of data as the header says, found {}", path, end, data_bytes);
}

/// Elements; the bytes of the shape must be those of the offsets.
std::size_t check_size(const SafetensorsEntry& entry, ElementType type, const std::string& path) {
  const std::uint64_t available = (entry.end - entry.begin) / bytes_of(type);
  std::uint64_t count = 1;
  bool fits = true;
  for (const std::uint64_t extent : entry.shape) {
    if (extent > static_cast<std::uint64_t>(INT64_MAX)) fits = false;
    if (extent != 0 && count > UINT64_MAX / extent) fits = false;
    count *= extent;
  }
  require(fits && count == available && count * bytes_of(type) == entry.end - entry.begin,
          ErrorCode::bad_data, "{}: tensor '{}': its shape and dtype do not make {} bytes", path,
          entry.name, entry.end - entry.begin);
  return count;
}

}  // namespace

ImportedWeights read_safetensors(const InputFile& file) {
  const std::string& path = file.path();
  std::uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, file.read(0, 8, "length of the header").data(), sizeof header_bytes);
  require(header_bytes <= max_header_bytes, ErrorCode::bad_data,
          "{}: header: expected at most {} bytes, found {}", path, max_header_bytes, header_bytes);
  auto entries = parse_safetensors_header(file.read(8, header_bytes, "header"), path);
  const std::uint64_t data_begin = 8 + header_bytes;
  check_layout(entries, file.size() - data_begin, path);

  ImportedWeights result{{}, {}, "safetensors"};
  for (const SafetensorsEntry& entry : entries) {
    check_tensor_name(entry.name, path);
    const ElementType type = element_type(entry, path);
    WeightTensor tensor{{entry.shape.begin(), entry.shape.end()}, {}};
    tensor.values.resize(check_size(entry, type, path));
    const auto bytes =
        file.read(data_begin + entry.begin, entry.end - entry.begin, "tensor '" + entry.name + "'");
    to_float(type, bytes.data(), tensor.values);
    result.weights.emplace(entry.name, std::move(tensor));
  }
  return result;
}

}  // namespace roiflow
