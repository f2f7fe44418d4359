#include "stages/evaluate/shape_pool.hpp"

namespace roiflow {

void ShapePool::reserve(std::size_t shapes) {
  rows_.reserve(shapes);
}

void ShapePool::add_none() {
  rows_.emplace_back();
}

void ShapePool::add_text(int height, int width, std::string_view counts) {
  add_text_at(height, width, text_.size(), static_cast<std::uint32_t>(counts.size()));
  text_ += counts;
}

void ShapePool::add_text_at(int height, int width, std::size_t begin, std::uint32_t size) {
  Row& row = rows_.emplace_back();
  row.kind = ShapeKind::text;
  row.begin = begin;
  row.size = size;
  row.height = height;
  row.width = width;
}

std::span<char> ShapePool::extend_text(std::size_t characters) {
  text_.resize(text_.size() + characters);
  return std::span(text_).last(characters);
}

void ShapePool::rearrange(std::span<const std::uint32_t> order) {
  std::vector<Row> rows;
  rows.reserve(order.size());
  for (const std::uint32_t row : order) rows.push_back(rows_[row]);
  rows_.swap(rows);
}

void ShapePool::add_runs(int height, int width, std::span<const std::uint32_t> runs) {
  Row& row = rows_.emplace_back();
  row.kind = ShapeKind::runs;
  row.begin = runs_.size();
  row.size = static_cast<std::uint32_t>(runs.size());
  row.height = height;
  row.width = width;
  runs_.insert(runs_.end(), runs.begin(), runs.end());
}

void ShapePool::add_polygons(std::span<const double> coordinates,
                             std::span<const std::uint32_t> ring_sizes) {
  Row& row = rows_.emplace_back();
  row.kind = ShapeKind::polygons;
  row.begin = coordinates_.size();
  row.size = static_cast<std::uint32_t>(coordinates.size());
  row.ring = ring_sizes_.size();
  row.rings = static_cast<std::uint32_t>(ring_sizes.size());
  coordinates_.insert(coordinates_.end(), coordinates.begin(), coordinates.end());
  ring_sizes_.insert(ring_sizes_.end(), ring_sizes.begin(), ring_sizes.end());
}

void ShapePool::add(const Segmentation& segmentation) {
  if (const auto* text = std::get_if<RleText>(&segmentation)) {
    add_text(text->height, text->width, text->counts);
  } else if (const auto* rle = std::get_if<Rle>(&segmentation)) {
    add_runs(rle->height, rle->width, rle->runs);
  } else if (const auto* polygons = std::get_if<Polygons>(&segmentation)) {
    std::vector<double> coordinates;
    std::vector<std::uint32_t> sizes;
    for (const std::vector<double>& ring : polygons->rings) {
      coordinates.insert(coordinates.end(), ring.begin(), ring.end());
      sizes.push_back(static_cast<std::uint32_t>(ring.size()));
    }
    add_polygons(coordinates, sizes);
  } else {
    add_none();
  }
}

ShapeView ShapePool::operator[](std::size_t row) const {
  const Row& r = rows_[row];
  ShapeView view{.kind = r.kind, .height = r.height, .width = r.width};
  if (r.kind == ShapeKind::text) view.text = std::string_view(text_).substr(r.begin, r.size);
  if (r.kind == ShapeKind::runs) view.runs = std::span(runs_).subspan(r.begin, r.size);
  if (r.kind == ShapeKind::polygons) {
    view.coordinates = std::span(coordinates_).subspan(r.begin, r.size);
    view.ring_sizes = std::span(ring_sizes_).subspan(r.ring, r.rings);
  }
  return view;
}

}  // namespace roiflow
