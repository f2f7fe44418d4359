#include "stages/label_map/label_map.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "stages/core/error.hpp"
#include "stages/label_map/mix_scores.hpp"

namespace roiflow {
namespace {

/// Neighbouring output pixels that lie between the same two scores.
struct Run {
  std::size_t begin = 0, end = 0;
  std::int32_t first = 0, second = 0;
};

std::vector<Run> runs_of(std::span<const Tap> taps) {
  std::vector<Run> runs;
  for (std::size_t i = 0; i < taps.size(); ++i) {
    const bool same =
        !runs.empty() && runs.back().first == taps[i].first && runs.back().second == taps[i].second;
    if (!same) runs.push_back({i, i, taps[i].first, taps[i].second});
    runs.back().end = i + 1;
  }
  return runs;
}

void check(TensorView<const float, 3> scores, std::span<const Tap> rows,
           std::span<const Tap> columns, std::span<const std::uint8_t> values) {
  const auto [height, width, classes] = scores.shape;
  require(std::ssize(values) == classes, ErrorCode::internal, "label map: {} values for {} classes",
          values.size(), classes);
  require(taps_inside(rows, height) && taps_inside(columns, width), ErrorCode::internal,
          "label map: a tap points outside {} x {} scores", height, width);
}

/// The best class of every score pixel, or `unclear` where another one comes so close that rounding
/// between the pixels could matter.
class ClearClasses {
 public:
  static constexpr std::int32_t unclear = -1;

  explicit ClearClasses(TensorView<const float, 3> scores)
      : width_(static_cast<std::size_t>(scores.shape[1])) {
    const auto [height, width, classes] = scores.shape;
    const auto numbers = scores.span();
    float largest = 0;
    for (const float score : numbers) largest = std::max(largest, std::abs(score));
    const float margin = 1e-5F * largest;
    const auto depth = static_cast<std::size_t>(classes);
    for (std::size_t at = 0; at < numbers.size(); at += depth) {
      classes_.push_back(best(numbers.subspan(at, depth), margin));
    }
  }

  /// The class that is best between these four scores, or `unclear`.
  [[nodiscard]] std::int32_t between(const Run& rows, const Run& columns) const {
    const std::int32_t best = at(rows.first, columns.first);
    const bool same = at(rows.first, columns.second) == best &&
                      at(rows.second, columns.first) == best &&
                      at(rows.second, columns.second) == best;
    return same ? best : unclear;
  }

 private:
  static std::int32_t best(std::span<const float> scores, float margin) {
    std::size_t best = 0;
    bool finite = true;
    for (std::size_t c = 0; c < scores.size(); ++c) {
      finite = finite && std::isfinite(scores[c]);
      if (scores[c] > scores[best]) best = c;
    }
    const auto near = std::ranges::count_if(
        scores, [&](float score) { return !(score < scores[best] - margin); });
    return finite && near == 1 ? static_cast<std::int32_t>(best) : unclear;
  }

  [[nodiscard]] std::int32_t at(std::int32_t row, std::int32_t column) const {
    return classes_[static_cast<std::size_t>(row) * width_ + static_cast<std::size_t>(column)];
  }

  std::size_t width_;
  std::vector<std::int32_t> classes_;
};

/// Makes one row of the map at a time.
class RowMaker {
 public:
  RowMaker(TensorView<const float, 3> scores, std::span<const Tap> columns)
      : scores_(scores),
        mixed_(static_cast<std::size_t>(scores.shape[1] * scores.shape[2])),
        best_scores_(columns.size()),
        best_classes_(columns.size()),
        left_weights_(columns.size()),
        right_weights_(columns.size()) {
    for (std::size_t x = 0; x < columns.size(); ++x) {
      left_weights_[x] = columns[x].first_weight;
      right_weights_[x] = columns[x].second_weight;
    }
  }

  /// The scores at the height of this row, [width, classes].
  void mix(const Tap& row) {
    const auto count = static_cast<std::int64_t>(mixed_.size());
    mix_scores(mixed_.data(), scores_.data + row.first * count, scores_.data + row.second * count,
               row, count);
  }

  /// The best classes of a run of pixels; valid for them until the next row.
  std::span<const std::int32_t> choose(const Run& run) {
    const auto classes = static_cast<std::size_t>(scores_.shape[2]);
    const float* left = mixed_.data() + static_cast<std::size_t>(run.first) * classes;
    const float* right = mixed_.data() + static_cast<std::size_t>(run.second) * classes;
    const std::size_t begin = run.begin, count = run.end - run.begin;
    float* scores = best_scores_.data() + begin;
    std::int32_t* chosen = best_classes_.data() + begin;
    const float* left_weight = left_weights_.data() + begin;
    const float* right_weight = right_weights_.data() + begin;
    std::fill_n(scores, count, -std::numeric_limits<float>::infinity());
    std::fill_n(chosen, count, 0);
    for (std::size_t c = 0; c < classes; ++c) {
      const auto own = static_cast<std::int32_t>(c);
      for (std::size_t i = 0; i < count; ++i) {
        const float score = left_weight[i] * left[c] + right_weight[i] * right[c];
        const bool better = score > scores[i];
        scores[i] = better ? score : scores[i];
        chosen[i] = better ? own : chosen[i];
      }
    }
    return {chosen, count};
  }

 private:
  TensorView<const float, 3> scores_;
  std::vector<float> mixed_;
  std::vector<float> best_scores_;
  std::vector<std::int32_t> best_classes_;
  std::vector<float> left_weights_, right_weights_;
};

}  // namespace

LabelMap make_label_map(TensorView<const float, 3> scores, std::span<const Tap> rows,
                        std::span<const Tap> columns, std::span<const std::uint8_t> values) {
  check(scores, rows, columns, values);
  LabelMap map{static_cast<int>(rows.size()), static_cast<int>(columns.size()), {}};
  map.labels.resize(rows.size() * columns.size());
  const ClearClasses clear(scores);
  const std::vector<Run> column_runs = runs_of(columns);
  RowMaker maker(scores, columns);
  for (const Run& row_run : runs_of(rows)) {
    for (std::size_t y = row_run.begin; y < row_run.end; ++y) {
      std::uint8_t* out = map.labels.data() + y * columns.size();
      bool mixed = false;
      for (const Run& run : column_runs) {
        const std::int32_t known = clear.between(row_run, run);
        if (known != ClearClasses::unclear) {
          std::fill(out + run.begin, out + run.end, values[static_cast<std::size_t>(known)]);
          continue;
        }
        if (!mixed) maker.mix(rows[y]);
        mixed = true;
        std::ranges::transform(maker.choose(run), out + run.begin, [&](std::int32_t chosen) {
          return values[static_cast<std::size_t>(chosen)];
        });
      }
    }
  }
  return map;
}

}  // namespace roiflow
