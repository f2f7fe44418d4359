#include "stages/label_map/score_rows.hpp"

#include <cstddef>
#include <vector>

#include "stages/core/error.hpp"
#include "stages/label_map/mix_scores.hpp"

namespace roiflow {
namespace {

void check(std::span<const Tap> taps, std::int64_t size) {
  require(taps_inside(taps, size), ErrorCode::internal,
          "score rows: a tap points outside {} scores", size);
}

}  // namespace

void for_each_score_row(TensorView<const float, 3> scores, std::span<const Tap> rows,
                        std::span<const Tap> columns, const UseScoreRow& use) {
  const auto [height, width, classes] = scores.shape;
  check(rows, height);
  check(columns, width);
  std::vector<float> narrow(static_cast<std::size_t>(width * classes));
  std::vector<float> wide(columns.size() * static_cast<std::size_t>(classes));
  for (const Tap& row : rows) {
    mix_scores(narrow.data(), scores.rows(row.first, 1).data, scores.rows(row.second, 1).data, row,
               width * classes);
    float* out = wide.data();
    for (const Tap& column : columns) {
      mix_scores(out, narrow.data() + column.first * classes,
                 narrow.data() + column.second * classes, column, classes);
      out += classes;
    }
    use({wide.data(), {std::ssize(columns), classes}});
  }
}

}  // namespace roiflow
