/// Greedy suppression in many segments at once (nms.hpp says what is kept), by bit masks.
///
/// A segment is a list of boxes in ranking order that suppress each other: a level or a class of an
/// image. Segments come in groups (images); all of them take the same two steps:
///
///   MarkOverlaps (mark_overlaps.hpp)   compares all boxes of a segment with each other
///   KeepBest (keep_best.hpp)           goes through them by rank, and stops after `limit` kept
///                                      ones: as many as the next step can use at most
///
/// Rows whose bit in `removed` is set at the start are left out: they are not kept, they suppress
/// nothing.
///
/// Example: suppress_overlaps(HostRun(), nms, images)
#pragma once

#include "stages/nms/keep_best.hpp"
#include "stages/nms/mark_overlaps.hpp"
#include "stages/nms/nms_segments.hpp"

namespace roiflow {

/// Both kernels for all segments of `groups` groups.
template <class Run>
void suppress_overlaps(const Run& run, const NmsSegments& nms, int groups) {
  const int segments = groups * nms.segments;
  run.blocks(MarkOverlaps{nms}, segments * MarkOverlaps::tiles(nms.longest));
  run.blocks(KeepBest{nms}, segments);
}

}  // namespace roiflow
