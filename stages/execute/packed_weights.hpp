/// A network's tensors in the layouts that its primitives want, each reordered once and shared by
/// all plans and lanes.
///
/// The tensor as it was given is dropped as soon as a reordered copy exists from which it could be
/// made again; transformed weights (Winograd's) are no such copy. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <dnnl.hpp>

#include "stages/model/weights.hpp"

namespace roiflow {

class PackedWeights {
 public:
  PackedWeights(dnnl::engine engine, Weights weights)
      : engine_(std::move(engine)), raw_(std::move(weights)) {}

  /// Tensor `name`, which `plain` describes as it was given, in layout `wanted`.
  dnnl::memory get(const std::string& name, const dnnl::memory::desc& plain,
                   const dnnl::memory::desc& wanted);

  /// Tensor `name` as a function makes it from what was given; `kind` tells functions apart.
  dnnl::memory transformed(const std::string& name, const std::string& kind,
                           const std::function<std::vector<float>(const WeightTensor&)>& transform);

  /// Bytes held in reordered tensors.
  [[nodiscard]] std::size_t bytes() const;

 private:
  [[nodiscard]] dnnl::memory source(const std::string& name, const dnnl::memory::desc& plain);

  dnnl::engine engine_;
  mutable std::mutex mutex_;
  Weights raw_;
  std::map<std::string, std::vector<dnnl::memory>, std::less<>> packed_;
};

}  // namespace roiflow
