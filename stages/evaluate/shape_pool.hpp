/// The segmentations of many regions as their files wrote them, in a few long arrays: a set of COCO
/// results holds hundreds of thousands, and a vector for each would cost more than the shapes.
///
/// Example: ShapePool pool; pool.add_text(480, 640, "..."); pool[0].kind == ShapeKind::text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stages/core/annotation.hpp"

namespace roiflow {

enum class ShapeKind : std::uint8_t { none, polygons, runs, text };

/// One of them; points into its pool.
struct ShapeView {
  ShapeKind kind = ShapeKind::none;
  int height = 0, width = 0;                  ///< runs, text: of the mask
  std::span<const std::uint32_t> runs;        ///< runs: column-major, background first
  std::string_view text;                      ///< text: the COCO API's compressed counts
  std::span<const double> coordinates;        ///< polygons: x y of all rings, one after the other
  std::span<const std::uint32_t> ring_sizes;  ///< polygons: numbers in each ring
};

class ShapePool {
 public:
  void reserve(std::size_t shapes);
  /// Room for so many characters of text; memory is not used before they come.
  void reserve_text(std::size_t characters) { text_.reserve(characters); }

  void add_none();
  void add_text(int height, int width, std::string_view counts);
  void add_runs(int height, int width, std::span<const std::uint32_t> runs);
  void add_polygons(std::span<const double> coordinates, std::span<const std::uint32_t> ring_sizes);
  void add(const Segmentation& segmentation);

  /// For readers of whole columns: text that rows point into, and such a row. Characters count from
  /// the beginning of the pool; text_size() so far.
  [[nodiscard]] std::span<char> extend_text(std::size_t characters);
  void add_text_at(int height, int width, std::size_t begin, std::uint32_t size);
  [[nodiscard]] std::size_t text_size() const { return text_.size(); }

  /// Row i becomes what row order[i] was. Rows may be left out, or come twice; shapes stay where
  /// they are.
  void rearrange(std::span<const std::uint32_t> order);

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] ShapeView operator[](std::size_t row) const;

 private:
  struct Row {
    std::size_t begin = 0;    // in the array of its kind
    std::uint32_t size = 0;   // characters, runs or numbers
    std::uint32_t rings = 0;  // polygons
    std::size_t ring = 0;     // first of them
    int height = 0, width = 0;
    ShapeKind kind = ShapeKind::none;
  };
  std::vector<Row> rows_;
  std::string text_;
  std::vector<std::uint32_t> runs_;
  std::vector<double> coordinates_;
  std::vector<std::uint32_t> ring_sizes_;
};

}  // namespace roiflow
