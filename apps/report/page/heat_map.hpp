/// A matrix of counts as a heat map in SVG. Private to the report room.
///
/// Colour is the share of the row (square root, so that small shares show); up to 21 rows the
/// counts stand in the cells, beyond that cells are small and the largest ones have hover texts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace roiflow::page {

struct HeatMap {
  std::string name;
  std::string row_axis, column_axis;       ///< what rows and columns are, plain text
  std::vector<std::string> rows, columns;  ///< labels, plain text
  std::vector<std::uint64_t> counts;       ///< [rows, columns]
};

[[nodiscard]] std::string heat_map(const HeatMap& map);

}  // namespace roiflow::page
