/// A network's tensors in the layouts that its primitives want, each made once and shared by all
/// plans and lanes. Thread-safe.
///
/// Memory is not held twice: a tensor as it was given is dropped as soon as a reordered copy or a
/// derived tensor takes its place. So a tensor is either derived by one function or used as it is;
/// which of them must depend on the layer alone, not on input sizes.
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

  /// Replaces tensor `name` by what `derive` makes of it, unless that was done before; returns the
  /// new tensor's name, which contains `kind`.
  std::string derived(const std::string& name, const std::string& kind,
                      const std::function<WeightTensor(const WeightTensor&)>& derive);

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
