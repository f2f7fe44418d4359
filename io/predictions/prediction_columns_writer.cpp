#include <algorithm>

#include "io/hdf5/columns.hpp"
#include "io/hdf5/file_format.hpp"
#include "io/pending_file.hpp"
#include "io/predictions/prediction_columns.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/core/error.hpp"
#include "stages/evaluate/shape_mask.hpp"
#include "stages/masks/polygon.hpp"
#include "stages/masks/rle.hpp"

namespace roiflow {
namespace {

using hdf5::ColumnWriter;
using hdf5::Group;

constexpr std::int64_t chunk_bytes = std::int64_t{256} * 1024;

template <class T>
void write_column(Group& group, const std::string& name, std::span<const T> values,
                  std::int64_t width = 0) {
  ColumnWriter<T> column(group, name, width, chunk_bytes);
  column.append(values);
  column.finish();
}

/// float32 if every number survives it.
void write_numbers(Group& group, const std::string& name, std::span<const double> values,
                   std::int64_t width = 0) {
  const bool narrow = std::ranges::all_of(
      values, [](double value) { return static_cast<double>(static_cast<float>(value)) == value; });
  if (!narrow) return write_column(group, name, values, width);
  std::vector<float> floats(values.size());
  std::ranges::transform(values, floats.begin(), [](double v) { return static_cast<float>(v); });
  write_column(group, name, std::span<const float>(floats), width);
}

Rle united(const ShapeView& shape, int height, int width) {
  Polygons polygons;
  std::size_t at = 0;
  for (const std::uint32_t size : shape.ring_sizes) {
    const auto ring = shape.coordinates.subspan(at, size);
    polygons.rings.emplace_back(ring.begin(), ring.end());
    at += size;
  }
  return to_rle(polygons, height, width);
}

void write_images(Group& group, const TruthColumns& truth, const ResultColumns& results) {
  write_column<std::int64_t>(group, "id", truth.image_ids);
  const std::vector<std::int64_t> first(results.first.begin(), results.first.end());
  write_column<std::int64_t>(group, "detection_offset", first);
  std::vector<std::uint8_t> failed(truth.image_ids.size());
  for (std::size_t i = 0; i < failed.size(); ++i)
    failed[i] = results.image_processed[i] != 0 ? 0 : 1;
  write_column<std::uint8_t>(group, "failed", failed);
}

void write_masks(Group& group, const TruthColumns& truth, const ResultColumns& results) {
  ColumnWriter<std::int32_t> sizes(group, "mask_size", 2, chunk_bytes);
  hdf5::RaggedWriter<std::uint8_t> counts(group, "mask_counts", chunk_bytes);
  for (std::size_t i = 0; i < truth.image_ids.size(); ++i) {
    for (std::size_t row = results.first[i]; row < results.first[i + 1]; ++row) {
      const ShapeView shape = results.shapes.size() > 0 ? results.shapes[row] : ShapeView();
      std::array<std::int32_t, 2> size{shape.height, shape.width};
      std::string text;
      if (shape.kind == ShapeKind::polygons) {
        size = {truth.heights[i], truth.widths[i]};
        text = to_text(united(shape, size[0], size[1]));
      } else if (shape.kind == ShapeKind::runs) {
        text = to_text(mask_of(shape));
      }
      sizes.append(size);
      counts.append(shape.kind == ShapeKind::text ? shape.text : std::string_view(text));
    }
  }
  sizes.finish();
  counts.finish();
}

void write_detections(Group& group, const TruthColumns& truth, const ResultColumns& results) {
  const std::size_t rows = results.scores.size();
  std::vector<std::int64_t> image_ids(rows), categories(rows);
  for (std::size_t i = 0; i < truth.image_ids.size(); ++i) {
    for (std::size_t row = results.first[i]; row < results.first[i + 1]; ++row) {
      image_ids[row] = truth.image_ids[i];
    }
  }
  // A category that the ground truth does not have is not evaluated, whatever its number.
  const std::int64_t unknown =
      truth.category_ids.empty() ? 0 : std::ranges::max(truth.category_ids) + 1;
  for (std::size_t row = 0; row < rows; ++row) {
    const std::uint32_t rank = results.categories[row];
    categories[row] = rank == no_category ? unknown : truth.category_ids[rank];
  }
  write_column<std::int64_t>(group, "image_id", image_ids);
  write_column<std::int64_t>(group, "category_id", categories);
  write_numbers(group, "score", results.scores);
  const std::span<const double> boxes(rows > 0 ? results.boxes[0].data() : nullptr, 4 * rows);
  write_numbers(group, "bbox", boxes, 4);
  write_masks(group, truth, results);
  if (results.shapes.size() > 0 && !results.areas.empty()) {
    write_column<double>(group, "area", results.areas);
  }
}

}  // namespace

void write_prediction_columns(const std::filesystem::path& path, const TruthColumns& truth,
                              const ResultColumns& results) {
  const hdf5::Lock lock;
  PendingFile pending(path);
  {
    hdf5::File file = hdf5::create_file(pending.temporary());
    Group root = file.root();
    hdf5::write_format(root, predictions_format, predictions_version);
    Group images = root.create_group("images");
    write_images(images, truth, results);
    Group detections = root.create_group("detections");
    write_detections(detections, truth, results);
    file.close();
  }
  pending.publish();
}

}  // namespace roiflow
