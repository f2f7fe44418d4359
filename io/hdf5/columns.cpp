#include "io/hdf5/columns.hpp"

namespace roiflow::hdf5 {

void require_shape(const Dataset& column, const Shape& shape) {
  require(column.shape() == shape, ErrorCode::bad_data, "{}: expected the shape [{}], found [{}]",
          column.location(), fmt::join(shape, ", "), fmt::join(column.shape(), ", "));
}

std::vector<double> read_doubles(const Dataset& column, std::int64_t first, std::int64_t count) {
  if (column.type() == Type::float64) return column.read<double>(first, count);
  const auto narrow = column.read<float>(first, count);
  return {narrow.begin(), narrow.end()};
}

RaggedColumn::RaggedColumn(const Group& parent, const std::string& name)
    : group_(parent.group(name)), offset_(group_.dataset("offset")), data_(group_.dataset("data")) {
  require_shape(offset_, {offset_.rows()});
  require_shape(data_, {data_.rows()});
  require(offset_.rows() >= 1, ErrorCode::bad_data, "{}: expected at least one entry, found none",
          offset_.location());
  const std::int64_t first = offset_.read<std::int64_t>(0, 1)[0];
  const std::int64_t last = offset_.read<std::int64_t>(rows(), 1)[0];
  require(first == 0 && last == data_.rows(), ErrorCode::bad_data,
          "{}: expected offsets from 0 to {} (the length of data), found {} to {}",
          offset_.location(), data_.rows(), first, last);
}

std::vector<std::int64_t> RaggedColumn::offsets(std::int64_t first, std::int64_t count) const {
  auto result = offset_.read<std::int64_t>(first, count + 1);
  for (std::size_t i = 0; i + 1 < result.size(); ++i) {
    require(result[i] >= 0 && result[i] <= result[i + 1] && result[i + 1] <= data_.rows(),
            ErrorCode::bad_data,
            "{}: row {}: expected an increasing range within 0 to {}, found {} to {}",
            offset_.location(), first + static_cast<std::int64_t>(i), data_.rows(), result[i],
            result[i + 1]);
  }
  return result;
}

std::string RaggedColumn::read_text(std::int64_t row) const {
  const auto bytes = read<std::uint8_t>(row);
  return {bytes.begin(), bytes.end()};
}

}  // namespace roiflow::hdf5
