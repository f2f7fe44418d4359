/// Reads what tests/reference/make_parity_dump.py wrote: torchvision's values, step by step.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "io/hdf5/hdf5.hpp"
#include "stages/core/box.hpp"
#include "stages/core/detection.hpp"
#include "stages/core/image.hpp"
#include "stages/core/tensor.hpp"

namespace roiflow::test {

/// One picture of a dump.
class ParityImage {
 public:
  explicit ParityImage(hdf5::Group group) : group_(std::move(group)) {}

  [[nodiscard]] std::string name() const { return group_.text_attribute("name"); }
  [[nodiscard]] std::vector<float> floats(const std::string& path) const {
    return dataset(path).read<float>();
  }
  [[nodiscard]] std::vector<std::uint8_t> bytes(const std::string& path) const {
    return dataset(path).read<std::uint8_t>();
  }
  [[nodiscard]] std::vector<std::int64_t> integers(const std::string& path) const {
    return dataset(path).read<std::int64_t>();
  }
  [[nodiscard]] hdf5::Shape shape(const std::string& path) const { return dataset(path).shape(); }
  /// Of a data set or a group; a path may have groups that are not there.
  [[nodiscard]] bool has(const std::string& path) const {
    const std::size_t slash = path.find('/');
    if (slash == std::string::npos) return group_.has(path);
    const std::string first = path.substr(0, slash);
    return group_.has(first) && ParityImage(group_.group(first)).has(path.substr(slash + 1));
  }

  [[nodiscard]] Image image() const {
    const hdf5::Dataset pixels = group_.dataset("image");
    return {static_cast<int>(pixels.shape()[0]), static_cast<int>(pixels.shape()[1]),
            pixels.read<std::uint8_t>()};
  }

  [[nodiscard]] std::vector<Box> boxes(const std::string& path) const {
    const std::vector<float> numbers = floats(path);
    std::vector<Box> boxes;
    for (std::size_t i = 0; i + 3 < numbers.size(); i += 4) {
      boxes.push_back({numbers[i], numbers[i + 1], numbers[i + 2], numbers[i + 3]});
    }
    return boxes;
  }

  /// Part `index` of values that were joined, e.g. ("masks/runs", "masks/run_offsets", 3).
  template <class T>
  [[nodiscard]] std::vector<T> part(const std::string& values, const std::string& offsets,
                                    std::size_t index) const {
    const auto ends = integers(offsets);
    return dataset(values).read<T>(ends[index], ends[index + 1] - ends[index]);
  }

 private:
  [[nodiscard]] hdf5::Dataset dataset(const std::string& path) const {
    const std::size_t slash = path.find('/');
    if (slash == std::string::npos) return group_.dataset(path);
    return ParityImage(group_.group(path.substr(0, slash))).dataset(path.substr(slash + 1));
  }

  hdf5::Group group_;
};

inline std::vector<ParityImage> parity_images(const hdf5::File& file) {
  const hdf5::Group images = file.root().group("images");
  std::vector<ParityImage> all;
  for (const std::string& name : images.children()) all.emplace_back(images.group(name));
  return all;
}

/// Largest difference over the largest expected magnitude.
inline double relative_error(std::span<const float> found, std::span<const float> expected) {
  double difference = 0, magnitude = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double here = std::fabs(double{found[i]} - double{expected[i]});
    difference = std::isnan(here) ? INFINITY : std::max(difference, here);
    magnitude = std::max(magnitude, std::fabs(double{expected[i]}));
  }
  return magnitude > 0 ? difference / magnitude : difference;
}

/// The tolerance of the contract for every intermediate tensor.
inline constexpr double tensor_tolerance = 1e-4;

inline void check_tensor(const std::string& name, std::span<const float> found,
                         std::span<const float> expected) {
  CAPTURE(name);
  REQUIRE(found.size() == expected.size());
  CHECK(relative_error(found, expected) < tensor_tolerance);
}

}  // namespace roiflow::test
