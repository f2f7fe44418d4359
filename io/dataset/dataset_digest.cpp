#include "io/dataset/dataset_digest.hpp"

#include <algorithm>
#include <span>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::int64_t elements_at_once = std::int64_t{1} << 18;

template <class T>
void add_elements(Sha256& sum, const hdf5::Dataset& array, std::int64_t rows_at_once) {
  for (std::int64_t row = 0; row < array.rows(); row += rows_at_once) {
    const auto values = array.read<T>(row, std::min(rows_at_once, array.rows() - row));
    sum.add(std::span<const T>(values));
  }
}

void add_array(Sha256& sum, const hdf5::Dataset& array) {
  sum.add(std::span<const std::int64_t>(array.shape()));
  std::int64_t width = 1;
  for (std::size_t axis = 1; axis < array.shape().size(); ++axis) width *= array.shape()[axis];
  const std::int64_t rows =
      std::max<std::int64_t>(1, elements_at_once / std::max(width, std::int64_t{1}));
  switch (array.type()) {
    case hdf5::Type::uint8:
      return add_elements<std::uint8_t>(sum, array, rows);
    case hdf5::Type::int32:
      return add_elements<std::int32_t>(sum, array, rows);
    case hdf5::Type::int64:
      return add_elements<std::int64_t>(sum, array, rows);
    case hdf5::Type::uint32:
      return add_elements<std::uint32_t>(sum, array, rows);
    case hdf5::Type::uint64:
      return add_elements<std::uint64_t>(sum, array, rows);
    case hdf5::Type::float16:
    case hdf5::Type::float32:
      return add_elements<float>(sum, array, rows);
    case hdf5::Type::float64:
      return add_elements<double>(sum, array, rows);
  }
}

}  // namespace

void add_if_readable(const std::function<void()>& add) {
  try {
    add();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::bad_data) throw;
  }
}

void add_arrays(Sha256& sum, const hdf5::Group& group, const std::string& left_out) {
  for (const std::string& name : group.children()) {
    if (name == left_out) continue;
    sum.add(name);
    if (group.is_group(name)) {
      add_arrays(sum, group.group(name), left_out);
    } else {
      add_if_readable([&] { add_array(sum, group.dataset(name)); });
    }
  }
}

}  // namespace roiflow
