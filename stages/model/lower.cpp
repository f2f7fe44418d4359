#include "stages/model/lower.hpp"

#include <algorithm>
#include <set>

#include "stages/core/error.hpp"

namespace roiflow {

namespace {

bool windows_do_not_overlap(const ConvTranspose2d& conv) {
  return conv.kernel == conv.stride && conv.padding == Extent2d{0, 0};
}

/// [in, out, kh, kw] -> [(kh * KW + kw) * OUT + out, in, 1, 1]; the bias is repeated.
void rewrite_transposed(Weights& weights, const Layer& layer, const ConvTranspose2d& conv,
                        const std::string& prefix) {
  const WeightTensor& old_weight = weights.at(layer.parameters + ".weight");
  const auto inputs = static_cast<std::size_t>(old_weight.shape[0]);
  const auto outputs = static_cast<std::size_t>(conv.out_channels);
  const auto window = static_cast<std::size_t>(conv.kernel.h * conv.kernel.w);
  WeightTensor weight{{static_cast<std::int64_t>(window * outputs), old_weight.shape[0], 1, 1},
                      std::vector<float>(old_weight.values.size())};
  for (std::size_t in = 0; in < inputs; ++in) {
    for (std::size_t out = 0; out < outputs; ++out) {
      for (std::size_t at = 0; at < window; ++at) {
        weight.values[(at * outputs + out) * inputs + in] =
            old_weight.values[(in * outputs + out) * window + at];
      }
    }
  }
  if (conv.bias) {
    const std::vector<float>& old_bias = weights.at(layer.parameters + ".bias").values;
    WeightTensor bias{{static_cast<std::int64_t>(window * outputs)}, {}};
    for (std::size_t at = 0; at < window; ++at) {
      bias.values.insert(bias.values.end(), old_bias.begin(), old_bias.end());
    }
    weights.insert_or_assign(prefix + ".bias", std::move(bias));
  }
  weights.insert_or_assign(prefix + ".weight", std::move(weight));
}

/// Drops tensors that no layer reads any more.
void keep_read_tensors(Model& model) {
  const TensorShapes read = expected_tensors(model.graph);
  std::erase_if(model.weights, [&](const auto& entry) { return !read.contains(entry.first); });
}

bool is_plain_pointwise(const Layer& layer) {
  const auto* conv = std::get_if<Conv2d>(&layer.kind);
  return conv != nullptr && conv->kernel == Extent2d{1, 1} && conv->stride == Extent2d{1, 1} &&
         conv->padding == Extent2d{0, 0} && conv->groups == 1 && conv->bias && !conv->add &&
         !conv->relu;
}

/// Stacks the tensors of `siblings` along the output channels.
void stack_tensors(Weights& weights, const std::vector<Layer>& siblings,
                   const std::string& prefix) {
  for (const char* part : {".weight", ".bias"}) {
    WeightTensor stacked = weights.at(siblings.front().parameters + part);
    for (std::size_t i = 1; i < siblings.size(); ++i) {
      const WeightTensor& more = weights.at(siblings[i].parameters + part);
      stacked.shape[0] += more.shape[0];
      stacked.values.insert(stacked.values.end(), more.values.begin(), more.values.end());
    }
    weights.insert_or_assign(prefix + part, std::move(stacked));
  }
}

bool is_plain_linear(const Layer& layer) {
  const auto* linear = std::get_if<Linear>(&layer.kind);
  return linear != nullptr && linear->bias && !linear->relu;
}

std::int64_t outputs_of(const LayerKind& kind) {
  const auto* linear = std::get_if<Linear>(&kind);
  return linear != nullptr ? linear->out_features : std::get<Conv2d>(kind).out_channels;
}

LayerKind with_outputs(const LayerKind& kind, std::int64_t outputs) {
  if (std::holds_alternative<Linear>(kind)) return Linear{.out_features = outputs};
  return Conv2d{.out_channels = outputs};
}

/// One layer and the slices that stand for the `siblings`.
void merge(Model& model, const std::vector<Layer>& siblings) {
  std::string prefix;
  std::int64_t channels = 0;
  for (const Layer& sibling : siblings) {
    prefix += (prefix.empty() ? "" : "|") + sibling.parameters;
    channels += outputs_of(sibling.kind);
  }
  stack_tensors(model.weights, siblings, prefix);
  const Layer& first = siblings.front();
  const std::string merged = model.graph.add(
      {first.name + "|merged", with_outputs(first.kind, channels), first.inputs, prefix});
  std::int64_t begin = 0;
  for (const Layer& sibling : siblings) {
    const std::int64_t count = outputs_of(sibling.kind);
    model.graph.add({sibling.name, ChannelSlice{begin, count}, {merged}, ""});
    begin += count;
  }
}

/// Layers of one value that are `plain` become one.
template <class Plain>
Model merge_siblings(Model model, const Plain& plain) {
  std::vector<Layer> layers = std::move(model.graph.layers);
  model.graph.layers.clear();
  std::set<std::string, std::less<>> done;
  for (const Layer& layer : layers) {
    if (done.contains(layer.name)) continue;
    std::vector<Layer> siblings{layer};
    for (const Layer& other : layers) {
      if (plain(layer) && plain(other) && other.name != layer.name &&
          other.inputs == layer.inputs && !done.contains(other.name)) {
        siblings.push_back(other);
      }
    }
    if (siblings.size() == 1) {
      model.graph.add(layer);
      continue;
    }
    for (const Layer& sibling : siblings) done.insert(sibling.name);
    merge(model, siblings);
  }
  keep_read_tensors(model);
  return model;
}

}  // namespace

Model transposed_convolutions_as_pointwise(Model model) {
  std::vector<Layer> layers = std::move(model.graph.layers);
  model.graph.layers.clear();
  for (Layer& layer : layers) {
    const auto* conv = std::get_if<ConvTranspose2d>(&layer.kind);
    if (conv == nullptr || !windows_do_not_overlap(*conv)) {
      model.graph.add(std::move(layer));
      continue;
    }
    const std::string prefix = layer.parameters + ".pointwise";
    rewrite_transposed(model.weights, layer, *conv, prefix);
    const Conv2d pointwise{.out_channels = conv->out_channels * conv->kernel.h * conv->kernel.w,
                           .bias = conv->bias,
                           .relu = conv->relu};
    const std::string blocks =
        model.graph.add({layer.name + ".pointwise", pointwise, layer.inputs, prefix});
    model.graph.add({layer.name, PixelShuffle{conv->kernel}, {blocks}, ""});
  }
  keep_read_tensors(model);
  return model;
}

Model merge_pointwise_siblings(Model model) {
  return merge_siblings(std::move(model), is_plain_pointwise);
}

Model merge_linear_siblings(Model model) {
  return merge_siblings(std::move(model), is_plain_linear);
}

}  // namespace roiflow
