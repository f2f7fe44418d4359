#include "stages/preprocess/described_preprocess.hpp"

namespace roiflow {

Preprocess described_preprocess(const PreprocessDescription& d) {
  return Preprocess({.mode = preprocess_mode(d.mode),
                     .min_size = d.min_size,
                     .max_size = d.max_size,
                     .mean = d.mean,
                     .std = d.std,
                     .size_divisible = d.size_divisible});
}

}  // namespace roiflow
