/// Box results of many images at once (box_result.hpp says which) in kernels that run on a GPU and,
/// for the tests, on the host: the same detections in the same order.
///
///   FindCandidates   softmax of every row; classes above the score threshold note the row under
///                    their class. One block for 32 rows of an image.
///   RankClass        sorts a class's candidates and decodes them; those too small are struck out.
///                    One block a class of an image.
///   nms_kernels.hpp  suppression, a segment a class
///   MergeClasses     the classes are sorted, so a box's place among all of them is the number of
///                    better ones in each, by binary search. One index a kept box or row of out.
///
/// Nothing is cut off before suppression: every class has room for all proposals, and where all
/// classes share a list it holds as many as can be above the threshold (most_candidates). A class
/// keeps at most detections_per_image, as no more of it can be among the best of all classes.
///
/// Example: find_detections(HostRun(), work, outputs, images)
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "stages/anchors/box_coder.hpp"
#include "stages/heads/box_result_work.hpp"
#include "stages/kernels/count_before.hpp"
#include "stages/kernels/element.hpp"
#include "stages/kernels/host_device.hpp"
#include "stages/kernels/sort_block.hpp"
#include "stages/nms/nms_kernels.hpp"

namespace roiflow {

template <class T>
struct FindCandidates {
  static constexpr int threads = 256;
  static constexpr int tile = 32;  ///< rows
  struct Shared {
    float largest[tile], divisor[tile];
  };
  BoxResultWork work;
  BoxHeadOutputs<T> outputs;

  [[nodiscard]] static constexpr int tiles(int rows) { return (rows + tile - 1) / tile; }

  template <class Block>
  ROIFLOW_HOST_DEVICE void operator()(Block& block, Shared& shared, int index) const {
    const int image = index / tiles(work.proposals), begin = index % tiles(work.proposals) * tile;
    const int rest = work.regions.counts[image] - begin;
    const int rows = rest < tile ? rest : tile;
    if (rows <= 0) return;
    const T* const logits = outputs.class_logits + (std::int64_t{image} * work.proposals + begin) *
                                                       outputs.class_logits_stride;
    block.each(rows,
               [&](int row) { scale(shared, row, logits + row * outputs.class_logits_stride); });
    const int labels = work.nms.segments;
    block.each(rows * labels, [&](int i) {
      const int row = i / labels, segment = i % labels;
      const float logit =
          Element<T>::to_float(logits[row * outputs.class_logits_stride + segment + 1]);
      const float score = std::exp(logit - shared.largest[row]) / shared.divisor[row];
      if (!(score > work.params.score_threshold)) return;
      const std::int64_t list = std::int64_t{image} * labels + segment;
      const int place = block.add(work.count[list], 1);
      work.keys[list * work.proposals + place] =
          ranking_key(score, static_cast<std::uint32_t>(begin + row));
    });
  }

 private:
  /// What turns a row's logits into scores, in the order of box_result.cpp.
  ROIFLOW_HOST_DEVICE void scale(Shared& shared, int row, const T* logits) const {
    float largest = Element<T>::to_float(logits[0]);
    for (int i = 1; i < work.classes; ++i) {
      const float logit = Element<T>::to_float(logits[i]);
      if (largest < logit) largest = logit;
    }
    double sum = 0;
    for (int i = 0; i < work.classes; ++i) {
      sum += static_cast<double>(std::exp(Element<T>::to_float(logits[i]) - largest));
    }
    shared.largest[row] = largest;
    shared.divisor[row] = static_cast<float>(sum);
  }
};

template <class T>
struct RankClass {
  static constexpr int threads = 128;
  static constexpr int sorted_here = 2048;  ///< more candidates are sorted where they lie
  struct Shared {
    int first;
    RankingKey keys[sorted_here];
  };
  BoxResultWork work;
  BoxHeadOutputs<T> outputs;

  template <class Block>
  ROIFLOW_HOST_DEVICE void operator()(Block& block, Shared& shared, int index) const {
    const int count = work.count[index];
    if (count == 0) return;
    const int image = index / work.nms.segments, segment = index % work.nms.segments;
    block.each(1, [&](int) { shared.first = 0; });
    block.each(segment, [&](int i) { block.add(shared.first, work.count[index - segment + i]); });
    const int first = shared.first;
    RankingKey* const keys = work.keys + std::int64_t{index} * work.proposals;
    sort(block, shared, keys, count);
    std::uint32_t* const removed = work.nms.removed + std::int64_t{index} * work.nms.words();
    block.each((count + 31) / 32, [&](int i) { removed[i] = 0; });
    block.each(count, [&](int row) {
      const Box box = decode(image, static_cast<int>(ranked_index(keys[row])), segment + 1);
      work.boxes[std::int64_t{image} * work.nms.rows + first + row] = box;
      // Written so that NaN fails.
      if (!sides_reach(box, work.params.min_size)) {
        block.set_bits(removed[row / 32], 1U << (row % 32));
      }
    });
    block.each(1, [&](int) { work.first[index] = first; });
  }

 private:
  template <class Block>
  static ROIFLOW_HOST_DEVICE void sort(Block& block, Shared& shared, RankingKey* keys, int count) {
    const auto before = [](RankingKey a, RankingKey b) { return a < b; };
    if (count > sorted_here) return sort_in_block(block, keys, count, before);
    block.each(count, [&](int i) { shared.keys[i] = keys[i]; });
    sort_in_block(block, shared.keys, count, before);
    block.each(count, [&](int i) { keys[i] = shared.keys[i]; });
  }

  ROIFLOW_HOST_DEVICE Box decode(int image, int proposal, int label) const {
    const std::int64_t row = std::int64_t{image} * work.proposals + proposal;
    const T* const from = outputs.deltas + row * outputs.deltas_stride + 4 * label;
    const float deltas[4] = {Element<T>::to_float(from[0]), Element<T>::to_float(from[1]),
                             Element<T>::to_float(from[2]), Element<T>::to_float(from[3])};
    const ImageGeometry& geometry = work.regions.geometry[image];
    const BoxCoder coder{work.params.delta_weights};
    return clip(coder.decode(deltas, work.regions.boxes[row]),
                static_cast<float>(geometry.resized_height),
                static_cast<float>(geometry.resized_width));
  }
};

struct MergeClasses {
  BoxResultWork work;

  /// Indices of an image.
  [[nodiscard]] constexpr int width() const {
    const int kept = work.nms.segments * work.nms.limit;
    return kept > work.params.detections_per_image ? kept : work.params.detections_per_image;
  }

  ROIFLOW_HOST_DEVICE void operator()(std::int64_t index) const {
    const int image = static_cast<int>(index / width()), place = static_cast<int>(index % width());
    if (place < work.nms.segments * work.nms.limit) {
      put(image, place / work.nms.limit, place % work.nms.limit);
    }
    if (place >= work.params.detections_per_image) return;
    const int count = count_of(image);
    if (place == 0) work.out.counts[image] = count;
    if (place >= count) row_of(image, place) = ScoredBox{};
  }

 private:
  [[nodiscard]] ROIFLOW_HOST_DEVICE int count_of(int image) const {
    int kept = 0;
    for (int i = 0; i < work.nms.segments; ++i) {
      kept += work.nms.kept_count[image * work.nms.segments + i];
    }
    return kept < work.params.detections_per_image ? kept : work.params.detections_per_image;
  }

  [[nodiscard]] ROIFLOW_HOST_DEVICE ScoredBox& row_of(int image, int place) const {
    return work.out.found[std::int64_t{image} * work.params.detections_per_image + place];
  }

  /// Row of a class's list that it kept as number `i`.
  [[nodiscard]] ROIFLOW_HOST_DEVICE int kept_row(std::int64_t list, int i) const {
    return work.nms.kept[list * work.nms.limit + i];
  }

  ROIFLOW_HOST_DEVICE void put(int image, int segment, int number) const {
    const std::int64_t lists = std::int64_t{image} * work.nms.segments, list = lists + segment;
    if (number >= work.nms.kept_count[list]) return;
    const int row = kept_row(list, number);
    const RankingKey key = work.keys[list * work.proposals + row];
    int place = number;
    for (int i = 0; i < work.nms.segments && place < work.params.detections_per_image; ++i) {
      if (i == segment) continue;
      // Of equal scores the lower proposal comes first, then the lower class.
      const std::int64_t other = lists + i;
      const RankingKey bound = i < segment ? key + 1 : key;
      place += count_before(work.nms.kept_count[other], [&](int j) {
        return work.keys[other * work.proposals + kept_row(other, j)] < bound;
      });
    }
    if (place >= work.params.detections_per_image) return;
    const Box& box = work.boxes[std::int64_t{image} * work.nms.rows + work.first[list] + row];
    row_of(image, place) = {box, ranked_score(key), segment + 1};
  }
};

/// All kernels, for `images` images.
template <class T, class Run>
void find_detections(const Run& run, const BoxResultWork& work, const BoxHeadOutputs<T>& outputs,
                     int images) {
  run.zero(work.count, static_cast<std::size_t>(images * work.nms.segments));
  run.blocks(FindCandidates<T>{work, outputs}, images * FindCandidates<T>::tiles(work.proposals));
  run.blocks(RankClass<T>{work, outputs}, images * work.nms.segments);
  suppress_overlaps(run, work.nms, images);
  const MergeClasses merge{work};
  run.each(merge, std::int64_t{images} * merge.width());
}

}  // namespace roiflow
