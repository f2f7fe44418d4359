#include <algorithm>

#include "io/hdf5/hdf5_call.hpp"
#include "io/hdf5/storage_rules.hpp"

namespace roiflow::hdf5 {
namespace {

constexpr std::size_t max_rank = 8;
Shape shape_of(hid_t space, const std::string& location) {
  const int rank = check(H5Sget_simple_extent_ndims(space), ErrorCode::bad_data, location,
                         "read the number of dimensions");
  require(rank <= static_cast<int>(max_rank), ErrorCode::bad_data,
          "{}: expected at most {} dimensions, found {}", location, max_rank, rank);
  hsize_t extents[max_rank] = {};
  check(H5Sget_simple_extent_dims(space, extents, nullptr), ErrorCode::bad_data, location,
        "read the shape");
  return {extents, extents + rank};
}

Handle select_rows(hid_t dataset, const Shape& shape, std::int64_t first, std::int64_t count,
                   const std::string& location) {
  Handle space(check(H5Dget_space(dataset), ErrorCode::bad_data, location, "read the shape"),
               &H5Sclose);
  if (shape.empty()) return space;
  hsize_t start[max_rank] = {static_cast<hsize_t>(first)};
  hsize_t extents[max_rank] = {};
  std::ranges::transform(shape, extents, [](std::int64_t n) { return static_cast<hsize_t>(n); });
  extents[0] = static_cast<hsize_t>(count);
  check(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start, nullptr, extents, nullptr),
        ErrorCode::bad_data, location, "select rows");
  return space;
}

std::int64_t elements_per_row(const Shape& shape) {
  std::int64_t elements = 1;
  for (std::size_t axis = 1; axis < shape.size(); ++axis) elements *= shape[axis];
  return elements;
}

Handle flat_space(std::size_t elements, const std::string& location) {
  const hsize_t extent = elements;
  return {check(H5Screate_simple(1, &extent, nullptr), ErrorCode::io, location, "describe memory"),
          &H5Sclose};
}

}  // namespace

Dataset::Dataset(Handle handle, std::string location)
    : Object(std::move(handle), std::move(location)) {
  const Lock lock;
  const Handle stored(
      check(H5Dget_type(handle_.get()), ErrorCode::bad_data, location_, "read the element type"),
      &H5Tclose);
  const Handle space(
      check(H5Dget_space(handle_.get()), ErrorCode::bad_data, location_, "read the shape"),
      &H5Sclose);
  type_ = type_from_file(stored.get(), location_);
  shape_ = shape_of(space.get(), location_);
  check_storage(handle_.get(), shape_, type_, location_);
}

void Dataset::examine() const {
  constexpr std::int64_t block_bytes = std::int64_t{16} << 20;
  const Lock lock;
  check_chunks(handle_.get(), shape_, type_, location_);
  if (!is_compressed(handle_.get(), location_)) return;
  const std::int64_t row_bytes =
      elements_per_row(shape_) * static_cast<std::int64_t>(bytes_of(type_));
  const std::int64_t block =
      std::max<std::int64_t>(1, block_bytes / std::max<std::int64_t>(1, row_bytes));
  std::vector<std::uint8_t> bytes;
  for (std::int64_t at = 0; at < rows(); at += block) {
    const std::int64_t count = std::min(block, rows() - at);
    bytes.resize(static_cast<std::size_t>(count * row_bytes));
    read_raw(bytes.data(), at, count, type_);
  }
}

std::size_t Dataset::checked_elements(std::int64_t first, std::int64_t count, Type type) const {
  const bool fits = type == type_ || (type == Type::float32 && type_ == Type::float16);
  require(fits, ErrorCode::bad_data, "{}: expected elements of type {}, found {}", location_,
          name(type), name(type_));
  require(first >= 0 && count >= 0 && first <= rows() && count <= rows() - first,
          ErrorCode::bad_data, "{}: rows {} to {} are wanted, found {} rows", location_, first,
          first + count, rows());
  return static_cast<std::size_t>(count * elements_per_row(shape_));
}

void Dataset::require_size(std::size_t found, std::size_t expected) const {
  require(found == expected, ErrorCode::internal, "{}: reading {} elements into memory for {}",
          location_, expected, found);
}

void Dataset::read_raw(void* out, std::int64_t first, std::int64_t count, Type type) const {
  const std::size_t elements = checked_elements(first, count, type);
  if (elements == 0) return;
  const Lock lock;
  const Handle rows = select_rows(handle_.get(), shape_, first, count, location_);
  const Handle memory = flat_space(elements, location_);
  const Handle element = memory_type(type);
  check(H5Dread(handle_.get(), element.get(), memory.get(), rows.get(), H5P_DEFAULT, out),
        ErrorCode::bad_data, location_, fmt::format("read rows {} to {}", first, first + count));
}

void Dataset::append_raw(const void* values, std::size_t elements, Type type) {
  const std::int64_t width = elements_per_row(shape_);
  require(type == type_ && elements % static_cast<std::size_t>(width) == 0, ErrorCode::internal,
          "{}: appending {} elements of {} to rows of {} {}", location_, elements, name(type),
          width, name(type_));
  if (elements == 0) return;
  const Lock lock;
  const std::int64_t count = static_cast<std::int64_t>(elements) / width;
  Shape grown = shape_;
  grown[0] += count;
  hsize_t extents[max_rank] = {};
  std::ranges::transform(grown, extents, [](std::int64_t n) { return static_cast<hsize_t>(n); });
  check(H5Dset_extent(handle_.get(), extents), ErrorCode::io, location_, "grow");
  const Handle rows = select_rows(handle_.get(), grown, shape_[0], count, location_);
  const Handle memory = flat_space(elements, location_);
  const Handle element = memory_type(type);
  check(H5Dwrite(handle_.get(), element.get(), memory.get(), rows.get(), H5P_DEFAULT, values),
        ErrorCode::io, location_, "write");
  shape_ = grown;
}

}  // namespace roiflow::hdf5
