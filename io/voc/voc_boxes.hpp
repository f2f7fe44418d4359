/// Inside of the VOC room: <bndbox>, from the column of boxes.
#pragma once

#include <array>

#include "io/voc/xml_tree.hpp"
#include "stages/voc/voc_match.hpp"

namespace roiflow {

/// xmin, ymin, xmax, ymax; whole numbers without a fraction, others so that they read back equal.
[[nodiscard]] XmlElement bndbox_element(const std::array<double, 4>& bbox);

}  // namespace roiflow
