/// Nearest-neighbour enlargement on channel blocks, as torch's interpolate(mode="nearest"): output
/// row y takes input row floor(y * in / out), computed as torch does, in float32.
///
/// The tensors are [outer, height, width, block], dense: NHWC is outer = batch, block = channels;
/// oneDNN's nChw8c is outer = batch * channels / 8, block = 8.
#pragma once

#include <cstdint>
#include <vector>

namespace roiflow {

class Upsample {
 public:
  struct Size {
    std::int64_t height = 0;
    std::int64_t width = 0;
  };
  Upsample(std::int64_t outer, std::int64_t block, Size in, Size out);

  void run(float* out, const float* in) const;

 private:
  template <std::int64_t Block>
  void run_rows(float* out, const float* in) const;

  std::int64_t outer_;
  std::int64_t block_;
  Size in_;
  Size out_;
  std::vector<std::int64_t> source_rows_;
  std::vector<std::int64_t> source_columns_;
};

}  // namespace roiflow
