#include "stages/losses/rpn_loss.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

#include "stages/anchors/box_coder.hpp"
#include "stages/core/error.hpp"
#include "stages/losses/loss_terms.hpp"

namespace roiflow {
namespace {

/// Logit and deltas of an anchor by its number over all levels.
class Outputs {
 public:
  explicit Outputs(std::span<const RpnLevel> levels) : levels_(levels) {
    for (const RpnLevel& level : levels) {
      begins_.push_back(count_);
      count_ += static_cast<std::size_t>(level.objectness.size());
      require(level.deltas.size() == 4 * level.objectness.size(), ErrorCode::internal,
              "rpn loss: {} logits but {} deltas", level.objectness.size(), level.deltas.size());
    }
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] float logit(std::size_t anchor) const {
    const std::size_t level = level_of(anchor);
    return levels_[level].objectness.data[anchor - begins_[level]];
  }
  [[nodiscard]] const float* deltas(std::size_t anchor) const {
    const std::size_t level = level_of(anchor);
    return levels_[level].deltas.data + 4 * (anchor - begins_[level]);
  }

 private:
  [[nodiscard]] std::size_t level_of(std::size_t anchor) const {
    std::size_t level = begins_.size() - 1;
    while (anchor < begins_[level]) --level;
    return level;
  }

  std::span<const RpnLevel> levels_;
  std::vector<std::size_t> begins_;
  std::size_t count_ = 0;
};

}  // namespace

std::vector<Box> all_anchors(const Anchors& anchors, std::span<const RpnLevel> levels,
                             const ImageGeometry& geometry) {
  std::vector<Box> boxes;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto& shape = levels[i].objectness.shape;
    const AnchorGrid grid =
        anchors.grid(i, shape[0], shape[1], geometry.padded_height, geometry.padded_width);
    const std::int64_t count = shape[0] * shape[1] * std::ssize(grid.cell);
    for (std::int64_t k = 0; k < count; ++k) boxes.push_back(grid[k]);
  }
  return boxes;
}

std::vector<int> anchor_labels(std::span<const int> matches) {
  std::vector<int> labels;
  labels.reserve(matches.size());
  for (const int match : matches) {
    labels.push_back(match >= 0 ? 1 : match == not_matched ? 0 : -1);
  }
  return labels;
}

RpnLoss rpn_loss(std::span<const RpnLevel> levels, std::span<const Box> anchors,
                 std::span<const Box> truth, std::span<const int> matches, const Samples& samples) {
  const Outputs outputs(levels);
  require(outputs.count() == anchors.size() && anchors.size() == matches.size(),
          ErrorCode::internal, "rpn loss: {} logits, {} anchors, {} matches", outputs.count(),
          anchors.size(), matches.size());
  constexpr BoxCoder coder;
  RpnLoss sum;
  for (const std::uint32_t i : samples.positive) {
    sum.objectness += binary_cross_entropy(outputs.logit(i), 1);
    const std::array<float, 4> target =
        coder.encode(truth[static_cast<std::size_t>(matches[i])], anchors[i]);
    sum.box += smooth_l1(outputs.deltas(i), target);
  }
  for (const std::uint32_t i : samples.negative) {
    sum.objectness += binary_cross_entropy(outputs.logit(i), 0);
  }
  const auto count = static_cast<double>(samples.size());
  return {sum.objectness / count, sum.box / count};
}

RpnLoss rpn_loss(std::span<const RpnLevel> levels, std::span<const Box> anchors,
                 std::span<const Box> truth, const RpnLossParams& params, Random random) {
  const std::vector<int> matches = match_boxes(truth, anchors, params.match);
  const Samples samples = draw_samples(anchor_labels(matches), params.sampling, random);
  return rpn_loss(levels, anchors, truth, matches, samples);
}

}  // namespace roiflow
