#include <algorithm>

#include "io/columns.hpp"
#include "io/dataset.hpp"
#include "io/dataset_segmentation.hpp"

namespace roiflow {
namespace {

using hdf5::Dataset;
using hdf5::Group;
using hdf5::RaggedColumn;

template <class T>
std::vector<T> read_column(const Group& group, const std::string& name, std::int64_t rows) {
  const Dataset column = group.dataset(name);
  require(column.shape() == hdf5::Shape{rows}, ErrorCode::bad_data,
          "{}: expected the shape [{}], found {} dimension(s), {} row(s)", column.location(), rows,
          column.shape().size(), column.rows());
  return column.read<T>();
}

Group open_root(const hdf5::File& file) {
  Group root = file.root();
  const std::string format = root.has_attribute("format") ? root.text_attribute("format") : "";
  require(format == dataset_format, ErrorCode::bad_data,
          "{}: expected a data set (attribute format = '{}'), found format = '{}'", file.path(),
          dataset_format, format);
  const std::int64_t version = root.integer_attribute("version");
  require(version == dataset_version, ErrorCode::bad_data,
          "{}: expected version {} of the data set format, found version {}", file.path(),
          dataset_version, version);
  return root;
}

/// The per-image columns, held in memory: 40 bytes an image.
struct ImageColumns {
  explicit ImageColumns(const Group& group)
      : count(group.dataset("id").rows()),
        bytes(group.dataset("bytes")),
        file_name(group, "file_name"),
        extra(group, "extra"),
        id(read_column<std::int64_t>(group, "id", count)),
        offset(read_column<std::int64_t>(group, "offset", count)),
        size(read_column<std::int64_t>(group, "size", count)),
        first_annotation(read_column<std::int64_t>(group, "annotation_offset", count + 1)),
        width(read_column<std::int32_t>(group, "width", count)),
        height(read_column<std::int32_t>(group, "height", count)) {
    const std::string& where = group.location();
    require(file_name.rows() == count && extra.rows() == count, ErrorCode::bad_data,
            "{}: expected {} file names and {} extra texts, found {} and {}", where, count, count,
            file_name.rows(), extra.rows());
    for (std::size_t row = 0; row < id.size(); ++row) check_row(row, where);
    check_unique_ids(where);
  }

  void check_row(std::size_t row, const std::string& where) const {
    const std::int64_t stored = bytes.rows();
    require(offset[row] >= 0 && size[row] >= 0 && offset[row] <= stored &&
                size[row] <= stored - offset[row],
            ErrorCode::bad_data,
            "{}: row {} (id {}): expected a range within the {} bytes of `bytes`, found offset {} "
            "and size {}",
            where, row, id[row], stored, offset[row], size[row]);
    require(width[row] > 0 && height[row] > 0, ErrorCode::bad_data,
            "{}: row {} (id {}): expected a positive width and height, found {} x {}", where, row,
            id[row], width[row], height[row]);
    require(first_annotation[row] >= 0 && first_annotation[row] <= first_annotation[row + 1],
            ErrorCode::bad_data,
            "{}/annotation_offset: row {} (id {}): expected increasing offsets, found {} to {}",
            where, row, id[row], first_annotation[row], first_annotation[row + 1]);
  }
  void check_unique_ids(const std::string& where) const {
    std::vector<std::int64_t> sorted = id;
    std::ranges::sort(sorted);
    const auto twice = std::ranges::adjacent_find(sorted);
    if (twice == sorted.end()) return;
    fail(ErrorCode::bad_data, "{}/id: expected every id once, found {} twice", where, *twice);
  }

  std::int64_t count;
  Dataset bytes;
  RaggedColumn file_name, extra;
  std::vector<std::int64_t> id, offset, size, first_annotation;
  std::vector<std::int32_t> width, height;
};

struct AnnotationColumns {
  explicit AnnotationColumns(const Group& group)
      : image(group.dataset("image")),
        id(group.dataset("id")),
        category_id(group.dataset("category_id")),
        bbox(group.dataset("bbox")),
        area(group.dataset("area")),
        iscrowd(group.dataset("iscrowd")),
        difficult(group.dataset("difficult")),
        extra(group, "extra"),
        segmentation(group, id.rows()) {
    for (const Dataset* column : {&image, &category_id, &bbox, &area, &iscrowd, &difficult}) {
      require(column->rows() == id.rows(), ErrorCode::bad_data, "{}: expected {} rows, found {}",
              column->location(), id.rows(), column->rows());
    }
    require(bbox.shape() == hdf5::Shape{id.rows(), 4}, ErrorCode::bad_data,
            "{}: expected the shape [{}, 4]", bbox.location(), id.rows());
    require(extra.rows() == id.rows(), ErrorCode::bad_data, "{}/extra: expected {} rows, found {}",
            group.location(), id.rows(), extra.rows());
  }

  [[nodiscard]] std::vector<Annotation> read(std::int64_t row, std::int64_t first,
                                             std::int64_t count) const {
    std::vector<Annotation> result(static_cast<std::size_t>(count));
    if (count == 0) return result;
    const auto images = image.read<std::int64_t>(first, count);
    const auto ids = id.read<std::int64_t>(first, count);
    const auto categories = category_id.read<std::int64_t>(first, count);
    const auto boxes = bbox.read<double>(first, count);
    const auto areas = area.read<double>(first, count);
    const auto crowds = iscrowd.read<std::uint8_t>(first, count);
    const auto difficults = difficult.read<std::uint8_t>(first, count);
    auto segmentations = segmentation.read(first, count);
    const auto text_offsets = extra.offsets(first, count);
    const auto text = extra.data().read<std::uint8_t>(text_offsets.front(),
                                                      text_offsets.back() - text_offsets.front());
    for (std::size_t i = 0; i < result.size(); ++i) {
      require(images[i] == row, ErrorCode::bad_data,
              "{}: annotation {}: expected image row {} (images/annotation_offset), found {}",
              image.location(), ids[i], row, images[i]);
      Annotation& a = result[i];
      a.id = ids[i];
      a.category_id = categories[i];
      std::copy_n(boxes.begin() + static_cast<std::ptrdiff_t>(4 * i), 4, a.bbox.begin());
      a.area = areas[i];
      a.iscrowd = crowds[i] != 0;
      a.difficult = difficults[i] != 0;
      a.segmentation = std::move(segmentations[i]);
      a.extra.assign(text.begin() + (text_offsets[i] - text_offsets[0]),
                     text.begin() + (text_offsets[i + 1] - text_offsets[0]));
    }
    return result;
  }

  Dataset image, id, category_id, bbox, area, iscrowd, difficult;
  RaggedColumn extra;
  SegmentationColumns segmentation;
};

DatasetInfo read_info(const Group& root) {
  DatasetInfo info;
  const Group group = root.group("categories");
  const RaggedColumn names(group, "name");
  const RaggedColumn supercategory(group, "supercategory");
  const RaggedColumn extra(group, "extra");
  const auto ids = read_column<std::int64_t>(group, "id", names.rows());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    info.categories.push_back(
        {ids[i], names.read_text(row), supercategory.read_text(row), extra.read_text(row)});
  }
  const auto text = root.dataset("extra").read<std::uint8_t>();
  info.extra.assign(text.begin(), text.end());
  info.has_label_maps = root.has("label_maps");
  if (info.has_label_maps) {
    info.ignore_label =
        static_cast<int>(root.group("label_maps").integer_attribute("ignore_label"));
  }
  return info;
}

}  // namespace

struct DatasetReader::Parts {
  explicit Parts(const std::filesystem::path& path)
      : file(hdf5::open_file(path)),
        root(open_root(file)),
        info(read_info(root)),
        images(root.group("images")),
        annotations(root.group("annotations")) {
    const std::int64_t last = images.first_annotation.back();
    require(last == annotations.id.rows(), ErrorCode::bad_data,
            "{}: images/annotation_offset must end with the {} annotations, found {}", file.path(),
            annotations.id.rows(), last);
    if (!info.has_label_maps) return;
    label_maps.emplace(root.group("label_maps"), "png");
    require(label_maps->rows() == images.count, ErrorCode::bad_data,
            "{}: /label_maps/png: expected {} rows, found {}", file.path(), images.count,
            label_maps->rows());
  }
  [[nodiscard]] std::size_t checked(std::int64_t index) const {
    require(index >= 0 && index < images.count, ErrorCode::internal,
            "{}: image {} of {} was asked for", file.path(), index, images.count);
    return static_cast<std::size_t>(index);
  }

  hdf5::File file;
  Group root;
  DatasetInfo info;
  ImageColumns images;
  AnnotationColumns annotations;
  std::optional<RaggedColumn> label_maps;
};

DatasetReader::DatasetReader(const std::filesystem::path& path) {
  const hdf5::Lock lock;
  parts_ = std::make_unique<const Parts>(path);
}
DatasetReader::DatasetReader(DatasetReader&&) noexcept = default;
DatasetReader& DatasetReader::operator=(DatasetReader&&) noexcept = default;
DatasetReader::~DatasetReader() = default;

const std::string& DatasetReader::path() const {
  return parts_->file.path();
}
std::int64_t DatasetReader::size() const {
  return parts_->images.count;
}
std::int64_t DatasetReader::annotation_count() const {
  return parts_->annotations.id.rows();
}
const DatasetInfo& DatasetReader::info() const {
  return parts_->info;
}

ImageRecord DatasetReader::record(std::int64_t index) const {
  const std::size_t row = parts_->checked(index);
  const hdf5::Lock lock;
  const ImageColumns& images = parts_->images;
  return {index,
          images.id[row],
          images.file_name.read_text(index),
          images.width[row],
          images.height[row],
          images.extra.read_text(index)};
}

std::vector<Annotation> DatasetReader::annotations(std::int64_t index) const {
  const std::size_t row = parts_->checked(index);
  const hdf5::Lock lock;
  const auto& first = parts_->images.first_annotation;
  return parts_->annotations.read(index, first[row], first[row + 1] - first[row]);
}

std::int64_t DatasetReader::encoded_bytes(std::int64_t index) const {
  return parts_->images.size[parts_->checked(index)];
}

std::vector<std::uint8_t> DatasetReader::encoded(std::int64_t index) const {
  const std::size_t row = parts_->checked(index);
  return parts_->images.bytes.read<std::uint8_t>(parts_->images.offset[row],
                                                 parts_->images.size[row]);
}

Sample DatasetReader::read(std::int64_t index) const {
  const hdf5::Lock lock;
  Sample sample{record(index), encoded(index), annotations(index), {}};
  if (parts_->label_maps) sample.label_map = parts_->label_maps->read<std::uint8_t>(index);
  return sample;
}

}  // namespace roiflow
