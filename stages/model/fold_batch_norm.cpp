#include "stages/model/fold_batch_norm.hpp"

#include <cmath>

#include "stages/core/error.hpp"
#include "stages/model/graph_readers.hpp"

namespace roiflow {

namespace {

const WeightTensor& tensor(const Weights& weights, const std::string& name) {
  const auto found = weights.find(name);
  require(found != weights.end(), ErrorCode::bad_data, "tensor {}: missing", name);
  return found->second;
}

/// Writes the folded tensors of one convolution.
void fold(Weights& weights, const Conv2d& conv, double eps, const std::string& conv_prefix,
          const std::string& norm_prefix, const std::string& folded_prefix) {
  WeightTensor weight = tensor(weights, conv_prefix + ".weight");
  const std::vector<float>& gamma = tensor(weights, norm_prefix + ".weight").values;
  const std::vector<float>& beta = tensor(weights, norm_prefix + ".bias").values;
  const std::vector<float>& mean = tensor(weights, norm_prefix + ".running_mean").values;
  const std::vector<float>& variance = tensor(weights, norm_prefix + ".running_var").values;
  const WeightTensor* old_bias = conv.bias ? &tensor(weights, conv_prefix + ".bias") : nullptr;

  const auto channels = static_cast<std::size_t>(conv.out_channels);
  const std::size_t window = weight.values.size() / channels;
  WeightTensor bias{{conv.out_channels}, std::vector<float>(channels)};
  for (std::size_t c = 0; c < channels; ++c) {
    const double scale = double{gamma[c]} / std::sqrt(double{variance[c]} + eps);
    const double before = old_bias != nullptr ? double{old_bias->values[c]} : 0.0;
    bias.values[c] = static_cast<float>((before - double{mean[c]}) * scale + double{beta[c]});
    for (std::size_t i = c * window; i < (c + 1) * window; ++i) {
      weight.values[i] = static_cast<float>(double{weight.values[i]} * scale);
    }
  }
  weights.insert_or_assign(folded_prefix + ".weight", std::move(weight));
  weights.insert_or_assign(folded_prefix + ".bias", std::move(bias));
}

}  // namespace

Model fold_batch_norm(Model model) {
  const GraphReaders readers(model.graph);
  std::map<std::string, std::size_t, std::less<>> convolutions;  // output value -> new position
  std::vector<Layer> layers;
  std::vector<std::string> folded_away;
  for (Layer& layer : model.graph.layers) {
    const auto* norm = std::get_if<BatchNorm>(&layer.kind);
    const auto found =
        norm != nullptr ? convolutions.find(layer.inputs.front()) : convolutions.end();
    if (found == convolutions.end()) {
      const auto* conv = std::get_if<Conv2d>(&layer.kind);
      const bool can_take_a_norm = conv != nullptr && !conv->add && !conv->relu;
      if (can_take_a_norm && readers.count(layer.name) == 1) {
        convolutions[layer.name] = layers.size();
      }
      layers.push_back(std::move(layer));
      continue;
    }
    Layer& conv_layer = layers[found->second];
    auto& conv = std::get<Conv2d>(conv_layer.kind);
    const std::string old_prefix = conv_layer.parameters;
    const std::string new_prefix = old_prefix + "+" + layer.parameters;
    fold(model.weights, conv, norm->eps, old_prefix, layer.parameters, new_prefix);
    conv.bias = true;
    conv_layer.parameters = new_prefix;
    conv_layer.name = layer.name;
    for (const std::string& prefix : {old_prefix, layer.parameters}) folded_away.push_back(prefix);
  }
  model.graph.layers = std::move(layers);
  const TensorShapes still_read = expected_tensors(model.graph);
  for (const std::string& prefix : folded_away) {
    for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"}) {
      if (!still_read.contains(prefix + part)) model.weights.erase(prefix + part);
    }
  }
  return model;
}

}  // namespace roiflow
