/// Inside of the data set room: segmentations as columns, each kind in its own representation.
///
/// kind[m] says what row m is; the other columns have an empty row where they do not apply.
#pragma once

#include "io/hdf5/columns.hpp"
#include "stages/core/annotation.hpp"
#include "stages/evaluate/shape_pool.hpp"

namespace roiflow {

/// Values of the column `kind`.
enum class SegmentationKind : std::uint8_t { none = 0, polygons = 1, runs = 2, text = 3 };

class SegmentationWriter {
 public:
  explicit SegmentationWriter(hdf5::Group& annotations);
  void append(const Segmentation& segmentation);
  void finish();

 private:
  std::unique_ptr<hdf5::Group> group_;
  hdf5::ColumnWriter<std::uint8_t> kind_;
  hdf5::ColumnWriter<std::int32_t> size_;   // height, width
  hdf5::ColumnWriter<std::int64_t> rings_;  // number of the first ring of every row
  hdf5::RaggedWriter<double> coordinates_;  // one row a ring
  hdf5::RaggedWriter<std::uint32_t> runs_;
  hdf5::RaggedWriter<std::uint8_t> text_;
  std::int64_t ring_count_ = 0;
};

class SegmentationColumns {
 public:
  /// Error{bad_data} unless every column has `rows` rows.
  SegmentationColumns(const hdf5::Group& annotations, std::int64_t rows);
  [[nodiscard]] std::vector<Segmentation> read(std::int64_t first, std::int64_t count) const;
  /// All rows at once; whole columns are in memory meanwhile.
  [[nodiscard]] ShapePool read_all() const;

 private:
  void check_rings(std::int64_t first_ring, std::int64_t end_ring) const;
  [[noreturn]] void refuse_kind(std::int64_t row, int kind) const;
  [[nodiscard]] Segmentation read_polygons(std::int64_t first_ring, std::int64_t end_ring) const;
  hdf5::Group group_;
  hdf5::Dataset kind_, size_, rings_;
  hdf5::RaggedColumn coordinates_, runs_, text_;
};

}  // namespace roiflow
