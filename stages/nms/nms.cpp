#include "stages/nms/nms.hpp"

#include <algorithm>
#include <cstddef>

#include "stages/core/error.hpp"
#include "stages/nms/overlap.hpp"
#include "stages/nms/ranking.hpp"

namespace roiflow {
namespace {

/// Candidates in ranking order, one array per coordinate: the inner loop reads them in lockstep.
struct Candidates {
  explicit Candidates(std::size_t n) : x0(n), y0(n), x1(n), y1(n), area(n), suppressed(n, 0) {}

  void set(std::size_t i, const Box& b) {
    x0[i] = b.x0;
    y0[i] = b.y0;
    x1[i] = b.x1;
    y1[i] = b.y1;
    area[i] = roiflow::area(b);
  }

  std::vector<float> x0, y0, x1, y1, area;
  std::vector<std::uint32_t> suppressed;  // as wide as a float, so that lanes match
};

/// Marks every candidate in (kept, end) that overlaps `kept` too much. No branch in the loop.
void suppress_after(Candidates& c, std::size_t kept, std::size_t end, float threshold) {
  const float* const x0 = c.x0.data();
  const float* const y0 = c.y0.data();
  const float* const x1 = c.x1.data();
  const float* const y1 = c.y1.data();
  const float* const area = c.area.data();
  std::uint32_t* __restrict const suppressed = c.suppressed.data();
  const Box b{x0[kept], y0[kept], x1[kept], y1[kept]};
  const float kept_area = area[kept];
  for (std::size_t j = kept + 1; j < end; ++j) {
    const Box other{x0[j], y0[j], x1[j], y1[j]};
    const float ratio = overlap(b, kept_area, other, area[j]);
    suppressed[j] |= ratio > threshold ? 1U : 0U;
  }
}

/// Greedy suppression among the ranked candidates [begin, end); appends the keys of the kept ones.
void keep_best(Candidates& c, std::span<const RankingKey> keys, std::size_t begin, std::size_t end,
               float threshold, std::vector<RankingKey>& kept) {
  for (std::size_t i = begin; i < end; ++i) {
    if (c.suppressed[i] != 0) continue;
    kept.push_back(keys[i]);
    suppress_after(c, i, end, threshold);
  }
}

std::vector<RankingKey> keys_of(std::span<const float> scores) {
  std::vector<RankingKey> keys(scores.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys[i] = ranking_key(scores[i], static_cast<std::uint32_t>(i));
  }
  return keys;
}

Candidates gather(std::span<const Box> boxes, std::span<const RankingKey> keys) {
  Candidates candidates(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) candidates.set(i, boxes[ranked_index(keys[i])]);
  return candidates;
}

std::vector<std::uint32_t> indices_of(std::span<const RankingKey> keys) {
  std::vector<std::uint32_t> indices(keys.size());
  std::transform(keys.begin(), keys.end(), indices.begin(), ranked_index);
  return indices;
}

}  // namespace

std::vector<std::uint32_t> nms(std::span<const Box> boxes, std::span<const float> scores,
                               double iou_threshold) {
  require(boxes.size() == scores.size(), ErrorCode::internal, "nms: {} boxes but {} scores",
          boxes.size(), scores.size());
  std::vector<RankingKey> keys = keys_of(scores);
  std::sort(keys.begin(), keys.end());
  Candidates candidates = gather(boxes, keys);
  std::vector<RankingKey> kept;
  keep_best(candidates, keys, 0, keys.size(), float_threshold(iou_threshold), kept);
  return indices_of(kept);
}

std::vector<std::uint32_t> nms_per_class(std::span<const Box> boxes, std::span<const float> scores,
                                         std::span<const int> labels, double iou_threshold) {
  require(boxes.size() == scores.size() && boxes.size() == labels.size(), ErrorCode::internal,
          "nms_per_class: {} boxes, {} scores and {} labels", boxes.size(), scores.size(),
          labels.size());
  std::vector<RankingKey> keys = keys_of(scores);
  const auto label = [&](RankingKey key) { return labels[ranked_index(key)]; };
  std::sort(keys.begin(), keys.end(), [&](RankingKey a, RankingKey b) {
    return label(a) != label(b) ? label(a) < label(b) : a < b;
  });
  Candidates candidates = gather(boxes, keys);
  std::vector<RankingKey> kept;
  for (std::size_t begin = 0, end = 0; begin < keys.size(); begin = end) {
    while (end < keys.size() && label(keys[end]) == label(keys[begin])) ++end;
    keep_best(candidates, keys, begin, end, float_threshold(iou_threshold), kept);
  }
  std::sort(kept.begin(), kept.end());
  return indices_of(kept);
}

}  // namespace roiflow
