/// Inside of the data set room: the tables /images and /annotations as the reader holds them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/dataset/dataset_segmentation.hpp"
#include "io/hdf5/columns.hpp"
#include "stages/core/annotation.hpp"

namespace roiflow {

/// A whole column of `rows` rows; Error{bad_data} if it has another shape.
template <class T>
std::vector<T> read_column(const hdf5::Group& group, const std::string& name, std::int64_t rows) {
  const hdf5::Dataset column = group.dataset(name);
  require_shape(column, {rows});
  return column.read<T>();
}

/// Error{bad_data} if an id comes twice in the column `where`/id.
void require_unique(std::vector<std::int64_t> ids, const std::string& where);

/// Error{bad_data}: "<where>: <what> <number>: expected a finite box and area, found ...".
void require_finite(const std::array<double, 4>& bbox, double area, const std::string& where,
                    std::string_view what, std::int64_t number);

/// The per-image columns, in memory and checked: 40 bytes an image.
struct ImageColumns {
  explicit ImageColumns(const hdf5::Group& group);

  std::int64_t count;
  hdf5::Dataset bytes;
  hdf5::RaggedColumn file_name, extra;
  std::vector<std::int64_t> id, offset, size, first_annotation;
  std::vector<std::int32_t> width, height;

 private:
  void check_row(std::size_t row, const std::string& where) const;
};

/// The annotation columns, read by slice.
struct AnnotationColumns {
  explicit AnnotationColumns(const hdf5::Group& group);
  /// The annotations of image `row`, which are `count` rows from `first` on.
  [[nodiscard]] std::vector<Annotation> read(std::int64_t row, std::int64_t first,
                                             std::int64_t count) const;

  hdf5::Dataset image, id, category_id, bbox, area, iscrowd, difficult;
  hdf5::RaggedColumn extra;
  SegmentationColumns segmentation;

 private:
  void read_flags(std::vector<Annotation>& out, std::int64_t first) const;
  void read_extra(std::vector<Annotation>& out, std::int64_t first) const;
};

}  // namespace roiflow
