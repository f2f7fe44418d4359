#include <memory>
#include <span>

#include "stages/core/buffer_pool.hpp"
#include "stages/core/finite.hpp"
#include "stages/label_map/label_map.hpp"
#include "stages/model/fcn.hpp"
#include "stages/preprocess/described_preprocess.hpp"
#include "stages/segmenter/enlargement.hpp"
#include "stages/segmenter/segmenter.hpp"

namespace roiflow {
namespace {

/// The network, and memory for its results that is used again.
struct ScoreNetwork {
  std::unique_ptr<const Network> network;
  BufferPool buffers;

  [[nodiscard]] Tensor<float, 4> room_for(const NetworkInput& input) const {
    const Shape<4>& shape = input.pixels.shape();
    return buffers.make<float, 4>(network->output_shapes(std::span(&shape, 1)).front());
  }

  [[nodiscard]] ScoreMap run(const NetworkInput& input) const {
    ScoreMap map{room_for(input), input.geometry};
    const auto in = input.pixels.view();
    const auto out = map.scores.view();
    network->run(std::span(&out, 1), std::span(&in, 1));
    require_finite(map.scores.view().span(), "scores");
    return map;
  }

  [[nodiscard]] std::vector<StepTime> profile(const NetworkInput& input) const {
    Tensor<float, 4> scores = room_for(input);
    const auto in = input.pixels.view();
    const auto out = scores.view();
    return network->profile(std::span(&out, 1), std::span(&in, 1));
  }
};

TensorView<const float, 3> scores_of(const ScoreMap& map) {
  const auto all = map.scores.view();
  return {all.data, {all.shape[1], all.shape[2], all.shape[3]}};
}

}  // namespace

SegmenterStages make_segmenter_cpu(const ModelDescription& d, const Weights& weights,
                                   const ExecutorOptions& options) {
  FcnGraph fcn = build_fcn(d);
  const auto network = std::make_shared<const ScoreNetwork>(
      ScoreNetwork{make_network_cpu(fcn.graph, weights, options), {}});
  SegmenterStages s;
  s.preprocess = described_preprocess(d.preprocess);
  s.network = [network](const NetworkInput& in) { return network->run(in); };
  s.values = label_map_values(d);
  s.label_map = [upsampling = fcn.upsampling, values = s.values](const ScoreMap& in) {
    const auto scores = scores_of(in);
    const Enlargement e = enlargement(upsampling, scores.shape, in.geometry);
    return make_label_map(scores, e.rows, e.columns, values);
  };
  s.score_rows = [upsampling = fcn.upsampling](const ScoreMap& in, const UseScoreRow& use) {
    const auto scores = scores_of(in);
    const Enlargement e = enlargement(upsampling, scores.shape, in.geometry);
    for_each_score_row(scores, e.rows, e.columns, use);
  };
  s.profile_network = [network](const NetworkInput& in) { return network->profile(in); };
  return s;
}

}  // namespace roiflow
