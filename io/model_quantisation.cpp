#include "io/model_quantisation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "io/hdf5/columns.hpp"
#include "io/weights/state_dict.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

std::int32_t checked_zero_point(std::int64_t value, const std::string& where) {
  require(value >= std::numeric_limits<std::int32_t>::min() &&
              value <= std::numeric_limits<std::int32_t>::max(),
          ErrorCode::bad_data, "{}: expected a zero point of 32 bits, found {}", where, value);
  return static_cast<std::int32_t>(value);
}

/// What holds for every row, when it is read and when it is written.
void check_row(const std::string& name, const QuantisedValues& values, const std::string& where) {
  check_tensor_name(name, where);
  const bool positive = std::ranges::all_of(
      values.scales, [](double scale) { return std::isfinite(scale) && scale > 0; });
  require(
      !values.scales.empty() && values.zero_points.size() == values.scales.size() && positive &&
          values.axis >= 0,
      ErrorCode::bad_data,
      "{}: '{}': expected an axis, positive scales and as many zero points, found {} scales and "
      "{} zero points",
      where, name, values.scales.size(), values.zero_points.size());
}

QuantisedValues read_row(const hdf5::RaggedColumn& scales, const hdf5::RaggedColumn& zero_points,
                         std::int64_t axis, std::int64_t row, const std::string& where) {
  QuantisedValues values{scales.read<double>(row), {}, axis};
  for (const std::int64_t zero : zero_points.read<std::int64_t>(row)) {
    values.zero_points.push_back(checked_zero_point(zero, where));
  }
  return values;
}

Quantisation::Table read_table(const hdf5::Group& group) {
  const hdf5::RaggedColumn names(group, "name");
  const hdf5::RaggedColumn scales(group, "scale");
  const hdf5::RaggedColumn zero_points(group, "zero_point");
  const std::string& where = group.location();
  const auto axes = group.dataset("axis").read<std::int64_t>();
  const std::int64_t rows = names.rows();
  require(std::ssize(axes) == rows && scales.rows() == rows && zero_points.rows() == rows,
          ErrorCode::bad_data, "{}: expected {} rows in every column, found {}, {} and {}", where,
          rows, axes.size(), scales.rows(), zero_points.rows());
  Quantisation::Table table;
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::string name = names.read_text(row);
    const auto axis = axes[static_cast<std::size_t>(row)];
    QuantisedValues values = read_row(scales, zero_points, axis, row, where);
    check_row(name, values, where);
    require(table.try_emplace(name, std::move(values)).second, ErrorCode::bad_data,
            "{}: '{}' is there twice", where, name);
  }
  return table;
}

void write_table(hdf5::Group& parent, const std::string& name, const Quantisation::Table& table) {
  hdf5::Group group = parent.create_group(name);
  hdf5::RaggedWriter<std::uint8_t> names(group, "name");
  hdf5::RaggedWriter<double> scales(group, "scale");
  hdf5::RaggedWriter<std::int64_t> zero_points(group, "zero_point");
  hdf5::ColumnWriter<std::int64_t> axes(group, "axis");
  for (const auto& [key, values] : table) {
    check_row(key, values, group.location());
    names.append(key);
    scales.append(values.scales);
    const std::vector<std::int64_t> zeros(values.zero_points.begin(), values.zero_points.end());
    zero_points.append(zeros);
    axes.append(values.axis);
  }
  names.finish();
  scales.finish();
  zero_points.finish();
  axes.finish();
}

}  // namespace

Quantisation read_quantisation(const hdf5::Group& group) {
  return {read_table(group.group("weights")), read_table(group.group("outputs"))};
}

void write_quantisation(hdf5::Group& group, const Quantisation& quantisation) {
  write_table(group, "weights", quantisation.weights);
  write_table(group, "outputs", quantisation.outputs);
}

}  // namespace roiflow
