/// Selective Search: an image becomes boxes that may hold an object, without any training.
/// Uijlings, van de Sande, Gevers, Smeulders: "Selective Search for Object Recognition", IJCV 104
/// (2), 2013. The proposals of R-CNN and Fast R-CNN.
///
///   in    Image, 8-bit RGB
///   out   boxes in pixels of that image, x1 and y1 exclusive, within it, best first, no two equal
///
/// Every strategy is a colour space, a threshold k of the graph-based segmentation, and a sum of
/// similarities (C colour, T texture, S size, F fill) for grouping its segments; a box surrounds
/// each segment and each union. The modes are those of the paper's table 5:
///
///   single     HSV; k 100; C+T+S+F
///   fast       HSV, Lab; k 50, 100; C+T+S+F, T+S+F                                    8 strategies
///   quality    HSV, Lab, rgI, H, I; k 50, 100, 150, 300; C+T+S+F, T+S+F, F, S        80 strategies
///
/// OpenCV's "fast" differs: k 150, 300, 450, segments of at least 100 pixels, four neighbours a
/// pixel, and a random order that favours the smallest boxes; `thresholds` and `min_segment` give
/// the first two of these.
///
/// Order, section 3.4 of the paper: a region's place in its hierarchy (1 for the whole image, ...)
/// times a random number in 0 .. 1, small values first, all strategies together. A function of the
/// seed and the number of regions only: not of the machine, the time, or earlier calls.
///
/// Time and memory grow with the pixels of the working image: 0.6 to 1.3 s and 110 MB a megapixel
/// for "fast". Only a region with thousands of neighbours (small spots on a plain ground) makes the
/// grouping quadratic.
///
/// Everything is const and may be called from several threads at once; it starts no threads.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "stages/core/box.hpp"
#include "stages/core/image.hpp"

namespace roiflow {

enum class SelectiveSearchMode { single, fast, quality };

/// Throws Error{usage} that lists the known names.
[[nodiscard]] SelectiveSearchMode selective_search_mode(std::string_view name);

struct SelectiveSearchParams {
  SelectiveSearchMode mode = SelectiveSearchMode::fast;
  float sigma = 0.8F;             ///< pixels, smoothing before the segmentation; 0 for none
  std::vector<float> thresholds;  ///< k, for values of 0 .. 255; none: the mode's
  int min_segment = 0;            ///< pixels; 0: k, as in the authors' program
  /// Working size: 0 leaves the image as it is; with one of them 0 the other keeps the proportions.
  /// Fast R-CNN's proposals were made at a width of 500; the method is not invariant to scale.
  int working_width = 0, working_height = 0;
  int max_proposals = 2000;  ///< 0: all
  float min_side = 20;  ///< pixels of the working image; boxes with a smaller side are left out
  std::uint64_t seed = 1;
};

/// Throws Error{bad_data} for an image that is empty, does not fit its size, or is too large for
/// the segmentation, Error{usage} for parameters that make no sense.
[[nodiscard]] std::vector<Box> selective_search(const Image& image,
                                                const SelectiveSearchParams& params = {});

}  // namespace roiflow
