/// The networks of one detector, with typed results: what runs once an image (trunk), on its
/// proposals (box_head) and on its detections (mask_head). Shapes as in stages/model/detector.hpp.
///
/// All methods are const and may be called from several threads at once. Result tensors come from
/// a pool and go back to it when they are destroyed, also after the networks are gone.
///
/// Example: const DetectorNetworks nets(description, weights);
///          TrunkOutputs t = nets.trunk(input.pixels.view());   // t.features[0]: [1, h, w, 256]
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "stages/core/buffer_pool.hpp"
#include "stages/core/tensor.hpp"
#include "stages/execute/executor.hpp"
#include "stages/model/detector.hpp"

namespace roiflow {

/// Per pyramid level, finest first.
struct TrunkOutputs {
  std::vector<Tensor<float, 4>> features;    ///< [n, h, w, channels]
  std::vector<Tensor<float, 4>> objectness;  ///< [n, h, w, anchors] logits
  std::vector<Tensor<float, 4>> deltas;      ///< [n, h, w, 4 * anchors]
};

struct BoxHeadResult {
  Tensor<float, 2> class_logits;  ///< [rois, classes]
  Tensor<float, 2> deltas;        ///< [rois, 4 * classes]
};

class DetectorNetworks {
 public:
  /// Throws Error{bad_data} listing all missing and misshapen tensors of all graphs.
  DetectorNetworks(const ModelDescription& description, const Weights& weights,
                   const ExecutorOptions& options = {});

  [[nodiscard]] TrunkOutputs trunk(TensorView<const float, 4> image) const;
  [[nodiscard]] BoxHeadResult box_head(TensorView<const float, 4> pooled) const;
  /// Probabilities [rois, height, width] of each roi's own class (height and width 2 * bins, or
  /// what the head's blocks make): `labels` are 0 .. classes - 1.
  [[nodiscard]] Tensor<float, 3> mask_head(TensorView<const float, 4> pooled,
                                           std::span<const int> labels) const;
  /// Logits of all classes [rois, height, width, classes]; slower, for comparisons.
  [[nodiscard]] Tensor<float, 4> mask_logits(TensorView<const float, 4> pooled) const;

  [[nodiscard]] bool has_masks() const { return mask_hidden_ != nullptr; }
  /// For tensors that live as long as these networks' results, e.g. pooled features.
  [[nodiscard]] const BufferPool& buffers() const { return buffers_; }
  /// For profiles.
  [[nodiscard]] const Network& trunk_network() const { return *trunk_; }

 private:
  /// Side of the block of pixels that a hidden vector of `channels` numbers stands for: 1 or 2.
  [[nodiscard]] std::int64_t hidden_side(std::int64_t channels) const;
  /// One roi: its last hidden layer [1, h, w, blocks of channels] to `out` [1, side h, side w].
  void mask_of_class(TensorView<float, 3> out, TensorView<const float, 4> hidden, int label) const;

  ModelDescription description_;
  BufferPool buffers_;
  std::unique_ptr<const Network> trunk_;
  std::unique_ptr<const Network> box_head_;
  std::unique_ptr<const Network> mask_hidden_;  ///< up to (the blocks of) the last hidden layer
  std::unique_ptr<const Network> mask_logits_;
  std::vector<float> mask_weights_;  ///< [classes, predictor_channels]
  std::vector<float> mask_bias_;     ///< [classes]
};

}  // namespace roiflow
