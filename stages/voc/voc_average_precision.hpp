/// Average precision of PASCAL VOC: one number for a curve of precision over recall.
///
///   recall, precision   [D] after each detection, best first; recall never falls. Either may be
///                       empty: nothing was found, AP 0
///
/// voc07 (VOCdevkit 2007): mean over eleven recalls t of the highest precision at recall >= t, 0
/// where t is not reached. Summed as VOCevaldet.m does: ap = ap + p / 11, t ascending.
/// voc10 (VOCdevkit 2010 and later, VOCap.m): area below the curve after precision was replaced by
/// the highest one at this recall or beyond. The products are summed in numpy's order, so the bits
/// are py-faster-rcnn's and detectron2's; MATLAB does not say in which order its sum adds.
///
/// The eleven recalls. MATLAB builds 0:0.1:1 from both ends, so that 0.6 and 0.7 are exactly the
/// numbers written; numpy.arange(0, 1.1, 0.1) multiplies, and gives 0.6000000000000001 and
/// 0.7000000000000001, which a recall of 6/10 or 7/10 does not reach. Both have
/// 0.30000000000000004.
///
/// Example: recall {0.5, 0.5, 1}, precision {1, 0.5, 2/3}: voc07 gives 6/11 * 1 + 5/11 * 2/3, and
/// voc10 0.5 * 1 + 0.5 * 2/3.
#pragma once

#include <array>
#include <span>

namespace roiflow {

enum class VocMetric { voc07, voc10 };
enum class VocGrid { matlab, numpy };

[[nodiscard]] constexpr const char* name(VocMetric metric) {
  return metric == VocMetric::voc07 ? "voc07" : "voc10";
}
[[nodiscard]] constexpr const char* name(VocGrid grid) {
  return grid == VocGrid::matlab ? "matlab" : "numpy";
}

[[nodiscard]] std::array<double, 11> voc07_recalls(VocGrid grid);

[[nodiscard]] double voc07_average_precision(std::span<const double> recall,
                                             std::span<const double> precision, VocGrid grid);
[[nodiscard]] double voc10_average_precision(std::span<const double> recall,
                                             std::span<const double> precision);

}  // namespace roiflow
