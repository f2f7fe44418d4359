/// Columns of HDF5 tables that grow row by row in bounded memory.
///
/// A column is one data set [n] or [n, width]. A ragged column is a group with `offset` (int64,
/// n + 1 entries, beginning with 0) and `data`: row i is data[offset[i] : offset[i + 1]].
/// Writers buffer one chunk and create the data set at the first flush, so that a small table gets
/// chunks of its own size. finish() must be called; a destructor could not report a full disk.
///
/// Example: RaggedWriter<std::uint8_t> names(group, "file_name");
///          names.append("a.jpg"); names.append("b.jpg"); names.finish();
///          RaggedColumn(group, "file_name").read<std::uint8_t>(1)  // the bytes of "b.jpg"
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "io/hdf5/hdf5.hpp"
#include "stages/core/error.hpp"

namespace roiflow::hdf5 {

/// Error{bad_data} if `column` has another shape.
void require_shape(const Dataset& column, const Shape& shape);

/// Rows of a float32 or float64 column, as double.
[[nodiscard]] std::vector<double> read_doubles(const Dataset& column, std::int64_t first,
                                               std::int64_t count);

constexpr std::int64_t default_chunk_bytes = std::int64_t{16} * 1024;

template <class T>
class ColumnWriter {
 public:
  /// `width` 0 makes [n], otherwise [n, width]; `group` must outlive the writer.
  ColumnWriter(Group& group, std::string name, std::int64_t width = 0,
               std::int64_t chunk_bytes = default_chunk_bytes)
      : group_(&group), name_(std::move(name)), width_(width) {
    const auto row_bytes = static_cast<std::int64_t>(sizeof(T)) * std::max<std::int64_t>(1, width);
    chunk_rows_ = std::max<std::int64_t>(1, chunk_bytes / row_bytes);
  }
  void append(T value) { append(std::span<const T>(&value, 1)); }
  void append(std::span<const T> values) {
    buffer_.insert(buffer_.end(), values.begin(), values.end());
    elements_ += static_cast<std::int64_t>(values.size());
    if (buffer_.size() >= chunk_elements()) flush(buffer_.size() / chunk_elements());
  }
  [[nodiscard]] std::int64_t elements() const { return elements_; }
  /// Writes what is left. The data set exists afterwards, even if it is empty.
  void finish() {
    if (!dataset_) {
      const auto rows =
          static_cast<std::int64_t>(buffer_.size()) / std::max<std::int64_t>(1, width_);
      dataset_ =
          group_->create_rows<T>(name_, width_, std::clamp<std::int64_t>(rows, 1, chunk_rows_));
    }
    dataset_->template append<T>(buffer_);
    buffer_.clear();
  }

 private:
  [[nodiscard]] std::size_t chunk_elements() const {
    return static_cast<std::size_t>(chunk_rows_ * std::max<std::int64_t>(1, width_));
  }
  /// Whole chunks only: none is read back and written twice.
  void flush(std::size_t chunks) {
    if (!dataset_) dataset_ = group_->create_rows<T>(name_, width_, chunk_rows_);
    const std::size_t count = chunks * chunk_elements();
    dataset_->template append<T>(std::span<const T>(buffer_).first(count));
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(count));
  }

  Group* group_;
  std::string name_;
  std::int64_t width_ = 0, chunk_rows_ = 1, elements_ = 0;
  std::vector<T> buffer_;
  std::optional<Dataset> dataset_;
};

template <class T>
class RaggedWriter {
 public:
  RaggedWriter(Group& parent, const std::string& name,
               std::int64_t chunk_bytes = default_chunk_bytes)
      : group_(std::make_unique<Group>(parent.create_group(name))),
        offset_(*group_, "offset"),
        data_(*group_, "data", 0, chunk_bytes) {
    offset_.append(0);
  }
  void append(std::span<const T> row) {
    data_.append(row);
    offset_.append(data_.elements());
  }
  void append(std::string_view text) requires(sizeof(T) == 1) {
    append(std::span(reinterpret_cast<const T*>(text.data()), text.size()));
  }
  /// Number of elements of all rows so far.
  [[nodiscard]] std::int64_t elements() const { return data_.elements(); }
  void finish() {
    data_.finish();
    offset_.finish();
  }

 private:
  std::unique_ptr<Group> group_;  // its address is kept by the two columns
  ColumnWriter<std::int64_t> offset_;
  ColumnWriter<T> data_;
};

/// Reads a ragged column; every offset is checked before it is used.
class RaggedColumn {
 public:
  /// Error{bad_data} if the offsets do not begin with 0 or do not end with the length of `data`.
  RaggedColumn(const Group& parent, const std::string& name);
  [[nodiscard]] std::int64_t rows() const { return offset_.rows() - 1; }
  /// offset[first .. first + count], count + 1 entries, checked to be increasing and inside `data`.
  [[nodiscard]] std::vector<std::int64_t> offsets(std::int64_t first, std::int64_t count) const;
  template <class T>
  [[nodiscard]] std::vector<T> read(std::int64_t row) const {
    const auto range = offsets(row, 1);
    return data_.read<T>(range[0], range[1] - range[0]);
  }
  [[nodiscard]] std::string read_text(std::int64_t row) const;
  [[nodiscard]] const Dataset& data() const { return data_; }

 private:
  Group group_;
  Dataset offset_, data_;
};

}  // namespace roiflow::hdf5
