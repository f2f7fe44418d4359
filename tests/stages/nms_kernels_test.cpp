#include "stages/nms/nms_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include "stages/core/random.hpp"
#include "stages/kernels/count_before.hpp"
#include "stages/kernels/host_run.hpp"
#include "stages/kernels/sort_block.hpp"
#include "stages/nms/nms.hpp"
#include "stages/nms/ranking.hpp"
#include "tests/support/thread_run.hpp"

namespace roiflow {
namespace {

constexpr PhaseOrder orders[] = {PhaseOrder::ascending, PhaseOrder::descending,
                                 PhaseOrder::interleaved};

/// A segment in ranking order; rows that are not `valid` are to be left out.
struct Segment {
  std::vector<Box> boxes;
  std::vector<bool> valid;
};

Segment random_segment(Random& random, int rows, double extent, double invalid) {
  Segment segment;
  for (int i = 0; i < rows; ++i) {
    const auto coordinate = [&](double most) {
      // Half pixels, so that ratios fall on the threshold now and then.
      return static_cast<float>(random.integer(0, static_cast<int>(2 * most))) / 2;
    };
    const float x = coordinate(extent), y = coordinate(extent);
    Box box{x, y, x + coordinate(24), y + coordinate(24)};
    if (random.chance(0.02)) box.y1 = NAN;
    if (random.chance(0.1) && i > 0) box = segment.boxes.back();
    segment.boxes.push_back(box);
    segment.valid.push_back(!random.chance(invalid));
  }
  return segment;
}

/// The CPU's answer: rows of the segment.
std::vector<int> expected(const Segment& segment, double threshold, int limit) {
  std::vector<Box> boxes;
  std::vector<int> rows;
  for (std::size_t i = 0; i < segment.boxes.size(); ++i) {
    if (!segment.valid[i]) continue;
    boxes.push_back(segment.boxes[i]);
    rows.push_back(static_cast<int>(i));
  }
  std::vector<int> kept;
  for (const std::uint32_t i : nms(boxes, std::vector<float>(boxes.size(), 0.5F), threshold)) {
    if (kept.size() < static_cast<std::size_t>(limit)) kept.push_back(rows[i]);
  }
  return kept;
}

/// Runs the kernels on groups of equally many segments.
class Suppression {
 public:
  Suppression(const std::vector<std::vector<Segment>>& groups, double threshold, int limit) {
    nms_.segments = static_cast<int>(groups[0].size());
    nms_.limit = limit;
    nms_.threshold = float_threshold(threshold);
    for (const std::vector<Segment>& group : groups) {
      int rows = 0;
      for (const Segment& segment : group) {
        const auto count = static_cast<int>(segment.boxes.size());
        first_.push_back(rows);
        count_.push_back(count);
        rows += count;
        nms_.longest = std::max(nms_.longest, count);
      }
      nms_.rows = std::max(nms_.rows, rows);
    }
    groups_ = static_cast<int>(groups.size());
    boxes_.resize(groups.size() * static_cast<std::size_t>(nms_.rows));
    ScratchLayout size;
    nms_.lay_out(size, groups_);
    memory_.assign(size.bytes(), std::byte{0xA5});
    ScratchLayout arrays(memory_.data());
    nms_.lay_out(arrays, groups_);
    nms_.boxes = boxes_.data();
    nms_.first = first_.data();
    nms_.count = count_.data();
    int index = 0;
    for (const std::vector<Segment>& group : groups) {
      for (const Segment& segment : group) set(index++, segment);
    }
  }

  template <class Run>
  void run(const Run& run) const {
    suppress_overlaps(run, nms_, groups_);
  }
  [[nodiscard]] std::vector<int> kept(int segment) const {
    const int* first = nms_.kept + segment * nms_.limit;
    return {first, first + nms_.kept_count[segment]};
  }

 private:
  void set(int index, const Segment& segment) {
    std::copy(segment.boxes.begin(), segment.boxes.end(), boxes_.begin() + nms_.first_row(index));
    std::uint32_t* const removed = nms_.removed + index * nms_.words();
    std::fill(removed, removed + nms_.words(), 0U);
    for (std::size_t i = 0; i < segment.valid.size(); ++i) {
      if (!segment.valid[i]) removed[i / 32] |= 1U << (i % 32);
    }
  }

  NmsSegments nms_;
  int groups_ = 0;
  std::vector<Box> boxes_;
  std::vector<int> first_, count_;
  std::vector<std::byte> memory_;
};

template <class Run>
void check(const Run& run, const std::vector<std::vector<Segment>>& groups, double threshold,
           int limit) {
  const Suppression suppression(groups, threshold, limit);
  suppression.run(run);
  int index = 0;
  for (const std::vector<Segment>& group : groups) {
    for (const Segment& segment : group) {
      CAPTURE(index);
      CHECK(suppression.kept(index++) == expected(segment, threshold, limit));
    }
  }
}

void check(const std::vector<std::vector<Segment>>& groups, double threshold, int limit) {
  for (const PhaseOrder order : orders) check(HostRun(order), groups, threshold, limit);
}

TEST_CASE("nms kernels: segments of every length keep what the CPU keeps") {
  Random random(7, 0);
  const int lengths[] = {0, 1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 129, 256, 300};
  std::vector<Segment> segments;
  for (const int length : lengths) segments.push_back(random_segment(random, length, 40, 0.1));
  for (const double threshold : {0.0, 0.3, 0.5, static_cast<double>(0.6F), 0.6, 0.7, 1.0}) {
    CAPTURE(threshold);
    check({segments}, threshold, 300);
  }
}

TEST_CASE("nms kernels: groups have segments of their own") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(8, seed);
    std::vector<std::vector<Segment>> groups(3);
    for (std::vector<Segment>& group : groups) {
      for (int i = 0; i < 4; ++i) {
        group.push_back(random_segment(random, random.integer(0, 150), 60, 0.2));
      }
    }
    check(groups, 0.5, random.integer(1, 100));
  }
}

TEST_CASE("nms kernels: the limit ends a segment early, and only there") {
  Random random(9, 0);
  const Segment segment = random_segment(random, 700, 300, 0);
  for (const int limit : {1, 31, 32, 33, 100, 700}) {
    CAPTURE(limit);
    check({{segment}}, 0.7, limit);
  }
}

TEST_CASE("nms kernels: equal boxes leave one, empty ones stay, without rows there is nothing") {
  const Segment equal{std::vector<Box>(1000, Box{1, 1, 9, 9}), std::vector<bool>(1000, true)};
  const Segment empty{std::vector<Box>(100, Box{5, 5, 5, 5}), std::vector<bool>(100, true)};
  const Segment invalid{std::vector<Box>(70, Box{1, 1, 9, 9}), std::vector<bool>(70, false)};
  check({{equal, empty, invalid, {}}}, 0.5, 1000);
  check({{{}}, {{}}}, 0.5, 10);
}

TEST_CASE("nms kernels: threads and blocks at once") {
  Random random(11, 0);
  std::vector<std::vector<Segment>> groups(2);
  for (std::vector<Segment>& group : groups) {
    for (const int rows : {70, 0, 150}) group.push_back(random_segment(random, rows, 60, 0.2));
  }
  check(ThreadRun(), groups, 0.5, 60);
}

struct SortKeys {
  struct Shared {};
  RankingKey* keys;
  int count;
  template <class Block>
  ROIFLOW_HOST_DEVICE void operator()(Block& block, Shared&, int) const {
    sort_in_block(block, keys, count, [](RankingKey a, RankingKey b) { return a < b; });
  }
};

TEST_CASE("sort_in_block: any count, any order of the threads") {
  Random random(10, 0);
  for (int count = 0; count <= 600; count += count < 70 ? 1 : 53) {
    CAPTURE(count);
    std::vector<RankingKey> keys(static_cast<std::size_t>(count));
    for (RankingKey& key : keys) key = random.next() >> (random.chance(0.3) ? 60U : 0U);
    std::vector<RankingKey> sorted = keys;
    std::sort(sorted.begin(), sorted.end());
    for (const PhaseOrder order : orders) {
      std::vector<RankingKey> found = keys;
      run_blocks(SortKeys{found.data(), count}, 1, order);
      CHECK(found == sorted);
    }
  }
}

TEST_CASE("count_before: where a sorted list turns") {
  const int values[] = {1, 3, 3, 8};
  for (int x = 0; x < 10; ++x) {
    CHECK(count_before(4, [&](int i) { return values[i] < x; }) ==
          std::lower_bound(values, values + 4, x) - values);
  }
  CHECK(count_before(0, [](int) { return true; }) == 0);
}

TEST_CASE("ranking: a key gives its score back") {
  for (const float score : {0.0F, 1.0F, -1.0F, 1e-30F, -1e30F, INFINITY, -INFINITY}) {
    CHECK(ranked_score(ranking_key(score, 77)) == score);
  }
  CHECK(std::isnan(ranked_score(ranking_key(NAN, 3))));
  CHECK(score_rank(-0.0F) == score_rank(0.0F));
  CHECK(score_rank(2) < score_rank(1));
}

}  // namespace
}  // namespace roiflow
