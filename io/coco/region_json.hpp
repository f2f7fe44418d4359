/// Inside of the COCO room: the parts that annotations and results have in common, read from the
/// cursor into buffers that are used again for every record.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/json/json_cursor.hpp"
#include "stages/evaluate/shape_pool.hpp"

namespace roiflow {

/// One segmentation. Views point into the cursor's window and into the buffers here.
class ShapeJson {
 public:
  /// Any segmentation that pycocotools takes; set the cursor's member() before.
  void read(JsonCursor& json);
  void add_to(ShapePool& pool) const;
  [[nodiscard]] ShapeKind kind() const { return kind_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] int width() const { return width_; }
  /// The mask of kind text or runs; Error{bad_data} if the runs do not fill it.
  [[nodiscard]] Rle mask() const;

 private:
  void read_rings(JsonCursor& json);
  void read_ring(JsonCursor& json);
  void read_run_lengths(JsonCursor& json);
  void read_size(JsonCursor& json);
  void read_runs(JsonCursor& json);

  ShapeKind kind_ = ShapeKind::none;
  int height_ = 0, width_ = 0;
  std::string_view text_;
  std::string unescaped_;
  std::vector<std::uint32_t> runs_, ring_sizes_;
  std::vector<double> coordinates_;
};

/// Four numbers; refuses anything else.
[[nodiscard]] std::array<double, 4> read_box(JsonCursor& json);

/// x y visibility of every point, appended; `points` is set by the first object that has them and
/// must be the same for all.
void read_keypoints(JsonCursor& json, std::vector<double>& out, std::size_t& points);

}  // namespace roiflow
