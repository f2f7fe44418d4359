#include "stages/model/fuse.hpp"

#include <algorithm>

#include "stages/model/graph_readers.hpp"

namespace roiflow {

namespace {

/// The fused graph under construction; layers are removed from where they stood and come back,
/// grown, where the absorbed layer stands.
class Fuser {
 public:
  explicit Fuser(const ModelGraph& graph)
      : readers_(graph), fused_{graph.inputs, {}, graph.outputs} {
    for (const Layer& layer : graph.layers) take(layer);
  }

  ModelGraph result() && { return std::move(fused_); }

 private:
  void take(const Layer& layer) {
    if (std::holds_alternative<Add>(layer.kind) && absorb_add(layer)) return;
    if (std::holds_alternative<Relu>(layer.kind) && absorb_relu(layer)) return;
    fused_.layers.push_back(layer);
  }

  /// The layer that makes `value`, if nobody but one layer reads it.
  std::vector<Layer>::iterator sole_source(const std::string& value) {
    if (readers_.count(value) != 1) return fused_.layers.end();
    return std::find_if(fused_.layers.begin(), fused_.layers.end(),
                        [&](const Layer& layer) { return layer.name == value; });
  }

  void replace(std::vector<Layer>::iterator old_place, Layer grown) {
    fused_.layers.erase(old_place);
    fused_.layers.push_back(std::move(grown));
  }

  bool absorb_add(const Layer& add) {
    for (const std::size_t term : {std::size_t{0}, std::size_t{1}}) {
      const auto source = sole_source(add.inputs[term]);
      if (source == fused_.layers.end()) continue;
      const auto* conv = std::get_if<Conv2d>(&source->kind);
      if (conv == nullptr || conv->add || conv->relu) continue;
      Layer grown = *source;
      grown.name = add.name;
      grown.inputs.push_back(add.inputs[1 - term]);
      std::get<Conv2d>(grown.kind).add = true;
      replace(source, std::move(grown));
      return true;
    }
    return false;
  }

  bool absorb_relu(const Layer& relu) {
    const auto source = sole_source(relu.inputs.front());
    if (source == fused_.layers.end()) return false;
    Layer grown = *source;
    if (auto* conv = std::get_if<Conv2d>(&grown.kind)) {
      conv->relu = true;
    } else if (auto* linear = std::get_if<Linear>(&grown.kind)) {
      linear->relu = true;
    } else if (auto* transposed = std::get_if<ConvTranspose2d>(&grown.kind)) {
      transposed->relu = true;
    } else {
      return false;
    }
    grown.name = relu.name;
    replace(source, std::move(grown));
    return true;
  }

  GraphReaders readers_;
  ModelGraph fused_;
};

}  // namespace

ModelGraph fuse(const ModelGraph& graph) {
  return Fuser(graph).result();
}

}  // namespace roiflow
