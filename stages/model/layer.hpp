/// The layers a network is made of, as plain numbers: no weights, no device, no arithmetic.
///
/// Every layer has one output. Activations are NHWC: [batch, height, width, channels]; a vector
/// is [batch, 1, 1, channels]. The fields `add` and `relu` are false in what the builders make;
/// the fusion pass (fuse.hpp) sets them.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace roiflow {

/// Two-dimensional extents of a window; the first is vertical.
struct Extent2d {
  std::int64_t h = 1;
  std::int64_t w = 1;
  bool operator==(const Extent2d&) const = default;
};

/// Cross-correlation, as torch.nn.Conv2d. Tensors: weight [out, in / groups, kernel h, kernel w],
/// bias [out]. Input 1 (only with `add`) is added before the ReLU.
struct Conv2d {
  std::int64_t out_channels = 0;
  Extent2d kernel{1, 1};
  Extent2d stride{1, 1};
  Extent2d padding{0, 0};  ///< zeros on every side
  Extent2d dilation{1, 1};
  std::int64_t groups = 1;
  bool bias = true;
  bool add = false;
  bool relu = false;
  bool operator==(const Conv2d&) const = default;
};

/// As torch.nn.ConvTranspose2d. Tensors: weight [in, out, kernel h, kernel w], bias [out].
struct ConvTranspose2d {
  std::int64_t out_channels = 0;
  Extent2d kernel{2, 2};
  Extent2d stride{2, 2};
  Extent2d padding{0, 0};
  bool bias = true;
  bool relu = false;
  bool operator==(const ConvTranspose2d&) const = default;
};

/// As torch.nn.Linear on the flattened input; flattening is channel-major as in torch's NCHW:
/// column (c * height + y) * width + x. Tensors: weight [out, channels * height * width], bias
/// [out].
struct Linear {
  std::int64_t out_features = 0;
  bool bias = true;
  bool relu = false;
  bool operator==(const Linear&) const = default;
};

/// Batch norm with fixed statistics: (x - running_mean) / sqrt(running_var + eps) * weight + bias.
struct BatchNorm {
  double eps = 1e-5;
  bool operator==(const BatchNorm&) const = default;
};

struct Relu {
  bool operator==(const Relu&) const = default;
};

/// Sum of two inputs of the same shape.
struct Add {
  bool operator==(const Add&) const = default;
};

/// As torch.nn.MaxPool2d (padding never wins). Sizes round down, or up with `ceil_mode`: a last
/// window then may reach over the edge, but begins inside.
struct MaxPool {
  Extent2d kernel{2, 2};
  Extent2d stride{2, 2};
  Extent2d padding{0, 0};
  bool ceil_mode = false;
  bool operator==(const MaxPool&) const = default;
};

/// The mean of every channel: [batch, 1, 1, channels].
struct GlobalMean {
  bool operator==(const GlobalMean&) const = default;
};

/// Input 0 enlarged to height and width of input 1, as torch's interpolate(mode="nearest"):
/// output row y takes input row floor(y * in / out).
struct UpsampleNearest {
  bool operator==(const UpsampleNearest&) const = default;
};

/// Every pixel becomes a block of factor.h x factor.w equal ones: torch's interpolate(mode =
/// "nearest") by whole factors.
struct EnlargeNearest {
  Extent2d factor{2, 2};
  bool operator==(const EnlargeNearest&) const = default;
};

/// Channels [begin, begin + count) of the input.
struct ChannelSlice {
  std::int64_t begin = 0;
  std::int64_t count = 0;
  bool operator==(const ChannelSlice&) const = default;
};

/// Channels (i * factor.w + j) * C + c of input pixel (y, x) become channel c of output pixel
/// (y * factor.h + i, x * factor.w + j).
struct PixelShuffle {
  Extent2d factor{2, 2};
  bool operator==(const PixelShuffle&) const = default;
};

/// Every channel by itself enlarged by a transposed convolution with a fixed kernel: stride
/// `factor`, kernel 2 * factor of weights 1 - |i - (factor - 0.5)| / factor, the same along both
/// axes, no padding (Long et al. 2015; Caffe's "bilinear" filler). [h, w] becomes
/// [(h + 1) * factor, (w + 1) * factor]; the outermost rows and columns mix with zeros.
struct UpsampleBilinear {
  std::int64_t factor = 2;
  bool operator==(const UpsampleBilinear&) const = default;
};

/// The part of input 0 that begins at `offset` and has height and width of input 1.
struct CropLike {
  Extent2d offset{0, 0};
  bool operator==(const CropLike&) const = default;
};

/// Every number times `factor`.
struct Scale {
  float factor = 1;
  bool operator==(const Scale&) const = default;
};

using LayerKind = std::variant<Conv2d, ConvTranspose2d, Linear, BatchNorm, Relu, Add, MaxPool,
                               GlobalMean, UpsampleNearest, EnlargeNearest, ChannelSlice,
                               PixelShuffle, UpsampleBilinear, CropLike, Scale>;

struct Layer {
  std::string name;  ///< of the layer's output value; unique in the graph
  LayerKind kind;
  std::vector<std::string> inputs;  ///< names of values made earlier
  std::string parameters;  ///< prefix of its tensors; layers may share one; "" if it has none
};

}  // namespace roiflow
