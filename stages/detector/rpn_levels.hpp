/// A trunk's outputs as stages/proposals and stages/losses take them.
#pragma once

#include <cstddef>
#include <vector>

#include "stages/detector/payloads.hpp"
#include "stages/proposals/proposals.hpp"

namespace roiflow {

/// Views: they live as long as `trunk`.
[[nodiscard]] inline std::vector<RpnLevel> rpn_levels(const TrunkResult& trunk) {
  const auto first_image = [](const Tensor<float, 4>& map) -> TensorView<const float, 3> {
    const auto view = map.view();
    return {view.data, {view.shape[1], view.shape[2], view.shape[3]}};
  };
  std::vector<RpnLevel> levels;
  for (std::size_t i = 0; i < trunk.objectness.size(); ++i) {
    levels.push_back({first_image(trunk.objectness[i]), first_image(trunk.deltas[i])});
  }
  return levels;
}

}  // namespace roiflow
