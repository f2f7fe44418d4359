#include <algorithm>
#include <cmath>
#include <optional>

#include "io/hdf5/columns.hpp"
#include "io/hdf5/file_format.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/masks/rle.hpp"

namespace roiflow {
namespace {

using hdf5::Dataset;
using hdf5::Group;
using hdf5::RaggedColumn;

template <class T>
std::vector<T> read_column(const Group& group, const std::string& name, std::int64_t rows) {
  const Dataset column = group.dataset(name);
  require(column.shape() == hdf5::Shape{rows}, ErrorCode::bad_data,
          "{}: expected {} rows, found {}", column.location(), rows, column.rows());
  return column.read<T>();
}

/// The columns of all images, held in memory.
struct ImageColumns {
  explicit ImageColumns(const Group& group)
      : id(group.dataset("id").read<std::int64_t>()),
        first(read_column<std::int64_t>(group, "detection_offset", count() + 1)),
        failed(read_column<std::uint8_t>(group, "failed", count())) {
    require(first.front() == 0 && std::ranges::is_sorted(first), ErrorCode::bad_data,
            "{}/detection_offset: expected increasing numbers from 0", group.location());
    std::vector<std::int64_t> sorted = id;
    std::ranges::sort(sorted);
    const auto twice = std::ranges::adjacent_find(sorted);
    require(twice == sorted.end(), ErrorCode::bad_data,
            "{}/id: expected every id once, found {} twice", group.location(),
            twice == sorted.end() ? 0 : *twice);
  }
  [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(id.size()); }

  std::vector<std::int64_t> id, first;
  std::vector<std::uint8_t> failed;
};

struct DetectionColumns {
  explicit DetectionColumns(const Group& group)
      : image_id(group.dataset("image_id")),
        category_id(group.dataset("category_id")),
        score(group.dataset("score")),
        bbox(group.dataset("bbox")),
        mask_size(group.dataset("mask_size")),
        mask_counts(group, "mask_counts") {
    const std::int64_t rows = image_id.rows();
    const auto check_shape = [](const Dataset& column, const hdf5::Shape& shape) {
      require(column.shape() == shape, ErrorCode::bad_data, "{}: expected {} rows{}, found {}",
              column.location(), shape[0], shape.size() > 1 ? fmt::format(" of {}", shape[1]) : "",
              column.rows());
    };
    check_shape(category_id, {rows});
    check_shape(score, {rows});
    check_shape(bbox, {rows, 4});
    check_shape(mask_size, {rows, 2});
    require(mask_counts.rows() == rows, ErrorCode::bad_data,
            "{}/mask_counts: expected {} rows, found {}", group.location(), rows,
            mask_counts.rows());
  }

  /// Boxes and scores of the rows [first, first + count), all of one image.
  [[nodiscard]] std::vector<DetectionResult> read(std::int64_t image, std::int64_t first,
                                                  std::int64_t count) const {
    std::vector<DetectionResult> detections(static_cast<std::size_t>(count));
    if (count == 0) return detections;
    const auto images = image_id.read<std::int64_t>(first, count);
    const auto categories = category_id.read<std::int64_t>(first, count);
    const auto scores = hdf5::read_doubles(score, first, count);
    const auto boxes = hdf5::read_doubles(bbox, first, count);
    for (std::size_t i = 0; i < detections.size(); ++i) {
      const auto row = first + static_cast<std::int64_t>(i);
      require(images[i] == image, ErrorCode::bad_data,
              "{}: row {}: expected image {} (images/detection_offset), found {}",
              image_id.location(), row, image, images[i]);
      DetectionResult& detection = detections[i];
      detection.category_id = categories[i];
      detection.score = scores[i];
      std::copy_n(boxes.begin() + static_cast<std::ptrdiff_t>(4 * i), 4, detection.bbox.begin());
      detection.area = detection.bbox[2] * detection.bbox[3];
      require(std::isfinite(detection.score) &&
                  std::ranges::all_of(detection.bbox, [](double v) { return std::isfinite(v); }),
              ErrorCode::bad_data, "{}: row {}: expected finite numbers", bbox.location(), row);
    }
    return detections;
  }

  void read_masks(std::int64_t first, std::vector<DetectionResult>& detections) const {
    if (detections.empty()) return;
    const auto count = static_cast<std::int64_t>(detections.size());
    const auto sizes = mask_size.read<std::int32_t>(first, count);
    const auto offsets = mask_counts.offsets(first, count);
    const auto text =
        mask_counts.data().read<std::uint8_t>(offsets.front(), offsets.back() - offsets.front());
    for (std::size_t i = 0; i < detections.size(); ++i) {
      if (sizes[2 * i] == 0 && sizes[2 * i + 1] == 0) continue;
      const auto begin = text.begin() + (offsets[i] - offsets[0]);
      const std::string counts(begin, begin + (offsets[i + 1] - offsets[i]));
      try {
        detections[i].mask = from_text(counts, sizes[2 * i], sizes[2 * i + 1]);
      } catch (const Error& error) {
        fail(ErrorCode::bad_data, "{}: row {}: {}", mask_counts.data().location(),
             first + static_cast<std::int64_t>(i), error.what());
      }
      detections[i].area = static_cast<double>(area(*detections[i].mask));
    }
  }

  Dataset image_id, category_id, score, bbox, mask_size;
  RaggedColumn mask_counts;
};

}  // namespace

struct PredictionsReader::Parts {
  explicit Parts(const std::filesystem::path& path)
      : file(hdf5::open_file(path)),
        root(open_root(file, {predictions_format, predictions_version, "predictions"})),
        images(root.group("images")),
        detections(root.group("detections")) {
    require(images.first.back() == detections.image_id.rows(), ErrorCode::bad_data,
            "{}: images/detection_offset must end with the {} detections, found {}", file.path(),
            detections.image_id.rows(), images.first.back());
    if (!root.has("label_maps")) return;
    label_maps.emplace(root.group("label_maps"), "png");
    require(label_maps->rows() == images.count(), ErrorCode::bad_data,
            "{}: /label_maps/png: expected {} rows, found {}", file.path(), images.count(),
            label_maps->rows());
  }

  hdf5::File file;
  Group root;
  ImageColumns images;
  DetectionColumns detections;
  std::optional<RaggedColumn> label_maps;
};

PredictionsReader::PredictionsReader(const std::filesystem::path& path) {
  const hdf5::Lock lock;
  parts_ = std::make_unique<const Parts>(path);
}
PredictionsReader::PredictionsReader(PredictionsReader&&) noexcept = default;
PredictionsReader& PredictionsReader::operator=(PredictionsReader&&) noexcept = default;
PredictionsReader::~PredictionsReader() = default;

const std::string& PredictionsReader::path() const {
  return parts_->file.path();
}
std::int64_t PredictionsReader::size() const {
  return parts_->images.count();
}
std::int64_t PredictionsReader::detection_count() const {
  return parts_->images.first.back();
}
bool PredictionsReader::has_masks() const {
  return parts_->detections.mask_counts.data().rows() > 0;
}
const std::vector<std::int64_t>& PredictionsReader::image_ids() const {
  return parts_->images.id;
}

bool PredictionsReader::has_label_maps() const {
  return parts_->label_maps.has_value();
}
bool PredictionsReader::failed(std::int64_t index) const {
  return parts_->images.failed.at(static_cast<std::size_t>(index)) != 0;
}
std::vector<std::uint8_t> PredictionsReader::label_map(std::int64_t index) const {
  const hdf5::Lock lock;
  if (!parts_->label_maps) return {};
  return parts_->label_maps->read<std::uint8_t>(index);
}

ImagePredictions PredictionsReader::read(std::int64_t index, IouType type) const {
  require(index >= 0 && index < size(), ErrorCode::internal, "{}: image {} of {} was asked for",
          path(), index, size());
  const auto row = static_cast<std::size_t>(index);
  const ImageColumns& images = parts_->images;
  const std::int64_t first = images.first[row], count = images.first[row + 1] - first;
  const hdf5::Lock lock;
  ImagePredictions predictions{images.id[row], images.failed[row] != 0,
                               parts_->detections.read(images.id[row], first, count)};
  if (type == IouType::segm) parts_->detections.read_masks(first, predictions.detections);
  return predictions;
}

}  // namespace roiflow
