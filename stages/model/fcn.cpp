#include "stages/model/fcn.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "stages/core/error.hpp"
#include "stages/model/layer_writer.hpp"
#include "stages/model/resnet.hpp"
#include "stages/model/vgg.hpp"

namespace roiflow {

namespace {

/// Where the pixels of a value lie on the image: pixel i of it is centred on pixel
/// stride * i + centre of the image, along both axes.
struct Placement {
  double stride = 1;
  double centre = 0;

  /// Of what a window of this kernel, step and padding makes of the value.
  [[nodiscard]] Placement windowed(double kernel, double step, double padding) const {
    return {stride * step, centre + stride * ((kernel - 1) / 2 - padding)};
  }
  /// Of the value enlarged by a bilinear transposed convolution.
  [[nodiscard]] Placement enlarged(double factor) const {
    return {stride / factor, centre - stride * (factor - 0.5) / factor};
  }
};

/// The pixel of `large` that lies where the first one of `small` does.
std::int64_t crop_offset(const Placement& large, const Placement& small, const std::string& what,
                         const ModelDescription& description) {
  const double offset = (small.centre - large.centre) / large.stride;
  require(offset >= 0 && offset == std::floor(offset), ErrorCode::usage,
          "model {}: fcn.kernel = {} with fcn.padding = {} would crop {} at {}; expected a whole "
          "number, not negative",
          description.name, description.fcn.kernel, description.fcn.padding, what, offset);
  return static_cast<std::int64_t>(offset);
}

/// A value of the graph and where it lies.
struct Placed {
  std::string value;
  Placement at;
};

class SkipHead {
 public:
  SkipHead(ModelGraph& graph, const ModelDescription& description)
      : graph_(graph), description_(description), fcn_(description.fcn), writer_(graph) {}

  /// The last scores.
  Placed add() {
    const BackboneOutputs pools = add_vgg(graph_, "image", description_.backbone,
                                          {.names = VggNames::caffe,
                                           .first_padding = fcn_.padding,
                                           .pool_all = true,
                                           .ceil_mode = true});
    Placed scores = classify({pools.values[4], pooled(5)});
    if (fcn_.stride <= 16) {
      scores = fuse(scores, {pools.values[3], pooled(4)}, "pool4", "upscore2", fcn_.pool4_scale);
    }
    if (fcn_.stride <= 8) {
      scores =
          fuse(scores, {pools.values[2], pooled(3)}, "pool3", "upscore_pool4", fcn_.pool3_scale);
    }
    return scores;
  }

 private:
  /// The other convolutions keep size and place: padding 1 around 3x3.
  [[nodiscard]] Placement pooled(int stage) const {
    Placement at = Placement{}.windowed(3, 1, fcn_.padding);
    for (int i = 0; i < stage; ++i) at = at.windowed(2, 2, 0);
    return at;
  }

  Placed classify(const Placed& pool5) {
    const Conv2d fc6{.out_channels = fcn_.hidden, .kernel = {fcn_.kernel, fcn_.kernel}};
    std::string value = writer_.relu("relu6", writer_.conv("fc6", pool5.value, fc6));
    value = writer_.relu("relu7", writer_.conv("fc7", value, {.out_channels = fcn_.hidden}));
    value = writer_.conv("score_fr", value, {.out_channels = description_.classes});
    return {value, pool5.at.windowed(fcn_.kernel, 1, 0)};
  }

  /// The scores twice as large, plus those of a finer map.
  Placed fuse(const Placed& scores, const Placed& pool, const std::string& pool_name,
              const std::string& upscore, float scale) {
    const Placed up{graph_.add({upscore, UpsampleBilinear{2}, {scores.value}, ""}),
                    scores.at.enlarged(2)};
    std::string value = pool.value;
    if (scale != 1) value = graph_.add({"scale_" + pool_name, Scale{scale}, {value}, ""});
    const std::string score = "score_" + pool_name;
    value = writer_.conv(score, value, {.out_channels = description_.classes});
    const std::int64_t offset = crop_offset(pool.at, up.at, score, description_);
    value = graph_.add({score + "c", CropLike{{offset, offset}}, {value, up.value}, ""});
    return {graph_.add({"fuse_" + pool_name, Add{}, {up.value, value}, ""}), up.at};
  }

  ModelGraph& graph_;
  const ModelDescription& description_;
  const FcnDescription& fcn_;
  LayerWriter writer_;
};

FcnGraph build_skip(const ModelDescription& description) {
  FcnGraph fcn;
  fcn.graph.inputs = {{"image", {-1, -1, -1, 3}}};
  const Placed scores = SkipHead(fcn.graph, description).add();
  fcn.graph.outputs = {{"scores", scores.value}};
  const Placement up = scores.at.enlarged(description.fcn.stride);
  fcn.upsampling = {description.fcn.stride,
                    static_cast<int>(crop_offset(up, {}, "the upsampled scores", description))};
  return fcn;
}

FcnGraph build_torchvision(const ModelDescription& description) {
  FcnGraph fcn;
  fcn.graph.inputs = {{"image", {-1, -1, -1, 3}}};
  const BackboneOutputs body = add_resnet(fcn.graph, "image", "backbone", description.backbone);
  const std::int64_t hidden = body.channels.back() / description.fcn.hidden_divisor;
  require(hidden > 0, ErrorCode::usage,
          "model {}: fcn.hidden_divisor = {} leaves nothing of the backbone's {} channels",
          description.name, description.fcn.hidden_divisor, body.channels.back());
  LayerWriter writer(fcn.graph, description.backbone.batch_norm_eps);
  std::string value =
      writer.conv_norm("classifier.0", "classifier.1", body.values.back(), same_conv(hidden, 3));
  value = writer.relu("classifier.2", value);
  value = writer.conv("classifier.4", value, {.out_channels = description.classes});
  fcn.graph.outputs = {{"scores", value}};
  return fcn;
}

/// Whether the tensor is [classes, classes, k, k] with Caffe's bilinear kernel for every class on
/// itself; what float16 files and the paper's own float32 ones round is let pass.
bool is_bilinear(const WeightTensor& tensor) {
  constexpr double tolerance = 1e-3;
  if (tensor.shape.size() != 4 || tensor.shape[0] != tensor.shape[1] ||
      tensor.shape[2] != tensor.shape[3]) {
    return false;
  }
  const std::int64_t kernel = tensor.shape[2], channels = tensor.shape[0];
  const double factor = static_cast<double>((kernel + 1) / 2);
  const double centre = kernel % 2 == 1 ? factor - 1 : factor - 0.5;
  const auto tent = [&](std::int64_t i) {
    return 1 - std::abs(static_cast<double>(i) - centre) / factor;
  };
  for (std::int64_t at = 0; at < std::ssize(tensor.values); ++at) {
    const std::int64_t x = at % kernel, y = at / kernel % kernel, pair = at / kernel / kernel;
    const bool own = pair / channels == pair % channels;
    const double expected = own ? tent(y) * tent(x) : 0;
    if (!(std::abs(double{tensor.values[static_cast<std::size_t>(at)]} - expected) < tolerance)) {
      return false;
    }
  }
  return true;
}

}  // namespace

FcnGraph build_fcn(const ModelDescription& description) {
  require(!description.is_detector(), ErrorCode::usage, "model {}: is a detector, not a segmenter",
          description.name);
  if (description.fcn.head == FcnHead::skip) return build_skip(description);
  return build_torchvision(description);
}

bool is_unused_fcn_tensor(const ModelDescription& description, const std::string& name) {
  if (description.is_detector()) return false;
  if (description.fcn.head == FcnHead::torchvision) return name.starts_with("aux_classifier.");
  return name.starts_with("upscore");
}

void require_bilinear_upscores(const ModelDescription& description, const Weights& weights) {
  if (description.is_detector() || description.fcn.head != FcnHead::skip) return;
  for (const auto& [name, tensor] : weights) {
    if (!is_unused_fcn_tensor(description, name)) continue;
    require(is_bilinear(tensor), ErrorCode::bad_data,
            "{}: expected the fixed bilinear kernel of FCN's deconvolutions, found other numbers; "
            "learnt deconvolutions are not supported",
            name);
  }
}

}  // namespace roiflow
