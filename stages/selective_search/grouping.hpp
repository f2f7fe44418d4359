/// Hierarchical grouping (Uijlings et al. 2013, algorithm 1): of all neighbouring regions the two
/// most similar ones become one, until one region is left.
///
/// The similarity of two regions is the sum of those of its measures that are wanted, each 0 .. 1
/// (equations 2 to 6 of the paper; n pixels in the image, h histograms of sum 1 over all channels):
///
///   colour, texture   sum over all bins of min(h_a, h_b)
///   size              1 - (|a| + |b|) / n
///   fill              1 - (|box around both| - |a| - |b|) / n
///
/// Equal similarities: the pair with the smaller first index goes first, then the smaller second.
#pragma once

#include <vector>

#include "stages/selective_search/region_set.hpp"

namespace roiflow {

struct Measures {
  bool colour = false, texture = false, size = false, fill = false;
};

/// Two regions became the next one. Regions 0 .. n-1 are the initial ones, n + i came of merge i.
struct Merge {
  int first = 0, second = 0;  ///< first < second
  double similarity = 0;
  PixelBox box;  ///< around both
};

/// n - 1 merges of n regions; the image being one piece, the last one covers it.
/// O(n log n) for regions with few neighbours each, O(n^2) similarities for a star of n.
[[nodiscard]] std::vector<Merge> group(RegionSet regions, const Measures& measures);

}  // namespace roiflow
