#include "tests/support/naive_network.hpp"

#include <cmath>
#include <limits>

namespace roiflow {

namespace {

using Values = std::vector<double>;

struct Activation {
  Shape<4> shape{};
  Values values;

  [[nodiscard]] double at(std::int64_t n, std::int64_t y, std::int64_t x, std::int64_t c) const {
    return values[static_cast<std::size_t>(((n * shape[1] + y) * shape[2] + x) * shape[3] + c)];
  }
};

/// Fills a tensor by a function of its coordinates.
template <class Function>
Activation fill(const Shape<4>& shape, const Function& value) {
  Activation out{shape, {}};
  for (std::int64_t n = 0; n < shape[0]; ++n) {
    for (std::int64_t y = 0; y < shape[1]; ++y) {
      for (std::int64_t x = 0; x < shape[2]; ++x) {
        for (std::int64_t c = 0; c < shape[3]; ++c) out.values.push_back(value(n, y, x, c));
      }
    }
  }
  return out;
}

/// One tensor of a layer by index; an absent one reads as 0.
class Numbers {
 public:
  Numbers(const Weights& weights, const Layer& layer, const std::string& part) {
    const auto tensor = weights.find(layer.parameters + "." + part);
    if (tensor != weights.end()) values_ = tensor->second.values.data();
  }

  [[nodiscard]] double operator[](std::int64_t index) const {
    return values_ == nullptr ? 0.0 : double{values_[index]};
  }

 private:
  const float* values_ = nullptr;
};

struct Parameters {
  Parameters(const Weights& weights, const Layer& layer)
      : weight(weights, layer, "weight"),
        bias(weights, layer, "bias"),
        running_mean(weights, layer, "running_mean"),
        running_var(weights, layer, "running_var") {}
  Numbers weight, bias, running_mean, running_var;
};

bool inside(std::int64_t y, std::int64_t x, const Shape<4>& shape) {
  return y >= 0 && y < shape[1] && x >= 0 && x < shape[2];
}

Activation compute(const Conv2d& conv, const Parameters& p, const Activation& in, const Activation*,
                   const Shape<4>& shape) {
  const std::int64_t in_group = in.shape[3] / conv.groups;
  const std::int64_t out_group = conv.out_channels / conv.groups;
  return fill(shape, [&](auto n, auto oy, auto ox, auto oc) {
    double sum = p.bias[oc];
    for (std::int64_t ky = 0; ky < conv.kernel.h; ++ky) {
      for (std::int64_t kx = 0; kx < conv.kernel.w; ++kx) {
        const std::int64_t y = oy * conv.stride.h - conv.padding.h + ky * conv.dilation.h;
        const std::int64_t x = ox * conv.stride.w - conv.padding.w + kx * conv.dilation.w;
        if (!inside(y, x, in.shape)) continue;
        for (std::int64_t ic = 0; ic < in_group; ++ic) {
          const std::int64_t weight =
              ((oc * in_group + ic) * conv.kernel.h + ky) * conv.kernel.w + kx;
          sum += p.weight[weight] * in.at(n, y, x, oc / out_group * in_group + ic);
        }
      }
    }
    return sum;
  });
}

Activation compute(const ConvTranspose2d& conv, const Parameters& p, const Activation& in,
                   const Activation*, const Shape<4>& shape) {
  return fill(shape, [&](auto n, auto oy, auto ox, auto oc) {
    double sum = p.bias[oc];
    for (std::int64_t y = 0; y < in.shape[1]; ++y) {
      for (std::int64_t x = 0; x < in.shape[2]; ++x) {
        const std::int64_t ky = oy + conv.padding.h - y * conv.stride.h;
        const std::int64_t kx = ox + conv.padding.w - x * conv.stride.w;
        if (ky < 0 || ky >= conv.kernel.h || kx < 0 || kx >= conv.kernel.w) continue;
        for (std::int64_t ic = 0; ic < in.shape[3]; ++ic) {
          const std::int64_t weight =
              ((ic * conv.out_channels + oc) * conv.kernel.h + ky) * conv.kernel.w + kx;
          sum += p.weight[weight] * in.at(n, y, x, ic);
        }
      }
    }
    return sum;
  });
}

Activation compute(const Linear&, const Parameters& p, const Activation& in, const Activation*,
                   const Shape<4>& shape) {
  const auto [rows, height, width, channels] = in.shape;
  const std::int64_t h = height;
  const std::int64_t w = width;
  const std::int64_t depth = channels;
  return fill(shape, [&](auto n, auto, auto, auto oc) {
    double sum = p.bias[oc];
    for (std::int64_t c = 0; c < depth; ++c) {
      for (std::int64_t y = 0; y < h; ++y) {
        for (std::int64_t x = 0; x < w; ++x) {
          sum += p.weight[((oc * depth + c) * h + y) * w + x] * in.at(n, y, x, c);
        }
      }
    }
    return sum;
  });
}

Activation compute(const BatchNorm& norm, const Parameters& p, const Activation& in,
                   const Activation*, const Shape<4>& shape) {
  return fill(shape, [&](auto n, auto y, auto x, auto c) {
    return (in.at(n, y, x, c) - p.running_mean[c]) / std::sqrt(p.running_var[c] + norm.eps) *
               p.weight[c] +
           p.bias[c];
  });
}

Activation compute(const Relu&, const Parameters&, const Activation& in, const Activation*,
                   const Shape<4>& shape) {
  return fill(shape,
              [&](auto n, auto y, auto x, auto c) { return std::max(in.at(n, y, x, c), 0.0); });
}

Activation compute(const Add&, const Parameters&, const Activation& in, const Activation* other,
                   const Shape<4>& shape) {
  return fill(shape, [&](auto n, auto y, auto x, auto c) {
    return in.at(n, y, x, c) + other->at(n, y, x, c);
  });
}

Activation compute(const MaxPool& pool, const Parameters&, const Activation& in, const Activation*,
                   const Shape<4>& shape) {
  return fill(shape, [&](auto n, auto oy, auto ox, auto c) {
    double best = -std::numeric_limits<double>::infinity();
    for (std::int64_t ky = 0; ky < pool.kernel.h; ++ky) {
      for (std::int64_t kx = 0; kx < pool.kernel.w; ++kx) {
        const std::int64_t y = oy * pool.stride.h - pool.padding.h + ky;
        const std::int64_t x = ox * pool.stride.w - pool.padding.w + kx;
        if (inside(y, x, in.shape)) best = std::max(best, in.at(n, y, x, c));
      }
    }
    return best;
  });
}

Activation compute(const GlobalMean&, const Parameters&, const Activation& in, const Activation*,
                   const Shape<4>& shape) {
  return fill(shape, [&](auto n, auto, auto, auto c) {
    double sum = 0;
    for (std::int64_t y = 0; y < in.shape[1]; ++y) {
      for (std::int64_t x = 0; x < in.shape[2]; ++x) sum += in.at(n, y, x, c);
    }
    return sum / static_cast<double>(in.shape[1] * in.shape[2]);
  });
}

Activation compute(const UpsampleNearest&, const Parameters&, const Activation& in,
                   const Activation*, const Shape<4>& shape) {
  return fill(shape, [&](auto n, auto y, auto x, auto c) {
    return in.at(n, y * in.shape[1] / shape[1], x * in.shape[2] / shape[2], c);
  });
}

Activation compute(const EnlargeNearest& enlarge, const Parameters&, const Activation& in,
                   const Activation*, const Shape<4>& shape) {
  return fill(shape, [&](auto n, auto y, auto x, auto c) {
    return in.at(n, y / enlarge.factor.h, x / enlarge.factor.w, c);
  });
}

Activation compute(const ChannelSlice& slice, const Parameters&, const Activation& in,
                   const Activation*, const Shape<4>& shape) {
  return fill(shape,
              [&](auto n, auto y, auto x, auto c) { return in.at(n, y, x, slice.begin + c); });
}

Activation compute(const PixelShuffle& shuffle, const Parameters&, const Activation& in,
                   const Activation*, const Shape<4>& shape) {
  const Extent2d f = shuffle.factor;
  return fill(shape, [&](auto n, auto y, auto x, auto c) {
    const std::int64_t block = y % f.h * f.w + x % f.w;
    return in.at(n, y / f.h, x / f.w, block * shape[3] + c);
  });
}

/// The definition by torch.nn.ConvTranspose2d: every channel to itself with Caffe's kernel.
Activation compute(const UpsampleBilinear& upsample, const Parameters&, const Activation& in,
                   const Activation*, const Shape<4>& shape) {
  const std::int64_t f = upsample.factor;
  const auto weight = [&](std::int64_t i) {
    return 1 - std::abs(static_cast<double>(i) - (static_cast<double>(f) - 0.5)) /
                   static_cast<double>(f);
  };
  return fill(shape, [&](auto n, auto oy, auto ox, auto c) {
    double sum = 0;
    for (std::int64_t y = 0; y < in.shape[1]; ++y) {
      for (std::int64_t x = 0; x < in.shape[2]; ++x) {
        const std::int64_t ky = oy - y * f;
        const std::int64_t kx = ox - x * f;
        if (ky < 0 || ky >= 2 * f || kx < 0 || kx >= 2 * f) continue;
        sum += weight(ky) * weight(kx) * in.at(n, y, x, c);
      }
    }
    return sum;
  });
}

Activation compute(const CropLike& crop, const Parameters&, const Activation& in, const Activation*,
                   const Shape<4>& shape) {
  return fill(shape, [&](auto n, auto y, auto x, auto c) {
    return in.at(n, y + crop.offset.h, x + crop.offset.w, c);
  });
}

Activation compute(const Scale& scale, const Parameters&, const Activation& in, const Activation*,
                   const Shape<4>& shape) {
  return fill(shape, [&](auto n, auto y, auto x, auto c) {
    return double{scale.factor} * in.at(n, y, x, c);
  });
}

}  // namespace

std::vector<Tensor<float, 4>> naive_outputs(const ModelGraph& graph, const Weights& weights,
                                            const std::vector<Tensor<float, 4>>& inputs) {
  std::vector<Shape<4>> input_shapes;
  for (const auto& input : inputs) input_shapes.push_back(input.shape());
  const ValueShapes shapes = infer_shapes(graph, input_shapes);
  std::map<std::string, Activation> values;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto numbers = inputs[i].view().span();
    values[graph.inputs[i].name] = {inputs[i].shape(), {numbers.begin(), numbers.end()}};
  }
  for (const Layer& layer : graph.layers) {
    const Activation& first = values.at(layer.inputs.front());
    const Activation* second = layer.inputs.size() > 1 ? &values.at(layer.inputs[1]) : nullptr;
    const Shape<4>& shape = shapes.at(layer.name);
    values[layer.name] = std::visit(
        [&](const auto& kind) {
          return compute(kind, Parameters(weights, layer), first, second, shape);
        },
        layer.kind);
  }
  std::vector<Tensor<float, 4>> outputs;
  for (const GraphOutput& output : graph.outputs) {
    const Activation& value = values.at(output.value);
    outputs.emplace_back(value.shape);
    for (std::size_t i = 0; i < value.values.size(); ++i) {
      outputs.back().view().data[i] = static_cast<float>(value.values[i]);
    }
  }
  return outputs;
}

}  // namespace roiflow
