#include "stages/model/weights.hpp"

#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace roiflow {

namespace {

bool has_as_many_values_as_its_shape(const WeightTensor& tensor) {
  const auto count = std::accumulate(tensor.shape.begin(), tensor.shape.end(), std::int64_t{1},
                                     [](std::int64_t a, std::int64_t b) { return a * b; });
  return count >= 0 && tensor.values.size() == static_cast<std::size_t>(count);
}

}  // namespace

std::string WeightReport::text() const {
  std::string text;
  for (const std::string& name : missing) text += fmt::format("missing {}\n", name);
  for (const std::string& name : extra) text += fmt::format("extra {}\n", name);
  for (const Misshapen& item : misshapen) {
    text += fmt::format("misshapen {}: expected [{}], found [{}]\n", item.name,
                        fmt::join(item.expected, ", "), fmt::join(item.found, ", "));
  }
  return text;
}

WeightReport compare(const TensorShapes& expected, const Weights& weights) {
  WeightReport report;
  for (const auto& [name, shape] : expected) {
    const auto found = weights.find(name);
    if (found == weights.end()) {
      report.missing.push_back(name);
    } else if (found->second.shape != shape || !has_as_many_values_as_its_shape(found->second)) {
      report.misshapen.push_back({name, shape, found->second.shape});
    }
  }
  for (const auto& [name, tensor] : weights) {
    if (!expected.contains(name)) report.extra.push_back(name);
  }
  return report;
}

}  // namespace roiflow
