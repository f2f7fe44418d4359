#include "stages/execute/upsample.hpp"

#include <algorithm>
#include <cstring>

namespace roiflow {

namespace {

std::vector<std::int64_t> sources(std::int64_t in, std::int64_t out) {
  std::vector<std::int64_t> from(static_cast<std::size_t>(out));
  const float scale = static_cast<float>(in) / static_cast<float>(out);
  for (std::int64_t i = 0; i < out; ++i) {
    const auto at = static_cast<std::int64_t>(static_cast<float>(i) * scale);
    from[static_cast<std::size_t>(i)] = std::min(at, in - 1);
  }
  return from;
}

}  // namespace

Upsample::Upsample(std::int64_t outer, std::int64_t block, Size in, Size out)
    : outer_(outer),
      block_(block),
      in_(in),
      out_(out),
      source_rows_(sources(in.height, out.height)),
      source_columns_(sources(in.width, out.width)) {}

template <std::int64_t Block>
void Upsample::run_rows(float* out, const float* in) const {
  const std::int64_t block = Block > 0 ? Block : block_;  // known to the compiler: short copies
  const auto bytes = static_cast<std::size_t>(block) * sizeof(float);
  for (std::int64_t o = 0; o < outer_; ++o) {
    const float* plane = in + o * in_.height * in_.width * block;
    const float* previous = nullptr;
    std::int64_t previous_source = -1;
    for (const std::int64_t source_row : source_rows_) {
      if (source_row == previous_source) {
        std::memcpy(out, previous, bytes * static_cast<std::size_t>(out_.width));
      } else {
        float* to = out;
        for (const std::int64_t column : source_columns_) {
          std::memcpy(to, plane + (source_row * in_.width + column) * block, bytes);
          to += block;
        }
      }
      previous = out;
      previous_source = source_row;
      out += out_.width * block;
    }
  }
}

void Upsample::run(float* out, const float* in) const {
  switch (block_) {
    case 8:
      return run_rows<8>(out, in);
    case 16:
      return run_rows<16>(out, in);
    default:
      return run_rows<0>(out, in);
  }
}

}  // namespace roiflow
