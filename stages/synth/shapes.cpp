#include "stages/synth/shapes.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace roiflow {
namespace {

/// A uniformly random direction without sine and cosine, whose last bit differs between libraries.
Point random_direction(Random& random) {
  while (true) {
    const Point p{random.real(-1, 1), random.real(-1, 1)};
    const double squared = p.x * p.x + p.y * p.y;
    if (squared < 0.01 || squared > 1) continue;
    const double length = std::sqrt(squared);
    return {p.x / length, p.y / length};
  }
}

/// Turns by the angle of `direction` (cosine, sine).
Point turned(Point p, Point direction) {
  return {p.x * direction.x - p.y * direction.y, p.x * direction.y + p.y * direction.x};
}

Outline circle() {
  constexpr int corners = 64;
  constexpr Point one_step{0.99518472667219688624, 0.09801714032956060199};  // 360 / 64 degrees
  Outline outline;
  Point p{1, 0};
  for (int i = 0; i < corners; ++i, p = turned(p, one_step)) outline.push_back(p);
  return outline;
}

Outline star(double inner_radius) {
  constexpr Point one_step{0.80901699437494742410, 0.58778525229247312917};  // 36 degrees
  Outline outline;
  Point p{0, -1};
  for (int i = 0; i < 10; ++i, p = turned(p, one_step)) {
    const double radius = i % 2 == 0 ? 1 : inner_radius;
    outline.push_back({p.x * radius, p.y * radius});
  }
  return outline;
}

Outline cross(double arm) {
  return {{-arm, -1}, {arm, -1}, {arm, -arm}, {1, -arm}, {1, arm},   {arm, arm},
          {arm, 1},   {-arm, 1}, {-arm, arm}, {-1, arm}, {-1, -arm}, {-arm, -arm}};
}

Outline proportioned(ShapeClass shape, Random& random) {
  switch (shape) {
    case ShapeClass::rectangle: {
      const double side = random.real(0.5, 1);
      return {{-1, -side}, {1, -side}, {1, side}, {-1, side}};
    }
    case ShapeClass::triangle: {
      const double half_base = random.real(0.7, 1.1);
      return {{0, -1}, {half_base, 0.5}, {-half_base, 0.5}};  // centroid at the origin
    }
    case ShapeClass::star:
      return star(random.real(0.40, 0.50));
    case ShapeClass::cross:
      return cross(random.real(0.26, 0.38));
    case ShapeClass::circle:
      break;
  }
  return circle();
}

double area(const Outline& outline) {
  double twice = 0;
  for (std::size_t i = 0; i < outline.size(); ++i) {
    const Point a = outline[i];
    const Point b = outline[(i + 1) % outline.size()];
    twice += a.x * b.y - b.x * a.y;
  }
  return std::abs(twice) / 2;
}

/// Where the horizontal line at y crosses the outline, ascending; always an even count.
void find_crossings(std::vector<double>& crossings, const Outline& outline, double y) {
  crossings.clear();
  for (std::size_t i = 0; i < outline.size(); ++i) {
    const Point a = outline[i];
    const Point b = outline[(i + 1) % outline.size()];
    if ((a.y <= y) == (b.y <= y)) continue;
    crossings.push_back(a.x + (b.x - a.x) * ((y - a.y) / (b.y - a.y)));
  }
  std::ranges::sort(crossings);
}

}  // namespace

Outline random_outline(ShapeClass shape, Random& random) {
  const Outline outline = proportioned(shape, random);
  const Point direction = random_direction(random);
  const double scale = 1 / std::sqrt(area(outline));
  Outline out;
  for (const Point p : outline) out.push_back(turned({p.x * scale, p.y * scale}, direction));
  return out;
}

Outline placed(const Outline& outline, double scale, Point centre) {
  Outline out;
  for (const Point p : outline) out.push_back({p.x * scale + centre.x, p.y * scale + centre.y});
  return out;
}

Coverage coverage_of(const Outline& outline) {
  constexpr int steps = 4;  // sample points a pixel in each direction
  const auto by_x = std::ranges::minmax(outline, {}, &Point::x);
  const auto by_y = std::ranges::minmax(outline, {}, &Point::y);
  Coverage out;
  out.x0 = static_cast<int>(std::floor(by_x.min.x));
  out.y0 = static_cast<int>(std::floor(by_y.min.y));
  out.width = static_cast<int>(std::ceil(by_x.max.x)) - out.x0;
  out.height = static_cast<int>(std::ceil(by_y.max.y)) - out.y0;
  out.samples.resize(static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height));

  // Sample k of a row lies at x0 + (k + 0.5) / steps; an interval holds those from its start on.
  const auto first_sample_from = [&](double x) {
    const int k = static_cast<int>(std::ceil((x - out.x0) * steps - 0.5));
    return std::clamp(k, 0, out.width * steps);
  };
  std::vector<double> crossings;
  for (int row = 0; row < out.height * steps; ++row) {
    find_crossings(crossings, outline, out.y0 + (row + 0.5) / steps);
    std::uint8_t* const samples =
        out.samples.data() + static_cast<std::ptrdiff_t>(row / steps) * out.width;
    for (std::size_t i = 0; i + 1 < crossings.size(); i += 2) {
      const int end = first_sample_from(crossings[i + 1]);
      for (int k = first_sample_from(crossings[i]); k < end; ++k) ++samples[k / steps];
    }
  }
  return out;
}

}  // namespace roiflow
