#include <algorithm>

#include "io/hdf5/hdf5_call.hpp"

namespace roiflow::hdf5 {
namespace {

constexpr std::size_t max_rank = 8;
/// More than any filter of the library can compress: a larger claim is a decompression bomb.
constexpr double max_compression = 1100;

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

/// All bytes must lie in this very file.
void refuse_foreign_storage(hid_t dataset, const std::string& location) {
  const Handle plist(
      check(H5Dget_create_plist(dataset), ErrorCode::bad_data, location, "read the storage layout"),
      &H5Pclose);
  const int external = check(H5Pget_external_count(plist.get()), ErrorCode::bad_data, location,
                             "read the list of external files");
  require(H5Pget_layout(plist.get()) != H5D_VIRTUAL && external == 0, ErrorCode::bad_data,
          "{}: expected data inside this file, found a reference to another file (external or "
          "virtual storage is refused)",
          location);
}

/// A damaged or hostile header may claim any shape; nothing is allocated for one that cannot be.
void refuse_impossible_size(hid_t dataset, const Shape& shape, Type type,
                            const std::string& location) {
  double bytes = static_cast<double>(bytes_of(type));
  for (const std::int64_t extent : shape) bytes *= static_cast<double>(extent);
  const auto stored = static_cast<double>(H5Dget_storage_size(dataset));
  require(bytes <= stored * max_compression, ErrorCode::bad_data,
          "{}: the shape claims {:.0f} bytes, found only {:.0f} in the file", location, bytes,
          stored);
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
  refuse_foreign_storage(handle_.get(), location_);
  refuse_impossible_size(handle_.get(), shape_, type_, location_);
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
