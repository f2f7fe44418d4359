#include "stages/masks/polygon.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <vector>

#include "stages/core/error.hpp"
#include "stages/masks/rle.hpp"

namespace roiflow {
namespace {

constexpr int grid = 5;  ///< grid points per pixel
constexpr double scale = grid;

struct GridPoint {
  int x = 0, y = 0;
};

/// Rounds as the reference does: truncation of v + 1/2 towards zero, negative numbers too.
int to_grid(double coordinate) {
  constexpr double furthest = 1e6;
  require(std::abs(coordinate) <= furthest, ErrorCode::bad_data,
          "polygon: a coordinate must be a number within a million pixels, found {}", coordinate);
  // The reference truncates after adding: lround would differ below zero.
  return static_cast<int>(scale * coordinate + 0.5);  // NOLINT(bugprone-incorrect-roundings)
}

constexpr int to_middle = 2;  ///< grid points from a pixel's left border to those around its middle

/// Collects where the boundary crosses the middle of a pixel column.
///
/// The reference walks every edge in unit steps along its longer axis, from the end with the
/// smaller coordinate on that axis, so that the points do not depend on the direction; the boundary
/// crosses the middle of column c between two neighbouring points of x 5c + 2 and 5c + 3, at the
/// smaller y. Only those steps are taken here. Between two edges the walk may jump by a point at
/// negative coordinates, where no column is.
class ColumnCrossings {
 public:
  ColumnCrossings(int height, int width) : height_(height), width_(width) {}

  void add_edge(GridPoint from, GridPoint to) {
    const int dx = std::abs(to.x - from.x), dy = std::abs(to.y - from.y);
    if (dx == 0) return;  // no column is crossed
    const bool along_x = dx >= dy;
    if (along_x ? from.x > to.x : from.y > to.y) std::swap(from, to);
    along_x ? walk_along_x(from, to) : walk_along_y(from, to);
  }

  /// Sorted column-major positions.
  [[nodiscard]] std::vector<std::uint32_t> take();

 private:
  struct Crossing {
    std::uint32_t column = 0, row = 0;
  };

  void walk_along_x(const GridPoint& from, const GridPoint& to) {
    const double slope = static_cast<double>(to.y - from.y) / (to.x - from.x);
    const auto y_at = [&](int t) { return rounded(from.y, slope, t); };
    for_columns(from.x, to.x, [&](int column, int x) {
      add(column, std::min(y_at(x - from.x), y_at(x - from.x + 1)));
    });
  }

  void walk_along_y(const GridPoint& from, const GridPoint& to) {
    const int steps = to.y - from.y;
    const double slope = static_cast<double>(to.x - from.x) / steps;
    const auto x_at = [&](int t) { return rounded(from.x, slope, t); };
    const bool rises = slope > 0;
    const int first = x_at(0), last = x_at(steps);
    for_columns(std::min(first, last), std::max(first, last), [&](int column, int x) {
      // The first step beyond the middle: estimated, then found exactly.
      const auto beyond = [&](int t) { return rises ? x_at(t) > x : x_at(t) <= x; };
      const double estimate = (static_cast<double>(x) + 0.5 - from.x) / slope;
      int t = std::clamp(static_cast<int>(estimate), 1, steps);
      while (t > 1 && beyond(t - 1)) --t;
      while (t < steps && !beyond(t)) ++t;
      add(column, from.y + t - 1);
    });
  }

  /// As the reference rounds: towards zero after adding a half.
  static int rounded(int start, double slope, int t) {
    const double rounded = static_cast<double>(start) + slope * t + 0.5;  // as above
    return static_cast<int>(rounded);
  }

  /// Calls use(c, 5c + 2) for the columns of the image with low <= 5c + 2 and 5c + 3 <= high.
  template <class Use>
  void for_columns(int low, int high, const Use& use) const {
    const int first = low <= to_middle ? 0 : (low - to_middle + grid - 1) / grid;
    for (int column = first; column < width_; ++column) {
      const int x = column * grid + to_middle;
      if (x >= high) return;
      use(column, x);
    }
  }

  void add(int column, int grid_y) {
    double y = (static_cast<double>(grid_y) + 0.5) / scale - 0.5;
    y = std::ceil(std::clamp(y, 0.0, static_cast<double>(height_)));
    const auto row = static_cast<std::uint32_t>(y);
    // The place below the last row is the next column's first.
    const bool below = row == static_cast<std::uint32_t>(height_);
    crossings_.push_back({static_cast<std::uint32_t>(column) + (below ? 1U : 0U), below ? 0 : row});
  }

  int height_, width_;
  std::vector<Crossing> crossings_;
};

std::vector<std::uint32_t> ColumnCrossings::take() {
  std::vector<std::uint32_t> positions(crossings_.size());
  if (positions.empty()) return positions;
  const auto [first, last] = std::ranges::minmax(crossings_, {}, &Crossing::column);
  const std::uint32_t left = first.column, columns = last.column - left + 1;
  std::vector<std::uint32_t> places(columns + 1, 0);
  for (const Crossing& crossing : crossings_) ++places[crossing.column - left + 1];
  for (std::uint32_t column = 0; column < columns; ++column) places[column + 1] += places[column];
  std::vector<std::uint32_t> ends(places.begin(), places.end() - 1);
  for (const Crossing& crossing : crossings_) {
    positions[ends[crossing.column - left]++] =
        crossing.column * static_cast<std::uint32_t>(height_) + crossing.row;
  }
  const auto at = [&](std::uint32_t place) { return positions.begin() + place; };
  for (std::uint32_t column = 0; column < columns; ++column) {
    if (ends[column] - places[column] > 1) std::sort(at(places[column]), at(ends[column]));
  }
  return positions;
}

/// Sorted positions are where the mask changes; doubled positions cancel.
Rle runs_between(std::vector<std::uint32_t> positions, int height, int width) {
  positions.push_back(static_cast<std::uint32_t>(height) * static_cast<std::uint32_t>(width));
  Rle rle{height, width, {}};
  rle.runs.reserve(positions.size());
  rle.runs.push_back(positions[0]);
  for (std::size_t i = 1; i < positions.size(); ++i) {
    const std::uint32_t run = positions[i] - positions[i - 1];
    if (run > 0) {
      rle.runs.push_back(run);
    } else if (++i < positions.size()) {
      rle.runs.back() += positions[i] - positions[i - 1];
    }
  }
  return rle;
}

/// Walks through the runs of one mask.
struct RunCursor {
  const std::vector<std::uint32_t>& runs;
  std::size_t next = 0;
  std::uint32_t left = 0;
  bool value = true;  // the first advance() makes it background

  void advance() {
    while (left == 0 && next < runs.size()) {
      left = runs[next++];
      value = !value;
    }
  }
};

}  // namespace

Rle rasterise(std::span<const double> ring, int height, int width) {
  require(height > 0 && width > 0 &&
              static_cast<std::int64_t>(height) * width <= std::numeric_limits<int>::max(),
          ErrorCode::bad_data,
          "polygon: the image must have between 1 and 2^31 - 1 pixels, found {} x {}", height,
          width);
  const std::size_t vertices = ring.size() / 2;
  require(vertices > 0, ErrorCode::bad_data, "polygon: a ring must have vertices, found {} numbers",
          ring.size());
  std::vector<GridPoint> points(vertices);
  for (std::size_t i = 0; i < vertices; ++i) {
    points[i] = {to_grid(ring[2 * i]), to_grid(ring[2 * i + 1])};
  }
  ColumnCrossings crossings(height, width);
  for (std::size_t i = 0; i < vertices; ++i) {
    crossings.add_edge(points[i], points[i + 1 < vertices ? i + 1 : 0]);
  }
  return runs_between(crossings.take(), height, width);
}

Rle rasterise(std::span<const double> coordinates, std::span<const std::uint32_t> ring_sizes,
              int height, int width) {
  require(!ring_sizes.empty(), ErrorCode::bad_data,
          "segmentation: a list of polygons must hold at least one ring, found none");
  Rle mask = rasterise(coordinates.first(ring_sizes[0]), height, width);
  std::size_t begin = ring_sizes[0];
  for (const std::uint32_t size : ring_sizes.subspan(1)) {
    mask = unite(mask, rasterise(coordinates.subspan(begin, size), height, width));
    begin += size;
  }
  return mask;
}

Rle rasterise_box(const std::array<double, 4>& xywh, int height, int width) {
  const double x0 = xywh[0], y0 = xywh[1], x1 = x0 + xywh[2], y1 = y0 + xywh[3];
  const std::array<double, 8> ring{x0, y0, x0, y1, x1, y1, x1, y0};
  return rasterise(ring, height, width);
}

Rle unite(const Rle& a, const Rle& b) {
  require(a.height == b.height && a.width == b.width, ErrorCode::bad_data,
          "union of masks: sizes must be equal, found {} x {} and {} x {}", a.height, a.width,
          b.height, b.width);
  Rle out{a.height, a.width, {}};
  RunCursor in_a{a.runs}, in_b{b.runs};
  std::uint32_t run = 0;
  bool value = false;
  for (;;) {
    in_a.advance();
    in_b.advance();
    const std::uint32_t step = std::min(in_a.left, in_b.left);
    if (step == 0) break;  // valid masks of one size end together
    const bool next_value = in_a.value || in_b.value;
    if (next_value != value) {
      out.runs.push_back(run);
      run = 0;
      value = next_value;
    }
    run += step;
    in_a.left -= step;
    in_b.left -= step;
  }
  out.runs.push_back(run);
  return out;
}

}  // namespace roiflow
