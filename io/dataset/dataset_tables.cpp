#include "io/dataset/dataset_tables.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace roiflow {

void require_finite(const std::array<double, 4>& bbox, double area, const std::string& where,
                    std::string_view what, std::int64_t number) {
  const auto& [x, y, w, h] = bbox;
  // Infinity and NaN stay what they are in a sum, and differences of them are NaN.
  require(std::isfinite(x + y + w + h + area), ErrorCode::bad_data,
          "{}: {} {}: expected a finite box and area, found [{}, {}, {}, {}] and {}", where, what,
          number, x, y, w, h, area);
}

void require_unique(std::vector<std::int64_t> ids, const std::string& where) {
  std::ranges::sort(ids);
  const auto twice = std::ranges::adjacent_find(ids);
  if (twice == ids.end()) return;
  fail(ErrorCode::bad_data, "{}/id: expected every id once, found {} twice", where, *twice);
}

ImageColumns::ImageColumns(const hdf5::Group& group)
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
  require_shape(bytes, {bytes.rows()});
  require(file_name.rows() == count && extra.rows() == count, ErrorCode::bad_data,
          "{}: expected {} file names and {} extra texts, found {} and {}", where, count, count,
          file_name.rows(), extra.rows());
  for (std::size_t row = 0; row < id.size(); ++row) check_row(row, where);
  require_unique(id, where);
}

void ImageColumns::check_row(std::size_t row, const std::string& where) const {
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

AnnotationColumns::AnnotationColumns(const hdf5::Group& group)
    : image(group.dataset("image")),
      id(group.dataset("id")),
      category_id(group.dataset("category_id")),
      bbox(group.dataset("bbox")),
      area(group.dataset("area")),
      iscrowd(group.dataset("iscrowd")),
      difficult(group.dataset("difficult")),
      extra(group, "extra"),
      segmentation(group, id.rows()) {
  const std::int64_t rows = id.rows();
  for (const hdf5::Dataset* column : {&image, &id, &category_id, &area, &iscrowd, &difficult}) {
    require_shape(*column, {rows});
  }
  require_shape(bbox, {rows, 4});
  require(extra.rows() == id.rows(), ErrorCode::bad_data, "{}/extra: expected {} rows, found {}",
          group.location(), id.rows(), extra.rows());
}

std::vector<Annotation> AnnotationColumns::read(std::int64_t row, std::int64_t first,
                                                std::int64_t count) const {
  std::vector<Annotation> result(static_cast<std::size_t>(count));
  if (count == 0) return result;
  const auto images = image.read<std::int64_t>(first, count);
  const auto ids = id.read<std::int64_t>(first, count);
  const auto categories = category_id.read<std::int64_t>(first, count);
  const auto boxes = bbox.read<double>(first, count);
  const auto areas = area.read<double>(first, count);
  auto segmentations = segmentation.read(first, count);
  for (std::size_t i = 0; i < result.size(); ++i) {
    require(images[i] == row, ErrorCode::bad_data,
            "{}: annotation {}: expected image row {} (images/annotation_offset), found {}",
            image.location(), ids[i], row, images[i]);
    Annotation& a = result[i];
    a.id = ids[i];
    a.category_id = categories[i];
    std::copy_n(boxes.begin() + static_cast<std::ptrdiff_t>(4 * i), 4, a.bbox.begin());
    a.area = areas[i];
    require_finite(a.bbox, a.area, image.location(), "annotation", a.id);
    a.segmentation = std::move(segmentations[i]);
  }
  read_flags(result, first);
  read_extra(result, first);
  return result;
}

void AnnotationColumns::read_flags(std::vector<Annotation>& out, std::int64_t first) const {
  const auto crowds = iscrowd.read<std::uint8_t>(first, std::ssize(out));
  const auto difficults = difficult.read<std::uint8_t>(first, std::ssize(out));
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].iscrowd = crowds[i] != 0;
    out[i].difficult = difficults[i] != 0;
  }
}

void AnnotationColumns::read_extra(std::vector<Annotation>& out, std::int64_t first) const {
  const auto offsets = extra.offsets(first, std::ssize(out));
  const auto text =
      extra.data().read<std::uint8_t>(offsets.front(), offsets.back() - offsets.front());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].extra.assign(text.begin() + (offsets[i] - offsets[0]),
                        text.begin() + (offsets[i + 1] - offsets[0]));
  }
}

}  // namespace roiflow
