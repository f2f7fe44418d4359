#include "io/hdf5/storage_rules.hpp"

#include <algorithm>
#include <array>

#include "io/hdf5/hdf5_call.hpp"

namespace roiflow::hdf5 {
namespace {

constexpr double most_compression = 1000;
constexpr std::uint64_t most_chunk_bytes = std::uint64_t{256} << 20;
constexpr std::uint64_t checksum_bytes = 4;
constexpr std::size_t most_rank = H5S_MAX_RANK;

Handle creation_properties(hid_t dataset, const std::string& location) {
  return {
      check(H5Dget_create_plist(dataset), ErrorCode::bad_data, location, "read the storage layout"),
      &H5Pclose};
}

/// The filters by their library numbers; only those that are known.
std::vector<H5Z_filter_t> filters(hid_t properties, const std::string& location) {
  const int count =
      check(H5Pget_nfilters(properties), ErrorCode::bad_data, location, "read the filters");
  std::vector<H5Z_filter_t> result;
  for (unsigned i = 0; i < static_cast<unsigned>(count); ++i) {
    unsigned flags = 0;
    std::size_t values = 0;
    const H5Z_filter_t filter =
        H5Pget_filter2(properties, i, &flags, &values, nullptr, 0, nullptr, nullptr);
    const bool known = filter == H5Z_FILTER_FLETCHER32 || filter == H5Z_FILTER_DEFLATE ||
                       filter == H5Z_FILTER_SHUFFLE;
    require(known, ErrorCode::bad_data,
            "{}: expected the filters fletcher32, deflate or shuffle, found the filter number {} "
            "(`h5repack -f FLET` writes the file without; filters from plugins are never loaded)",
            location, static_cast<int>(filter));
    result.push_back(filter);
  }
  return result;
}

/// All bytes must lie in this very file.
void refuse_foreign_storage(hid_t properties, const std::string& location) {
  const int external = check(H5Pget_external_count(properties), ErrorCode::bad_data, location,
                             "read the list of external files");
  require(H5Pget_layout(properties) != H5D_VIRTUAL && external == 0, ErrorCode::bad_data,
          "{}: expected data inside this file, found a reference to another file (external or "
          "virtual storage is refused; `h5repack` makes one file of them)",
          location);
}

/// Extents of a chunk; empty if the data set has none.
std::vector<hsize_t> chunk_extents(hid_t properties, const std::string& location) {
  if (H5Pget_layout(properties) != H5D_CHUNKED) return {};
  std::array<hsize_t, most_rank> extents{};
  const int rank = check(H5Pget_chunk(properties, most_rank, extents.data()), ErrorCode::bad_data,
                         location, "read the chunk size");
  return {extents.begin(), extents.begin() + rank};
}

/// As a double: no product of hostile numbers overflows it.
double bytes_of(const std::vector<hsize_t>& extents, Type type) {
  double bytes = static_cast<double>(bytes_of(type));
  for (const hsize_t extent : extents) bytes *= static_cast<double>(extent);
  return bytes;
}

double file_bytes(hid_t dataset, const std::string& location) {
  const Handle file(check(H5Iget_file_id(dataset), ErrorCode::bad_data, location, "find its file"),
                    &H5Fclose);
  hsize_t bytes = 0;
  check(H5Fget_filesize(file.get(), &bytes), ErrorCode::bad_data, location, "read the file's size");
  return static_cast<double>(bytes);
}

/// Calls `visit` with the first element of every chunk of the grid.
template <class Visit>
void for_each_chunk(const Shape& shape, const std::vector<hsize_t>& chunk, Visit&& visit) {
  std::vector<hsize_t> at(chunk.size(), 0);
  if (std::ranges::find(shape, 0) != shape.end()) return;
  for (;;) {
    visit(at);
    std::size_t axis = chunk.size();
    while (axis > 0) {
      --axis;
      at[axis] += chunk[axis];
      if (at[axis] < static_cast<hsize_t>(shape[axis])) break;
      at[axis] = 0;
      if (axis == 0) return;
    }
  }
}

/// The library answers 0 for an array without storage, and also if it could not find out.
hsize_t stored_bytes(hid_t dataset, const std::string& location) {
  H5Eclear2(H5E_DEFAULT);
  const hsize_t stored = H5Dget_storage_size(dataset);
  check(stored == 0 && H5Eget_num(H5E_DEFAULT) > 0 ? -1 : 0, ErrorCode::bad_data, location,
        "find its storage");
  return stored;
}

}  // namespace

void check_storage(hid_t dataset, const Shape& shape, Type type, const std::string& location) {
  const Handle properties = creation_properties(dataset, location);
  refuse_foreign_storage(properties.get(), location);
  const auto used = filters(properties.get(), location);
  const double chunk_bytes = bytes_of(chunk_extents(properties.get(), location), type);
  require(chunk_bytes <= static_cast<double>(most_chunk_bytes), ErrorCode::bad_data,
          "{}: expected chunks of at most {} bytes, found {:.0f} (`h5repack -l CHUNK=` changes "
          "them)",
          location, most_chunk_bytes, chunk_bytes);
  const double bytes = bytes_of({shape.begin(), shape.end()}, type);
  const auto stored = static_cast<double>(stored_bytes(dataset, location));
  const double held = file_bytes(dataset, location);
  require(stored <= held, ErrorCode::bad_data,
          "{}: expected at most the {:.0f} bytes of the file, found a claim of {:.0f} stored bytes",
          location, held, stored);
  const bool deflated = std::ranges::find(used, H5Z_FILTER_DEFLATE) != used.end();
  require(bytes <= stored * (deflated ? most_compression : 1), ErrorCode::bad_data,
          "{}: the shape claims {:.0f} bytes, found only {:.0f} in the file{}", location, bytes,
          stored,
          deflated ? fmt::format(" (compression above {:.0f} is refused)", most_compression) : "");
}

bool is_compressed(hid_t dataset, const std::string& location) {
  const Handle properties = creation_properties(dataset, location);
  const auto used = filters(properties.get(), location);
  return std::ranges::find(used, H5Z_FILTER_DEFLATE) != used.end();
}

void check_chunks(hid_t dataset, const Shape& shape, Type type, const std::string& location) {
  const Handle properties = creation_properties(dataset, location);
  const std::vector<hsize_t> chunk = chunk_extents(properties.get(), location);
  if (chunk.empty()) return;
  require(chunk.size() == shape.size() && std::ranges::find(chunk, 0U) == chunk.end(),
          ErrorCode::bad_data, "{}: expected chunks of {} dimensions, found [{}]", location,
          shape.size(), fmt::join(chunk, ", "));
  const auto used = filters(properties.get(), location);
  const auto sums = std::ranges::count(used, H5Z_FILTER_FLETCHER32);
  const bool deflated = std::ranges::find(used, H5Z_FILTER_DEFLATE) != used.end();
  const hsize_t least =
      static_cast<hsize_t>(bytes_of(chunk, type)) + checksum_bytes * static_cast<hsize_t>(sums);
  // What cannot be compressed becomes longer: zlib adds 5 bytes to 16 KiB, and a frame.
  const hsize_t most = deflated ? least + least / 1000 + 64 : least;
  for_each_chunk(shape, chunk, [&](const std::vector<hsize_t>& at) {
    hsize_t stored = 0;
    check(H5Dget_chunk_storage_size(dataset, at.data(), &stored), ErrorCode::bad_data, location,
          fmt::format("find the chunk at [{}]", fmt::join(at, ", ")));
    require(stored <= most && stored >= (deflated ? 1 : least), ErrorCode::bad_data,
            "{}: expected {} bytes in the chunk at [{}], found {}", location,
            deflated ? fmt::format("1 to {}", most) : fmt::format("{}", least), fmt::join(at, ", "),
            stored);
  });
}

}  // namespace roiflow::hdf5
