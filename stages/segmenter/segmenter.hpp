/// The stages of a fully convolutional segmenter as plain callables, in the order of the graph.
/// Each is const, holds its settings and its network, and may be called from several threads at
/// once.
///
///   Image -> NetworkInput -> ScoreMap -> LabelMap of the original image's size
///
/// References: the FCN paper's Caffe models (head = skip), torchvision's fcn_resnet50 and
/// fcn_resnet101 (head = torchvision). Both enlarge scores bilinearly and take the best class:
///   skip          the fixed deconvolution and crop at the network's input size; if that was
///                 resized, sampled at the original's pixel centres
///   torchvision   interpolate(mode="bilinear", align_corners=False) straight to the original size
/// For an image that was not resized this is what the references do, too.
///
/// A label map holds the data set's values: 0 for the background, for label k the description's
/// category_ids[k - 1], or k itself if there are none.
///
/// Example: const SegmenterStages s = make_segmenter_cpu(description, weights);
///          const LabelMap map = s.label_map(s.network(s.preprocess(image)));
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "stages/core/image.hpp"
#include "stages/core/tensor.hpp"
#include "stages/execute/executor.hpp"
#include "stages/label_map/score_rows.hpp"
#include "stages/model/model_description.hpp"
#include "stages/model/weights.hpp"
#include "stages/preprocess/preprocess.hpp"

namespace roiflow {

/// What the network says of one image.
struct ScoreMap {
  Tensor<float, 4> scores;  ///< [1, h, w, classes] logits on a coarse grid
  ImageGeometry geometry;
};

struct SegmenterStages {
  std::function<NetworkInput(const Image&)> preprocess;
  std::function<ScoreMap(const NetworkInput&)> network;
  std::function<LabelMap(const ScoreMap&)> label_map;
  /// The enlarged scores from which `label_map` chooses, row by row; for losses.
  std::function<void(const ScoreMap&, const UseScoreRow&)> score_rows;
  std::vector<std::uint8_t> values;  ///< [classes] of the label maps
  /// One run of the network with a clock around every step of it; for benchmarks.
  std::function<std::vector<StepTime>(const NetworkInput&)> profile_network;
};

/// Throws Error{bad_data} if the weights are not those of the description (all differences at
/// once), Error{usage} for a description that makes no sense.
SegmenterStages make_segmenter_cpu(const ModelDescription& description, const Weights& weights,
                                   const ExecutorOptions& options = {});

}  // namespace roiflow
