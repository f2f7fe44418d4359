/// The colour spaces of Selective Search: an 8-bit RGB image becomes float planes, each about 0 to
/// 255, so that one segmentation threshold and one set of histogram bins suit all of them.
///
///   hsv         hue * 255 / 360, saturation, value; a gray has hue 0, black saturation 0
///   lab         CIELAB of sRGB (D65): L * 255 / 100, a + 128, b + 128
///   rgi         R and G divided by R + G + B (times 255; black: one third), then the intensity
///   hue         the first plane of hsv
///   intensity   0.299 R + 0.587 G + 0.114 B
///
/// Hue is cut open at red and treated as a line, as in the authors' and OpenCV's programs.
/// Example: pure red in hsv is {0, 255, 255}; in rgi {255, 0, 76.245}.
#pragma once

#include "stages/core/image.hpp"
#include "stages/selective_search/gaussian.hpp"

namespace roiflow {

enum class ColourSpace { hsv, lab, rgi, hue, intensity };

/// [3 or 1, height, width]. The image's pixels must fit its size.
[[nodiscard]] Planes to_colour_space(const Image& image, ColourSpace space);

}  // namespace roiflow
