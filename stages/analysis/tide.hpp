/// TIDE (Bolya et al. 2020, arXiv 2008.08115): what is lost by each kind of error. Equal to the
/// program tidecv 1.0.1 in every decision; the numbers differ by the rounding of sums.
///
/// One image. The best 100 detections over all categories (the evaluation's highest limit), best
/// first, each take the free object of their category of largest overlap (the first of equal ones),
/// if that is at least 0.5. What took nothing is explained by the first rule that applies:
///   localisation    largest overlap with an object of its category is 0.1 .. 0.5, ends included
///   classification  overlap with an object of another category is at least 0.5
///   duplicate       overlap with a taken object of its category is at least 0.5
///   background      no overlap above 0.1, or no objects in the image
///   both            anything else
/// Inside a crowd of its category (more than half of it) it does not count as wrong, but is
/// explained all the same, and would be right if repaired: tidecv does so. The first of the two
/// kinds of error that have a free object to win claims it; the others vanish when repaired. An
/// object that nothing took or claims is missed. `loss` is the gain in AP if all errors of one kind
/// are repaired.
///
/// AP by TIDE's convention: at IoU 0.5, recalls i / 100, no epsilon; mean over the categories with
/// objects or detections, 0 for those without objects; a category that is left without both by a
/// repair leaves the mean. Among equal scores, images are in ascending order of their ids (tidecv:
/// in the order of the file), and after a repair wrong ones come before right ones, as in tidecv.
/// Where tidecv divides by zero (nothing is left at all) the loss is 0.
#pragma once

#include <cstddef>
#include <span>

#include "stages/analysis/analysis.hpp"
#include "stages/analysis/image_record.hpp"
#include "stages/analysis/image_regions.hpp"

namespace roiflow {

/// Fills `fate`, `repaired` and `in_crowd` of the first `limit` detections, which are in descending
/// order of score, and `unmatched` and `missed` of the objects.
void explain_errors(ImageAnalysisRecord& image, const ImageOverlaps& overlaps,
                    std::span<const Region> objects, std::size_t limit);

/// `images` in ascending order of their ids; ranks of categories are below `categories`.
[[nodiscard]] ErrorBreakdown error_breakdown(std::span<const ImageAnalysisRecord* const> images,
                                             std::size_t categories);

}  // namespace roiflow
