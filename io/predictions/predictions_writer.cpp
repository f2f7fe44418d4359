#include <optional>

#include "io/hdf5/columns.hpp"
#include "io/hdf5/file_format.hpp"
#include "io/pending_file.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/masks/rle.hpp"

namespace roiflow {
namespace {

using hdf5::ColumnWriter;
using hdf5::Group;
using hdf5::RaggedWriter;

constexpr std::int64_t label_chunk_bytes = std::int64_t{256} * 1024;

class ImageWriter {
 public:
  explicit ImageWriter(Group group)
      : group_(std::make_unique<Group>(std::move(group))),
        id_(*group_, "id"),
        detection_offset_(*group_, "detection_offset"),
        failed_(*group_, "failed") {
    detection_offset_.append(0);
  }
  void append(std::int64_t id, std::int64_t detections_so_far, bool failed) {
    id_.append(id);
    detection_offset_.append(detections_so_far);
    failed_.append(failed ? 1 : 0);
  }
  void finish() {
    id_.finish();
    detection_offset_.finish();
    failed_.finish();
  }

 private:
  std::unique_ptr<Group> group_;  // its address is kept by the columns
  ColumnWriter<std::int64_t> id_, detection_offset_;
  ColumnWriter<std::uint8_t> failed_;
};

class DetectionWriter {
 public:
  explicit DetectionWriter(Group group)
      : group_(std::make_unique<Group>(std::move(group))),
        image_id_(*group_, "image_id"),
        category_id_(*group_, "category_id"),
        score_(*group_, "score"),
        bbox_(*group_, "bbox", 4),
        mask_size_(*group_, "mask_size", 2),
        mask_counts_(*group_, "mask_counts") {}

  void append(std::int64_t image_id, const Detection& detection) {
    image_id_.append(image_id);
    category_id_.append(detection.category_id);
    score_.append(detection.score);
    const Box& box = detection.box;
    bbox_.append(std::array{box.x0, box.y0, width(box), height(box)});
    if (detection.mask) {
      mask_size_.append(std::array{detection.mask->height, detection.mask->width});
      mask_counts_.append(to_text(*detection.mask));
    } else {
      mask_size_.append(std::array<std::int32_t, 2>{0, 0});
      mask_counts_.append(std::string_view());
    }
  }
  void finish() {
    image_id_.finish();
    category_id_.finish();
    score_.finish();
    bbox_.finish();
    mask_size_.finish();
    mask_counts_.finish();
  }
  [[nodiscard]] std::int64_t count() const { return image_id_.elements(); }

 private:
  std::unique_ptr<Group> group_;
  ColumnWriter<std::int64_t> image_id_, category_id_;
  ColumnWriter<float> score_, bbox_;
  ColumnWriter<std::int32_t> mask_size_;
  RaggedWriter<std::uint8_t> mask_counts_;
};

}  // namespace

struct PredictionsWriter::Parts {
  Parts(const std::filesystem::path& path, bool with_label_maps, const std::string& identity)
      : pending(path),
        file(hdf5::create_file(pending.temporary())),
        root(file.root()),
        images(root.create_group("images")),
        detections(root.create_group("detections")) {
    hdf5::write_format(root, predictions_format, predictions_version);
    if (!identity.empty()) root.set_attribute("identity", identity);
    if (!with_label_maps) return;
    label_group.emplace(root.create_group("label_maps"));
    label_maps.emplace(*label_group, "png", label_chunk_bytes);
  }

  PendingFile pending;
  hdf5::File file;
  Group root;
  ImageWriter images;
  DetectionWriter detections;
  std::optional<Group> label_group;
  std::optional<RaggedWriter<std::uint8_t>> label_maps;
};

PredictionsWriter::PredictionsWriter(const std::filesystem::path& path, bool label_maps,
                                     const std::string& identity) {
  const hdf5::Lock lock;
  parts_ = std::make_unique<Parts>(path, label_maps, identity);
}
PredictionsWriter::PredictionsWriter(PredictionsWriter&&) noexcept = default;
PredictionsWriter& PredictionsWriter::operator=(PredictionsWriter&&) noexcept = default;
PredictionsWriter::~PredictionsWriter() = default;

void PredictionsWriter::append(std::int64_t image_id, std::span<const Detection> detections,
                               bool failed) {
  append(image_id, detections, failed, {});
}

void PredictionsWriter::append(std::int64_t image_id, std::span<const Detection> detections,
                               bool failed, std::span<const std::uint8_t> label_map) {
  const hdf5::Lock lock;
  require(parts_->label_maps || label_map.empty(), ErrorCode::internal,
          "predictions: a label map for a file that was made without");
  for (const Detection& detection : detections) parts_->detections.append(image_id, detection);
  parts_->images.append(image_id, parts_->detections.count(), failed);
  if (parts_->label_maps) parts_->label_maps->append(label_map);
}

void PredictionsWriter::close() {
  const hdf5::Lock lock;
  parts_->images.finish();
  parts_->detections.finish();
  if (parts_->label_maps) parts_->label_maps->finish();
  parts_->file.close();
  parts_->pending.publish();
}

}  // namespace roiflow
