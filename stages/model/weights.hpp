/// Trained tensors by name, and the check that a set of them is what a network needs.
///
/// Names are those of torchvision's state_dict ("backbone.body.conv1.weight"), layouts too:
/// convolutions [out, in/groups, kernel_h, kernel_w], linear layers [out, in], transposed
/// convolutions [in, out, kernel_h, kernel_w], vectors [n]. Values are float32, row-major.
///
/// Example: const WeightReport report = compare(expected_tensors(graph), weights);
///          require(report.complete(), ErrorCode::bad_data, "{}: {}", path, report.text());
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace roiflow {

struct WeightTensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;  ///< as many as the product of `shape`
};

using Weights = std::map<std::string, WeightTensor, std::less<>>;

/// What a network wants: name -> shape.
using TensorShapes = std::map<std::string, std::vector<std::int64_t>, std::less<>>;

/// Every difference between what is wanted and what is there, in name order.
struct WeightReport {
  struct Misshapen {
    std::string name;
    std::vector<std::int64_t> expected;
    std::vector<std::int64_t> found;
  };
  std::vector<std::string> missing;  ///< wanted, not there
  std::vector<std::string> extra;    ///< there, not wanted
  std::vector<Misshapen> misshapen;  ///< there with another shape (or too few values for its shape)

  /// Nothing missing and nothing misshapen; extra tensors do no harm.
  [[nodiscard]] bool complete() const { return missing.empty() && misshapen.empty(); }
  /// One line a problem: "missing NAME", "extra NAME", "misshapen NAME: expected [..], found [..]".
  [[nodiscard]] std::string text() const;
};

/// Compares names and shapes; never throws for a difference.
WeightReport compare(const TensorShapes& expected, const Weights& weights);

}  // namespace roiflow
