/// A layer's kind in a few characters, for tables: "conv 3x3 s2", "linear", "max pool 2x2 s2".
///
///   sN stride, dN dilation, gN groups; one number where height and width agree
#pragma once

#include <string>

#include "stages/model/layer.hpp"

namespace roiflow {

[[nodiscard]] std::string describe(const LayerKind& kind);

}  // namespace roiflow
