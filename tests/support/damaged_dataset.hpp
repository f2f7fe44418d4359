/// Copies of a data set with something wrong in it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "io/dataset/dataset.hpp"

namespace roiflow::test {

/// In which the images of these rows have lost the second half of their bytes.
inline void damage(const std::string& from, const std::string& to,
                   const std::vector<std::int64_t>& rows) {
  const DatasetReader reader(from);
  DatasetWriter writer(to, reader.info());
  for (std::int64_t i = 0; i < reader.size(); ++i) {
    Sample sample = reader.read(i);
    if (std::ranges::count(rows, i) > 0) sample.encoded.resize(sample.encoded.size() / 2);
    writer.append(sample);
  }
  writer.close();
}

}  // namespace roiflow::test
