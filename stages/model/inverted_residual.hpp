/// A block of an FBNet as a few numbers, and the text that a description writes it in.
///
///   k5 e64 c32 s2     5x5 depthwise, 64 hidden channels, 32 channels out, stride 2
///   k3 c16            without the first 1x1 convolution: as many hidden channels as come in
///   k3 e768 c128 up2  the hidden map is enlarged twofold before the depthwise convolution
///   k3 e120 c40 x3    three such blocks
/// Blocks of a stage are separated by commas, stages by semicolons.
///
/// Errors: parse_inverted_stages throws Error{usage} naming `label`, `key` and the block.
/// Source: Dai et al., "FBNetV3", 2020; mobile_cv's IRFBlock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace roiflow {

struct InvertedResidual {
  std::int64_t kernel = 3;    ///< odd
  std::int64_t hidden = 0;    ///< 0: no first convolution
  std::int64_t channels = 0;  ///< out
  std::int64_t stride = 1;
  std::int64_t enlarge = 1;  ///< whole factor, nearest neighbour
};

using InvertedStage = std::vector<InvertedResidual>;

std::vector<InvertedStage> parse_inverted_stages(const std::string& text, const std::string& label,
                                                 const std::string& key);

}  // namespace roiflow
