#include "stages/synth/scene.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "stages/synth/background.hpp"

namespace roiflow {
namespace {

using Colour = std::array<int, 3>;

/// A hue at full strength, a little darkened and paled: far from every background.
Colour saturated_colour(Random& random) {
  const int sector = random.integer(0, 5);
  const int brightest = random.integer(200, 255);
  const int weakest = random.integer(0, 50);
  const int between = random.integer(weakest, brightest);
  const bool rising = sector % 2 == 0;
  const auto strong = static_cast<std::size_t>((sector + 1) / 2 % 3);
  Colour colour{weakest, weakest, weakest};
  colour[strong] = brightest;
  colour[(strong + (rising ? 1 : 2)) % 3] = between;
  return colour;
}

/// The same hue, darker or paler by about a third.
Colour rim_colour(const Colour& fill, Random& random) {
  const bool darker = random.chance(0.5);
  Colour rim{};
  for (std::size_t c = 0; c < 3; ++c)
    rim[c] = darker ? fill[c] * 5 / 8 : fill[c] + (255 - fill[c]) * 3 / 8;
  return rim;
}

Point extent(const Outline& outline) {
  const auto by_x = std::ranges::minmax(outline, {}, &Point::x);
  const auto by_y = std::ranges::minmax(outline, {}, &Point::y);
  return {by_x.max.x - by_x.min.x, by_y.max.y - by_y.min.y};
}

/// A pixel belongs to a mask from half coverage on.
bool in_mask(int samples) {
  return samples * 2 >= Coverage::full;
}

int mask_pixels(const Coverage& coverage) {
  return static_cast<int>(std::ranges::count_if(coverage.samples, in_mask));
}

/// Positions within `radius` of the centre that keep a distance from each other where possible.
std::vector<Point> scatter(int count, Point centre, double radius, double distance,
                           Random& random) {
  std::vector<Point> points;
  for (int tries = 0; std::ssize(points) < count; ++tries) {
    const Point p{random.real(-radius, radius), random.real(-radius, radius)};
    if (p.x * p.x + p.y * p.y > radius * radius) continue;
    const Point q{centre.x + p.x, centre.y + p.y};
    const bool near_another = std::ranges::any_of(points, [&](Point o) {
      return (o.x - q.x) * (o.x - q.x) + (o.y - q.y) * (o.y - q.y) < distance * distance;
    });
    if (!near_another || tries > 40 * count) points.push_back(q);
  }
  return points;
}

}  // namespace

Scene::Scene(int height, int width, Random& random)
    : image_(make_background(height, width, random)),
      owner_(static_cast<std::size_t>(height) * static_cast<std::size_t>(width)) {}

bool Scene::add_shape(ShapeClass shape, double area, Random& random) {
  constexpr int tries = 40;
  constexpr double margin = 0.40;  // of the extent: so close to the border may the centre come
  const Outline outline = random_outline(shape, random);
  const Point size = extent(outline);
  const double largest = 0.95 * std::min(image_.width / size.x, image_.height / size.y);
  const double scale = std::min(std::sqrt(area), largest);
  // The place is drawn in whole pixels, so that the coverage is computed only once.
  const Point offset{random.unit(), random.unit()};
  const Coverage coverage = coverage_of(placed(outline, scale, offset));
  const auto random_place = [&](double extent, int image_extent) {
    const int nearest = static_cast<int>(margin * extent * scale);
    return random.integer(nearest, image_extent - 1 - nearest);
  };
  for (int i = 0; i < tries; ++i) {
    const int x = random_place(size.x, image_.width);
    const int y = random_place(size.y, image_.height);
    Coverage moved = coverage;
    moved.x0 += x;
    moved.y0 += y;
    if (!fits(moved)) continue;
    entities_.push_back({shape, false, mask_pixels(coverage), 0});
    draw(outline, scale, {x + offset.x, y + offset.y}, random);
    return true;
  }
  return false;
}

void Scene::add_crowd(ShapeClass shape, Random& random) {
  const int members = random.integer(12, 25);
  const double radius = 9 * std::sqrt(static_cast<double>(members));
  const double margin = radius + 12;
  const double x = random.real(margin, image_.width - margin);
  const double y = random.real(margin, image_.height - margin);
  entities_.push_back({shape, true, 0, 0});
  const std::size_t crowd = entities_.size() - 1;
  for (const Point centre : scatter(members, {x, y}, radius, 13, random)) {
    const Outline outline = random_outline(shape, random);
    draw(outline, random.real(8, 11), centre, random);
  }
  entities_[crowd].pixels = entities_[crowd].visible;
}

bool Scene::fits(const Coverage& coverage) const {
  int inside = 0;
  std::vector<int> hidden(entities_.size());
  for (int y = 0; y < coverage.height; ++y) {
    for (int x = 0; x < coverage.width; ++x) {
      const int image_y = coverage.y0 + y;
      const int image_x = coverage.x0 + x;
      if (image_y < 0 || image_y >= image_.height || image_x < 0 || image_x >= image_.width)
        continue;
      if (!in_mask(coverage.at(y, x))) continue;
      ++inside;
      const std::uint8_t owner = owner_[pixel_at(image_y, image_x)];
      if (owner > 0) ++hidden[owner - 1U];
    }
  }
  for (std::size_t i = 0; i < entities_.size(); ++i) {
    if (5 * (entities_[i].visible - hidden[i]) < 3 * entities_[i].pixels) return false;
  }
  return inside * 5 >= mask_pixels(coverage) * 4;
}

void Scene::draw(const Outline& outline, double scale, Point centre, Random& random) {
  const double rim_width = std::max(1.5, 0.07 * scale);  // pixels, about
  const Coverage outer = coverage_of(placed(outline, scale, centre));
  const Coverage inner = coverage_of(placed(outline, scale - 2 * rim_width, centre));
  const Colour fill = saturated_colour(random);
  const Colour rim = rim_colour(fill, random);
  for (int y = std::max(0, outer.y0); y < std::min(image_.height, outer.y0 + outer.height); ++y) {
    for (int x = std::max(0, outer.x0); x < std::min(image_.width, outer.x0 + outer.width); ++x) {
      const int of_shape = outer.at(y - outer.y0, x - outer.x0);
      const int of_fill = std::min(of_shape, inner.at(y - inner.y0, x - inner.x0));
      const std::size_t pixel = pixel_at(y, x);
      for (std::size_t c = 0; c < 3; ++c) {
        std::uint8_t& value = image_.rgb[pixel * 3 + c];
        const int sum = fill[c] * of_fill + rim[c] * (of_shape - of_fill) +
                        value * (Coverage::full - of_shape) + Coverage::full / 2;
        value = static_cast<std::uint8_t>(sum / Coverage::full);
      }
      if (in_mask(of_shape)) take(pixel);
    }
  }
}

void Scene::take(std::size_t pixel) {
  if (owner_[pixel] > 0) --entities_[owner_[pixel] - 1U].visible;
  owner_[pixel] = static_cast<std::uint8_t>(entities_.size());
  ++entities_.back().visible;
}

std::vector<std::uint8_t> Scene::mask_of(std::size_t entity) const {
  std::vector<std::uint8_t> mask(owner_.size());
  std::ranges::transform(owner_, mask.begin(), [&](std::uint8_t owner) {
    return static_cast<std::uint8_t>(owner == entity + 1);
  });
  return mask;
}

LabelMap Scene::label_map() const {
  constexpr std::uint8_t ignored = 255;
  LabelMap map{image_.height, image_.width, std::vector<std::uint8_t>(owner_.size())};
  std::ranges::transform(owner_, map.labels.begin(), [&](std::uint8_t owner) -> std::uint8_t {
    if (owner == 0) return 0;
    const Entity& entity = entities_[owner - 1U];
    return entity.crowd ? ignored : static_cast<std::uint8_t>(entity.shape);
  });
  return map;
}

}  // namespace roiflow
