#include <algorithm>

#include "io/hdf5/hdf5_call.hpp"

namespace roiflow::hdf5 {
namespace {

constexpr std::int64_t array_chunk_bytes = 1 << 20;

/// What is written chunk by chunk and never read back needs no memory but for two chunks; HDF5's
/// own cache would grow to 1 MiB a data set while a file grows.
Handle written_once(const std::vector<hsize_t>& chunk, Type type, const std::string& location) {
  Handle plist(check(H5Pcreate(H5P_DATASET_ACCESS), ErrorCode::io, location, "prepare"), &H5Pclose);
  if (chunk.empty()) return plist;
  std::size_t bytes = 2 * bytes_of(type);
  for (const hsize_t extent : chunk) bytes *= extent;
  check(H5Pset_chunk_cache(plist.get(), H5D_CHUNK_CACHE_NSLOTS_DEFAULT, bytes,
                           H5D_CHUNK_CACHE_W0_DEFAULT),
        ErrorCode::io, location, "set the cache size");
  return plist;
}

/// Object times off: the same content gives the same bytes.
Handle without_times(hid_t plist_class, const std::string& location) {
  Handle plist(check(H5Pcreate(plist_class), ErrorCode::io, location, "prepare"), &H5Pclose);
  check(H5Pset_obj_track_times(plist.get(), false), ErrorCode::io, location, "prepare");
  return plist;
}

std::string child_location(const std::string& parent, const std::string& name) {
  return parent.ends_with('/') ? parent + name : parent + '/' + name;
}

H5L_type_t link_type(hid_t group, const std::string& name, const std::string& location) {
  H5L_info_t info{};
  check(H5Lget_info(group, name.c_str(), &info, H5P_DEFAULT), ErrorCode::bad_data, location,
        "read the link");
  return info.type;
}

herr_t add_name(hid_t, const char* name, const H5L_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

std::vector<std::string> members(hid_t group, const std::string& location) {
  std::vector<std::string> names;
  hsize_t position = 0;
  check(H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &position, &add_name, &names),
        ErrorCode::bad_data, location, "list the members");
  return names;
}

/// For a message; a model has hundreds.
std::string some_members(hid_t group, const std::string& location) {
  constexpr std::size_t most_listed = 16;
  const auto names = members(group, location);
  const auto listed = std::span(names).first(std::min(most_listed, names.size()));
  if (names.empty()) return "none";
  return fmt::format("{}{}", fmt::join(listed, ", "), names.size() > most_listed ? ", ..." : "");
}

/// Hard links only: a soft or external link may lead into a loop or out of the file.
Handle open_object(hid_t group, const std::string& name, H5I_type_t kind,
                   const std::string& location) {
  require(check(H5Lexists(group, name.c_str(), H5P_DEFAULT), ErrorCode::bad_data, location,
                "look it up") > 0,
          ErrorCode::bad_data,
          "{}: expected a {}, found nothing of that name (beside it stand: {})", location,
          kind == H5I_GROUP ? "group" : "data set", some_members(group, location));
  require(link_type(group, name, location) == H5L_TYPE_HARD, ErrorCode::bad_data,
          "{}: expected data, found a soft or external link (links are not followed)", location);
  Handle object(
      check(H5Oopen(group, name.c_str(), H5P_DEFAULT), ErrorCode::bad_data, location, "open it"),
      &H5Oclose);
  require(H5Iget_type(object.get()) == kind, ErrorCode::bad_data,
          "{}: expected a {}, found something else", location,
          kind == H5I_GROUP ? "group" : "data set");
  return object;
}

struct Extents {
  std::vector<hsize_t> now, most, chunk;
};

Handle create_dataset(hid_t group, const std::string& name, Type type, const Extents& extents,
                      const std::string& location) {
  const Handle plist = without_times(H5P_DATASET_CREATE, location);
  const int rank = static_cast<int>(extents.now.size());
  if (!extents.chunk.empty()) {
    check(H5Pset_chunk(plist.get(), rank, extents.chunk.data()), ErrorCode::io, location,
          "set the chunk size");
    check(H5Pset_fletcher32(plist.get()), ErrorCode::io, location, "ask for checksums");
  }
  const Handle space(check(H5Screate_simple(rank, extents.now.data(), extents.most.data()),
                           ErrorCode::io, location, "set the shape"),
                     &H5Sclose);
  const Handle element = file_type(type);
  const Handle access = written_once(extents.chunk, type, location);
  return {check(H5Dcreate2(group, name.c_str(), element.get(), space.get(), H5P_DEFAULT,
                           plist.get(), access.get()),
                ErrorCode::io, location, "create it"),
          &H5Dclose};
}

/// Whole rows of the first dimension, about 1 MiB a chunk; none for scalars and empty arrays.
std::vector<hsize_t> array_chunk(const std::vector<hsize_t>& shape, Type type) {
  std::int64_t row_bytes = static_cast<std::int64_t>(bytes_of(type));
  for (std::size_t axis = 1; axis < shape.size(); ++axis) {
    row_bytes *= static_cast<std::int64_t>(shape[axis]);
  }
  if (shape.empty() || shape[0] == 0 || row_bytes == 0) return {};
  std::vector<hsize_t> chunk = shape;
  const auto rows = static_cast<hsize_t>(std::max<std::int64_t>(1, array_chunk_bytes / row_bytes));
  chunk[0] = std::min(chunk[0], rows);
  return chunk;
}

}  // namespace

std::vector<std::string> Group::children() const {
  const Lock lock;
  return members(handle_.get(), location_);
}

bool Group::has(const std::string& name) const {
  const Lock lock;
  return check(H5Lexists(handle_.get(), name.c_str(), H5P_DEFAULT), ErrorCode::bad_data, location_,
               "look for a member") > 0;
}

bool Group::is_group(const std::string& name) const {
  const Lock lock;
  if (!has(name) || link_type(handle_.get(), name, location_) != H5L_TYPE_HARD) return false;
  const Handle object(check(H5Oopen(handle_.get(), name.c_str(), H5P_DEFAULT), ErrorCode::bad_data,
                            child_location(location_, name), "open it"),
                      &H5Oclose);
  return H5Iget_type(object.get()) == H5I_GROUP;
}

Group Group::group(const std::string& name) const {
  const Lock lock;
  std::string location = child_location(location_, name);
  Handle object = open_object(handle_.get(), name, H5I_GROUP, location);
  return {std::move(object), std::move(location)};
}

Dataset Group::dataset(const std::string& name) const {
  const Lock lock;
  std::string location = child_location(location_, name);
  Handle object = open_object(handle_.get(), name, H5I_DATASET, location);
  return {std::move(object), std::move(location)};
}

Group Group::create_group(const std::string& name) {
  const Lock lock;
  std::string location = child_location(location_, name);
  const Handle plist = without_times(H5P_GROUP_CREATE, location);
  Handle group(check(H5Gcreate2(handle_.get(), name.c_str(), H5P_DEFAULT, plist.get(), H5P_DEFAULT),
                     ErrorCode::io, location, "create it"),
               &H5Gclose);
  return {std::move(group), std::move(location)};
}

Dataset Group::create_rows_raw(const std::string& name, std::int64_t width, std::int64_t chunk_rows,
                               Type type) {
  const Lock lock;
  std::string location = child_location(location_, name);
  Extents extents{{0}, {H5S_UNLIMITED}, {static_cast<hsize_t>(chunk_rows)}};
  if (width > 0) {
    for (auto* list : {&extents.now, &extents.most, &extents.chunk}) {
      list->push_back(static_cast<hsize_t>(width));
    }
  }
  Handle dataset = create_dataset(handle_.get(), name, type, extents, location);
  return {std::move(dataset), std::move(location)};
}

Dataset Group::create_array_raw(const std::string& name, const Shape& shape, const void* values,
                                std::size_t elements, Type type) {
  const Lock lock;
  std::string location = child_location(location_, name);
  Extents extents{{shape.begin(), shape.end()}, {shape.begin(), shape.end()}, {}};
  std::size_t expected = 1;
  for (const std::int64_t extent : shape) expected *= static_cast<std::size_t>(extent);
  require(expected == elements, ErrorCode::internal, "{}: the shape needs {} elements, found {}",
          location, expected, elements);
  extents.chunk = array_chunk(extents.now, type);
  Handle dataset = create_dataset(handle_.get(), name, type, extents, location);
  const Handle element = memory_type(type);
  if (elements > 0) {
    check(H5Dwrite(dataset.get(), element.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values),
          ErrorCode::io, location, "write");
  }
  return {std::move(dataset), std::move(location)};
}

}  // namespace roiflow::hdf5
