#include "stages/execute/packed_weights.hpp"

#include "stages/core/error.hpp"

namespace roiflow {

namespace {

bool is_invertible(const dnnl::memory::desc& layout) {
  return layout.data.format_kind == dnnl_blocked;
}

}  // namespace

dnnl::memory PackedWeights::source(const std::string& name, const dnnl::memory::desc& plain) {
  const auto raw = raw_.find(name);
  if (raw != raw_.end()) return {plain, engine_, raw->second.values.data()};
  for (const dnnl::memory& copy : packed_[name]) {
    if (is_invertible(copy.get_desc())) return copy;
  }
  fail(ErrorCode::internal, "tensor {}: not there", name);
}

dnnl::memory PackedWeights::get(const std::string& name, const dnnl::memory::desc& plain,
                                const dnnl::memory::desc& wanted) {
  const std::scoped_lock lock(mutex_);
  for (const dnnl::memory& copy : packed_[name]) {
    if (copy.get_desc() == wanted) return copy;
  }
  dnnl::memory from = source(name, plain);
  dnnl::memory to(wanted, engine_);
  dnnl::stream stream(engine_);
  dnnl::reorder(from, to).execute(stream, from, to);
  stream.wait();
  packed_[name].push_back(to);
  if (is_invertible(wanted)) raw_.erase(name);
  return to;
}

std::string PackedWeights::derived(const std::string& name, const std::string& kind,
                                   const std::function<WeightTensor(const WeightTensor&)>& derive) {
  const std::scoped_lock lock(mutex_);
  std::string new_name = name + " (" + kind + ")";
  if (!raw_.contains(new_name) && !packed_.contains(new_name)) {
    const auto raw = raw_.find(name);
    require(raw != raw_.end(), ErrorCode::internal, "tensor {}: used in two ways", name);
    WeightTensor tensor = derive(raw->second);
    raw_.erase(raw);
    raw_.emplace(new_name, std::move(tensor));
  }
  return new_name;
}

std::size_t PackedWeights::bytes() const {
  const std::scoped_lock lock(mutex_);
  std::size_t total = 0;
  for (const auto& [name, copies] : packed_) {
    for (const dnnl::memory& copy : copies) total += copy.get_desc().get_size();
  }
  return total;
}

}  // namespace roiflow
