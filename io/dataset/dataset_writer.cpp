#include "io/dataset/dataset.hpp"
#include "io/dataset/dataset_proposals.hpp"
#include "io/dataset/dataset_segmentation.hpp"
#include "io/hdf5/columns.hpp"
#include "io/hdf5/file_format.hpp"
#include "io/pending_file.hpp"

namespace roiflow {
namespace {

using hdf5::ColumnWriter;
using hdf5::Group;
using hdf5::RaggedWriter;

constexpr std::int64_t image_chunk_bytes = std::int64_t{256} * 1024;

class ImageWriter {
 public:
  explicit ImageWriter(Group group)
      : group_(std::make_unique<Group>(std::move(group))),
        id_(*group_, "id"),
        offset_(*group_, "offset"),
        size_(*group_, "size"),
        first_annotation_(*group_, "annotation_offset"),
        width_(*group_, "width"),
        height_(*group_, "height"),
        bytes_(*group_, "bytes", 0, image_chunk_bytes),
        file_name_(*group_, "file_name"),
        extra_(*group_, "extra") {
    first_annotation_.append(0);
  }
  void append(const Sample& sample) {
    annotations_ += static_cast<std::int64_t>(sample.annotations.size());
    id_.append(sample.record.id);
    offset_.append(bytes_.elements());
    size_.append(static_cast<std::int64_t>(sample.encoded.size()));
    first_annotation_.append(annotations_);
    width_.append(sample.record.width);
    height_.append(sample.record.height);
    bytes_.append(sample.encoded);
    file_name_.append(sample.record.file_name);
    extra_.append(sample.record.extra);
  }
  void finish() {
    for (auto* column : {&id_, &offset_, &size_, &first_annotation_}) column->finish();
    width_.finish();
    height_.finish();
    bytes_.finish();
    file_name_.finish();
    extra_.finish();
  }
  [[nodiscard]] std::int64_t count() const { return id_.elements(); }

 private:
  std::unique_ptr<Group> group_;
  ColumnWriter<std::int64_t> id_, offset_, size_, first_annotation_;
  ColumnWriter<std::int32_t> width_, height_;
  ColumnWriter<std::uint8_t> bytes_;
  RaggedWriter<std::uint8_t> file_name_, extra_;
  std::int64_t annotations_ = 0;
};

class AnnotationWriter {
 public:
  explicit AnnotationWriter(Group group)
      : group_(std::make_unique<Group>(std::move(group))),
        image_(*group_, "image"),
        id_(*group_, "id"),
        category_id_(*group_, "category_id"),
        bbox_(*group_, "bbox", 4),
        area_(*group_, "area"),
        iscrowd_(*group_, "iscrowd"),
        difficult_(*group_, "difficult"),
        extra_(*group_, "extra"),
        segmentation_(*group_) {}
  void append(std::int64_t image, const Annotation& annotation) {
    image_.append(image);
    id_.append(annotation.id);
    category_id_.append(annotation.category_id);
    bbox_.append(annotation.bbox);
    area_.append(annotation.area);
    iscrowd_.append(annotation.iscrowd ? 1 : 0);
    difficult_.append(annotation.difficult ? 1 : 0);
    extra_.append(annotation.extra);
    segmentation_.append(annotation.segmentation);
  }
  void finish() {
    for (auto* column : {&image_, &id_, &category_id_}) column->finish();
    for (auto* column : {&bbox_, &area_}) column->finish();
    for (auto* column : {&iscrowd_, &difficult_}) column->finish();
    extra_.finish();
    segmentation_.finish();
  }

 private:
  std::unique_ptr<Group> group_;
  ColumnWriter<std::int64_t> image_, id_, category_id_;
  ColumnWriter<double> bbox_, area_;
  ColumnWriter<std::uint8_t> iscrowd_, difficult_;
  RaggedWriter<std::uint8_t> extra_;
  SegmentationWriter segmentation_;
};

void write_categories(Group group, const std::vector<Category>& categories) {
  ColumnWriter<std::int64_t> id(group, "id");
  RaggedWriter<std::uint8_t> names(group, "name");
  RaggedWriter<std::uint8_t> supercategory(group, "supercategory");
  RaggedWriter<std::uint8_t> extra(group, "extra");
  for (const Category& category : categories) {
    id.append(category.id);
    names.append(category.name);
    supercategory.append(category.supercategory);
    extra.append(category.extra);
  }
  id.finish();
  names.finish();
  supercategory.finish();
  extra.finish();
}

void write_head(Group& root, const DatasetInfo& info) {
  hdf5::write_format(root, dataset_format, dataset_version);
  write_categories(root.create_group("categories"), info.categories);
  ColumnWriter<std::uint8_t> extra(root, "extra");
  const std::vector<std::uint8_t> text(info.extra.begin(), info.extra.end());
  extra.append(text);
  extra.finish();
}

}  // namespace

struct DatasetWriter::Parts {
  Parts(const std::filesystem::path& path, const DatasetInfo& info)
      : pending(path),
        file(hdf5::create_file(pending.temporary())),
        root(file.root()),
        images(root.create_group("images")),
        annotations(root.create_group("annotations")) {
    write_head(root, info);
    if (info.has_proposals) proposals.emplace(root.create_group("proposals"));
    if (!info.has_label_maps) return;
    label_group.emplace(root.create_group("label_maps"));
    label_group->set_attribute("ignore_label", std::int64_t{info.ignore_label});
    label_maps.emplace(*label_group, "png", image_chunk_bytes);
    if (info.has_object_maps) object_maps.emplace(*label_group, "object_png", image_chunk_bytes);
  }

  PendingFile pending;
  hdf5::File file;
  Group root;
  ImageWriter images;
  AnnotationWriter annotations;
  std::optional<Group> label_group;
  std::optional<RaggedWriter<std::uint8_t>> label_maps, object_maps;
  std::optional<ProposalWriter> proposals;
};

DatasetWriter::DatasetWriter(const std::filesystem::path& path, const DatasetInfo& info)
    : parts_(std::make_unique<Parts>(path, info)) {}
DatasetWriter::DatasetWriter(DatasetWriter&&) noexcept = default;
DatasetWriter& DatasetWriter::operator=(DatasetWriter&&) noexcept = default;
DatasetWriter::~DatasetWriter() = default;

void DatasetWriter::append(const Sample& sample) {
  const hdf5::Lock lock;
  const std::int64_t row = parts_->images.count();
  for (const Annotation& annotation : sample.annotations) {
    parts_->annotations.append(row, annotation);
  }
  parts_->images.append(sample);
  if (parts_->label_maps) parts_->label_maps->append(sample.label_map);
  if (parts_->object_maps) parts_->object_maps->append(sample.object_map);
  if (parts_->proposals) parts_->proposals->append(sample.proposals);
}

void DatasetWriter::close() {
  const hdf5::Lock lock;
  parts_->images.finish();
  parts_->annotations.finish();
  if (parts_->label_maps) parts_->label_maps->finish();
  if (parts_->object_maps) parts_->object_maps->finish();
  if (parts_->proposals) parts_->proposals->finish();
  parts_->file.close();
  parts_->pending.publish();
}

}  // namespace roiflow
