#include "io/predictions/prediction_columns.hpp"

#include <algorithm>
#include <cmath>

#include "io/hdf5/columns.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/core/error.hpp"
#include "stages/evaluate/shape_mask.hpp"

namespace roiflow {
namespace {

using hdf5::Dataset;
using hdf5::Group;

class ColumnReader {
 public:
  ColumnReader(const std::filesystem::path& path, const TruthColumns& truth,
               const RegionContent& content)
      : reader_(path),
        file_(hdf5::open_file(path)),
        images_(file_.root().group("images")),
        detections_(file_.root().group("detections")),
        rows_(reader_.detection_count()),
        truth_(truth),
        content_(content) {}

  ResultColumns read() {
    ResultColumns& columns = result_.columns;
    find_images();
    IdIndex categories(truth_.category_ids);
    const auto ids = column<std::int64_t>("category_id");
    columns.categories.reserve(ids.size());
    for (const std::int64_t id : ids) columns.categories.push_back(categories.find(id));
    columns.scores = hdf5::read_doubles(detections_.dataset("score"), 0, rows_);
    read_boxes();
    read_areas();
    if (content_.shapes) read_masks();
    if (content_.shapes && content_.check_shapes) check_masks();
    ResultColumns arranged = arrange(std::move(result_), truth_.image_ids.size());
    arranged.image_processed = std::move(processed_);
    return arranged;
  }

 private:
  template <class T>
  std::vector<T> column(const std::string& name) {
    const Dataset dataset = detections_.dataset(name);
    hdf5::require_shape(dataset, {rows_});
    return dataset.read<T>();
  }

  /// The image of every detection, checked against the column `image_id`.
  void find_images() {
    IdIndex index(truth_.image_ids);
    processed_.assign(truth_.image_ids.size(), 0);
    const auto& ids = reader_.image_ids();
    const auto first = images_.dataset("detection_offset").read<std::int64_t>();
    const auto failed = images_.dataset("failed").read<std::uint8_t>();
    const auto image_id = column<std::int64_t>("image_id");
    result_.images.resize(image_id.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const std::uint32_t row = index.find(ids[i]);
      require(row != IdIndex::missing, ErrorCode::bad_data,
              "{}/id: row {}: expected the id of an image of the ground truth, found {}",
              images_.location(), i, ids[i]);
      processed_[row] = failed[i] == 0 ? 1 : 0;
      for (auto at = static_cast<std::size_t>(first[i]);
           at < static_cast<std::size_t>(first[i + 1]); ++at) {
        require(image_id[at] == ids[i], ErrorCode::bad_data,
                "{}/image_id: row {}: expected image {} (images/detection_offset), found {}",
                detections_.location(), at, ids[i], image_id[at]);
        result_.images[at] = row;
      }
    }
  }

  void read_boxes() {
    const Dataset column = detections_.dataset("bbox");
    if (column.type() == hdf5::Type::float64) {
      take_boxes(column.read<double>());
    } else {
      take_boxes(column.read<float>());
    }
  }

  template <class T>
  void take_boxes(const std::vector<T>& numbers) {
    auto& boxes = result_.columns.boxes;
    boxes.reserve(static_cast<std::size_t>(rows_));
    for (std::size_t i = 0; i < numbers.size(); i += 4) {
      boxes.push_back({numbers[i], numbers[i + 1], numbers[i + 2], numbers[i + 3]});
      const auto& [x, y, w, h] = boxes.back();
      // Infinity and NaN stay what they are in a sum, and differences of them are NaN.
      const double sum = x + y + w + h + result_.columns.scores[boxes.size() - 1];
      require(std::isfinite(sum) || all_finite(boxes.size() - 1), ErrorCode::bad_data,
              "{}/bbox: row {}: expected finite numbers", detections_.location(), boxes.size() - 1);
    }
  }

  [[nodiscard]] bool all_finite(std::size_t row) const {
    return std::isfinite(result_.columns.scores[row]) &&
           std::ranges::all_of(result_.columns.boxes[row],
                               [](double v) { return std::isfinite(v); });
  }

  void read_areas() {
    ResultColumns& columns = result_.columns;
    if (content_.shapes && reader_.has_masks()) {
      if (detections_.has("area")) columns.areas = column<double>("area");
      return;
    }
    columns.areas.reserve(columns.boxes.size());
    for (const auto& box : columns.boxes) columns.areas.push_back(box[2] * box[3]);
  }

  /// In blocks that are still in the cache when they are filled.
  void read_masks() {
    constexpr std::int64_t block_bytes = std::int64_t{1} << 18;
    ShapePool& shapes = result_.columns.shapes;
    const hdf5::RaggedColumn counts(detections_, "mask_counts");
    const Dataset& text = counts.data();
    shapes.reserve(static_cast<std::size_t>(rows_));
    shapes.reserve_text(static_cast<std::size_t>(text.rows()));
    for (std::int64_t at = 0; at < text.rows(); at += block_bytes) {
      const std::int64_t count = std::min(block_bytes, text.rows() - at);
      const std::span<char> room = shapes.extend_text(static_cast<std::size_t>(count));
      text.read_into(std::span(reinterpret_cast<std::uint8_t*>(room.data()), room.size()), at,
                     count);
    }
    const auto sizes = detections_.dataset("mask_size").read<std::int32_t>();
    const auto offsets = counts.offsets(0, rows_);
    for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
      const int height = sizes[2 * i], width = sizes[2 * i + 1];
      if (height == 0 && width == 0) {
        shapes.add_none();
      } else {
        shapes.add_text_at(height, width, static_cast<std::size_t>(offsets[i]),
                           static_cast<std::uint32_t>(offsets[i + 1] - offsets[i]));
      }
    }
  }

  void check_masks() const {
    const ShapePool& shapes = result_.columns.shapes;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      try {
        check(shapes[i]);
      } catch (const Error& error) {
        fail(error.code(), "{}/mask_counts: row {}: {}", detections_.location(), i, error.what());
      }
    }
  }

  PredictionsReader reader_;  // checks format, version and shapes
  hdf5::File file_;
  Group images_, detections_;
  std::int64_t rows_;
  const TruthColumns& truth_;
  RegionContent content_;
  ResultRows result_;
  std::vector<std::uint8_t> processed_;
};

}  // namespace

ResultColumns read_prediction_columns(const std::filesystem::path& path, const TruthColumns& truth,
                                      const RegionContent& content) {
  require(!content.keypoints, ErrorCode::bad_data,
          "{}: expected keypoints, but predictions files hold boxes and masks only (--iou-type "
          "chooses what is compared)",
          path.string());
  const hdf5::Lock lock;
  return ColumnReader(path, truth, content).read();
}

}  // namespace roiflow
