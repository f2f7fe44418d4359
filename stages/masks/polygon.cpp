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

constexpr double scale = 5;  ///< grid points per pixel

struct GridPoint {
  int x = 0, y = 0;
};

/// Rounds as the reference does: truncation of v + 1/2 towards zero, negative numbers too.
int to_grid(double coordinate) {
  constexpr double furthest = 1e6;
  require(std::abs(coordinate) <= furthest, ErrorCode::bad_data,
          "polygon: a coordinate must be a number within a million pixels, found {}", coordinate);
  return static_cast<int>(scale * coordinate + 0.5);
}

/// Collects where the boundary crosses the middle of a pixel column.
class ColumnCrossings {
 public:
  ColumnCrossings(int height, int width) : height_(height), width_(width) {}

  /// The next point of the walk along the boundary.
  void step_to(const GridPoint& point) {
    if (started_ && point.x != last_.x) cross(last_, point);
    last_ = point;
    started_ = true;
  }

  /// Column-major positions, in the order of the walk.
  [[nodiscard]] std::vector<std::uint32_t> take() { return std::move(positions_); }

 private:
  void cross(const GridPoint& from, const GridPoint& to) {
    const double x = (static_cast<double>(to.x < from.x ? to.x : to.x - 1) + 0.5) / scale - 0.5;
    if (std::floor(x) != x || x < 0 || x > width_ - 1) return;
    double y = (static_cast<double>(std::min(from.y, to.y)) + 0.5) / scale - 0.5;
    y = std::ceil(std::clamp(y, 0.0, static_cast<double>(height_)));
    positions_.push_back(static_cast<std::uint32_t>(x) * static_cast<std::uint32_t>(height_) +
                         static_cast<std::uint32_t>(y));
  }

  int height_, width_;
  bool started_ = false;
  GridPoint last_;
  std::vector<std::uint32_t> positions_;
};

/// Walks one edge in unit steps along its longer axis. The points do not depend on the direction:
/// they are computed from the end with the smaller coordinate on that axis.
void walk(GridPoint from, GridPoint to, ColumnCrossings& crossings) {
  const int dx = std::abs(to.x - from.x), dy = std::abs(to.y - from.y);
  if (dx == 0 && dy == 0) return;  // a doubled vertex
  const bool along_x = dx >= dy;
  const bool flip = along_x ? from.x > to.x : from.y > to.y;
  if (flip) std::swap(from, to);
  const int steps = along_x ? dx : dy;
  const double slope = static_cast<double>(along_x ? to.y - from.y : to.x - from.x) / steps;
  for (int d = 0; d <= steps; ++d) {
    const int t = flip ? steps - d : d;
    const auto across =
        static_cast<int>(static_cast<double>(along_x ? from.y : from.x) + slope * t + 0.5);
    crossings.step_to(along_x ? GridPoint{t + from.x, across} : GridPoint{across, t + from.y});
  }
}

/// Sorted positions are where the mask changes; doubled positions cancel.
Rle runs_between(std::vector<std::uint32_t> positions, int height, int width) {
  positions.push_back(static_cast<std::uint32_t>(height) * static_cast<std::uint32_t>(width));
  std::sort(positions.begin(), positions.end());
  Rle rle{height, width, {positions[0]}};
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
  for (std::size_t i = 0; i < vertices; ++i) walk(points[i], points[(i + 1) % vertices], crossings);
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
