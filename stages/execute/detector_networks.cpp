#include "stages/execute/detector_networks.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "stages/core/error.hpp"
#include "stages/execute/mask_hidden.hpp"
#include "stages/model/mask_head.hpp"

namespace roiflow {

namespace {

/// Rows a chunk: large enough for full speed, small enough that a mask chunk stays in the cache.
const std::vector<std::int64_t> box_chunks{256, 64, 16};
const std::vector<std::int64_t> mask_chunks{16, 4};

void check_all(const DetectorGraphs& graphs, const Weights& weights) {
  WeightReport report = compare(expected_tensors(graphs), weights);
  report.extra.clear();
  require(report.complete(), ErrorCode::bad_data,
          "these weights are not the model's (another model, or another description):\n{}",
          report.text());
}

/// Sixteen running sums, so that the compiler may use vector instructions: the order of additions
/// is fixed by this code.
float dot(const float* a, const float* b, std::size_t count) {
  constexpr std::size_t lanes = 16;
  std::array<float, lanes> sums{};
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (std::size_t k = 0; k < lanes; ++k) sums[k] += a[i + k] * b[i + k];
  }
  for (; i < count; ++i) sums[i % lanes] += a[i] * b[i];
  for (std::size_t width = lanes / 2; width > 0; width /= 2) {
    for (std::size_t k = 0; k < width; ++k) sums[k] += sums[k + width];
  }
  return sums[0];
}

}  // namespace

DetectorNetworks::DetectorNetworks(const ModelDescription& description, const Weights& weights,
                                   const ExecutorOptions& options)
    : description_(description) {
  const DetectorGraphs graphs = build_detector(description);
  check_all(graphs, weights);
  trunk_ = make_network_cpu(graphs.trunk, weights, options);
  box_head_ = in_chunks(make_network_cpu(graphs.box_head, weights, options), box_chunks);
  if (!graphs.mask_head) return;
  const Model hidden = up_to_hidden(*graphs.mask_head, weights);
  mask_hidden_ = in_chunks(make_network_cpu(hidden.graph, hidden.weights, options), mask_chunks);
  mask_logits_ = in_chunks(make_network_cpu(*graphs.mask_head, weights, options), mask_chunks);
  const std::string prefix = mask_logits_parameters;
  mask_weights_ = weights.find(prefix + ".weight")->second.values;
  mask_bias_ = weights.find(prefix + ".bias")->second.values;
}

TrunkOutputs DetectorNetworks::trunk(TensorView<const float, 4> image) const {
  const std::vector<Shape<4>> shapes = trunk_->output_shapes(std::array<Shape<4>, 1>{image.shape});
  std::vector<Tensor<float, 4>> tensors;
  std::vector<TensorView<float, 4>> views;
  for (const Shape<4>& shape : shapes) {
    tensors.push_back(buffers_.make<float, 4>(shape));
    views.push_back(tensors.back().view());
  }
  trunk_->run(views, std::array{image});
  const auto levels = static_cast<std::size_t>(description_.levels());
  const auto take = [&](std::size_t first) {
    std::vector<Tensor<float, 4>> taken;
    for (std::size_t i = first; i < first + levels; ++i) taken.push_back(std::move(tensors[i]));
    return taken;
  };
  if (!description_.has_rpn()) return {take(0), {}, {}};
  return {take(0), take(levels), take(2 * levels)};
}

BoxHeadResult DetectorNetworks::box_head(TensorView<const float, 4> pooled) const {
  const std::int64_t rois = pooled.shape[0];
  const std::int64_t classes = description_.classes;
  BoxHeadResult result{buffers_.make<float, 2>({rois, classes}),
                       buffers_.make<float, 2>({rois, 4 * classes})};
  const std::array<TensorView<float, 4>, 2> outputs{
      TensorView<float, 4>{result.class_logits.view().data, {rois, 1, 1, classes}},
      TensorView<float, 4>{result.deltas.view().data, {rois, 1, 1, 4 * classes}}};
  box_head_->run(outputs, std::array{pooled});
  return result;
}

Tensor<float, 3> DetectorNetworks::mask_head(TensorView<const float, 4> pooled,
                                             std::span<const int> labels) const {
  require(has_masks(), ErrorCode::internal, "model {} has no mask head", description_.name);
  const std::int64_t rois = pooled.shape[0];
  require(labels.size() == static_cast<std::size_t>(rois), ErrorCode::internal,
          "mask head: {} rois but {} labels", rois, labels.size());
  for (const int label : labels) {
    require(label >= 0 && label < description_.classes, ErrorCode::internal,
            "mask head: label {} is not below {}", label, description_.classes);
  }
  const std::int64_t chunk = mask_chunks.front();
  Shape<4> chunk_shape = pooled.shape;
  chunk_shape[0] = chunk;
  const Shape<4> hidden_shape = mask_hidden_->output_shapes(std::span(&chunk_shape, 1)).front();
  const std::int64_t block = hidden_side(hidden_shape[3]);
  Tensor<float, 3> out =
      buffers_.make<float, 3>({rois, block * hidden_shape[1], block * hidden_shape[2]});
  // Chunk by chunk to the end: the last hidden layer of all rois together would be the largest
  // tensor of the whole run.
  Tensor<float, 4> blocks = buffers_.make<float, 4>(hidden_shape);
  for (std::int64_t first = 0; first < rois; first += chunk) {
    const std::int64_t count = std::min(chunk, rois - first);
    const TensorView<float, 4> hidden = blocks.view().rows(0, count);
    mask_hidden_->run(std::array{hidden}, std::array{pooled.rows(first, count)});
    for (std::int64_t i = 0; i < count; ++i) {
      mask_of_class(out.view().rows(first + i, 1), hidden.rows(i, 1),
                    labels[static_cast<std::size_t>(first + i)]);
    }
  }
  return out;
}

std::int64_t DetectorNetworks::hidden_side(std::int64_t channels) const {
  return channels == description_.mask.predictor_channels ? 1 : 2;
}

void DetectorNetworks::mask_of_class(TensorView<float, 3> out, TensorView<const float, 4> hidden,
                                     int label) const {
  const std::int64_t channels = description_.mask.predictor_channels;
  const float* weights = mask_weights_.data() + label * channels;
  const float bias = mask_bias_[static_cast<std::size_t>(label)];
  const float* at = hidden.data;
  const std::int64_t side = hidden_side(hidden.shape[3]);
  for (std::int64_t y = 0; y < hidden.shape[1]; ++y) {
    for (std::int64_t x = 0; x < hidden.shape[2]; ++x) {
      for (std::int64_t corner = 0; corner < side * side; ++corner) {
        const float logit = dot(at, weights, static_cast<std::size_t>(channels)) + bias;
        out(0, side * y + corner / side, side * x + corner % side) =
            1.0F / (1.0F + std::exp(-logit));
        at += channels;
      }
    }
  }
}

Tensor<float, 4> DetectorNetworks::mask_logits(TensorView<const float, 4> pooled) const {
  require(has_masks(), ErrorCode::internal, "model {} has no mask head", description_.name);
  Tensor<float, 4> logits =
      buffers_.make<float, 4>(mask_logits_->output_shapes(std::span(&pooled.shape, 1)).front());
  mask_logits_->run(std::array{logits.view()}, std::array{pooled});
  return logits;
}

}  // namespace roiflow
