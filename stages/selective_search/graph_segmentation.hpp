/// Graph-based segmentation: pixels become segments, by the rule of Felzenszwalb and Huttenlocher,
/// "Efficient Graph-Based Image Segmentation", IJCV 59 (2), 2004.
///
///   in    [channels, height, width] float32
///   out   a label per pixel, 0 .. segments - 1, numbered by first appearance row by row
///
/// Every pixel is joined with its eight neighbours by an edge whose weight is the Euclidean
/// distance of their values. Edges are taken by rising weight; two components merge if
///
///     weight <= min(Int(C1) + k / |C1|, Int(C2) + k / |C2|)
///
/// where Int is the largest weight inside (0 for one pixel). Then, in the same order, an edge with
/// a component smaller than min_size at an end merges too. Edges of equal weight go by pixel, row
/// by row, and then right, down, down-right, up-right: the order of the authors' program. Its "<="
/// is the paper's; scikit-image has "<".
///
/// Larger k prefers larger segments; it is measured in units of the values, so 0 .. 255 here and a
/// 255th of it for values in 0 .. 1.
///
/// Example: a uniform image is one segment; a black and a white half (distance 255) with k = 100
/// are two, as soon as both are wide enough that 100 / |C| < 255.
#pragma once

#include <cstdint>
#include <vector>

#include "stages/core/image.hpp"
#include "stages/selective_search/gaussian.hpp"

namespace roiflow {

struct Segmentation {
  int height = 0, width = 0;
  int segments = 0;
  std::vector<std::int32_t> labels;  ///< [height, width], row-major
};

/// Larger images are refused.
constexpr std::int64_t most_graph_pixels = std::int64_t{1} << 25;

/// The edges, sorted once; several k can be tried on them. Safe from several threads.
class PixelGraph {
 public:
  /// Smooth `values` before (gaussian_smooth). Throws Error{bad_data} for an image that is empty or
  /// larger than most_graph_pixels, and for values that are not finite.
  explicit PixelGraph(PlanesView values);

  [[nodiscard]] Segmentation segment(float k, int min_size) const;

 private:
  struct Edge {
    std::uint32_t weight;  ///< bits of the float: not negative, so they sort like it
    std::uint32_t id;      ///< 4 * pixel + direction
  };
  void append_row(PlanesView values, int y, std::vector<float>& weights);
  void sort();

  int height_, width_;
  std::vector<Edge> edges_;
};

struct GraphSegmentationParams {
  float sigma = 0.8F;  ///< pixels, of the smoothing before
  float k = 100;
  int min_size = 100;  ///< pixels
};

/// The whole of it on the image's RGB values.
[[nodiscard]] Segmentation segment_image(const Image& image, const GraphSegmentationParams& params);

}  // namespace roiflow
