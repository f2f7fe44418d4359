/// `roiflow info configs/X.ini`: the layers of a model, their shapes, parameters and arithmetic at
/// one input size.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stages/model/model_description.hpp"
#include "stages/model/model_graph.hpp"

namespace roiflow {

/// One of a model's networks at one input size.
struct NetworkInfo {
  std::string name;            ///< "trunk", "box head", "mask head", "network"
  std::string runs;            ///< "once an image", "on every proposal", ...
  std::int64_t most_runs = 1;  ///< for one image
  ModelGraph graph;
  Shape<4> input{};
};

struct ModelInfo {
  ModelDescription description;
  std::int64_t height = 0, width = 0;  ///< of the network's input, padded
  std::vector<NetworkInfo> networks;
};

/// `size` is "HEIGHTxWIDTH" of the network's input, or "" for that of an image of 640 x 480 as the
/// model's preprocessing makes it. Error{usage} for anything else, or a size that does not fit.
[[nodiscard]] ModelInfo model_info(const std::string& text, const std::string& label,
                                   const std::string& size);

[[nodiscard]] std::string model_info_text(const ModelInfo& info, const std::string& label);
[[nodiscard]] std::string model_info_json(const ModelInfo& info);

}  // namespace roiflow
