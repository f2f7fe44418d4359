#include "apps/report/page/heat_map.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "apps/report/page/html.hpp"

namespace roiflow::page {
namespace {

constexpr std::size_t most_rows_with_numbers = 21;
constexpr std::size_t most_hover_texts = 1000;
constexpr std::size_t levels = 8;

/// Sizes in the drawing's pixels.
struct Layout {
  double cell = 0, left = 0, top = 0;
  bool numbers = true;
};

Layout layout_of(const HeatMap& map) {
  const std::size_t n = std::max(map.rows.size(), map.columns.size());
  std::size_t longest = 4;
  for (const std::string& label : map.rows) longest = std::max(longest, label.size());
  for (const std::string& label : map.columns) longest = std::max(longest, label.size());
  Layout layout{.cell = n <= 12 ? 44.0 : 32.0, .numbers = n <= most_rows_with_numbers};
  if (!layout.numbers) layout.cell = 9;
  const double letter = layout.numbers ? 6.2 : 4.4;
  const double labels = std::min(static_cast<double>(longest), 24.0) * letter + 10;
  layout.left = labels + 16;
  layout.top = labels + 16;
  return layout;
}

double share_of(const HeatMap& map, std::size_t row, std::size_t column) {
  std::uint64_t sum = 0;
  for (std::size_t c = 0; c < map.columns.size(); ++c)
    sum += map.counts[row * map.columns.size() + c];
  if (sum == 0) return 0;
  return static_cast<double>(map.counts[row * map.columns.size() + column]) /
         static_cast<double>(sum);
}

std::string cell_title(const HeatMap& map, std::size_t row, std::size_t column) {
  return fmt::format("<title>{} {}, {} {}: {} ({:.1f} % of the row)</title>", map.row_axis,
                     escape(map.rows[row]), map.column_axis, escape(map.columns[column]),
                     map.counts[row * map.columns.size() + column],
                     100 * share_of(map, row, column));
}

std::string labels_of(const HeatMap& map, const Layout& layout) {
  std::string svg;
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    svg += fmt::format(
        "<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"end\">{}</text>", layout.left - 4,
        layout.top + layout.cell * (static_cast<double>(r) + 0.5) + (layout.numbers ? 3.5 : 2.4),
        escape(shortened(map.rows[r], 24)));
  }
  for (std::size_t c = 0; c < map.columns.size(); ++c) {
    svg += fmt::format(
        "<text transform=\"translate({:.1f} {:.1f}) rotate(-90)\">{}</text>",
        layout.left + layout.cell * (static_cast<double>(c) + 0.5) + (layout.numbers ? 3.5 : 2.4),
        layout.top - 4, escape(shortened(map.columns[c], 24)));
  }
  return svg + '\n';
}

std::string numbered_cells(const HeatMap& map, const Layout& layout) {
  std::string svg;
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    for (std::size_t c = 0; c < map.columns.size(); ++c) {
      const std::uint64_t value = map.counts[r * map.columns.size() + c];
      const double x = layout.left + layout.cell * static_cast<double>(c);
      const double y = layout.top + layout.cell * static_cast<double>(r);
      const double opacity = std::sqrt(share_of(map, r, c));
      svg += fmt::format(
          "<g><rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:g}\" height=\"{:g}\" "
          "fill-opacity=\"{:.2f}\"/>",
          r == c ? "heat same" : "heat", x + 0.5, y + 0.5, layout.cell - 1, layout.cell - 1,
          opacity);
      if (value > 0) {
        svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"mid{}\">{}</text>",
                           x + layout.cell / 2, y + layout.cell / 2 + 4,
                           opacity > 0.62 ? " on" : "", value);
      }
      svg += cell_title(map, r, c) + "</g>";
    }
    svg += '\n';
  }
  return svg;
}

/// One path a level of colour: thousands of cells in few bytes.
std::string small_cells(const HeatMap& map, const Layout& layout) {
  std::array<std::string, levels> paths;
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    for (std::size_t c = 0; c < map.columns.size(); ++c) {
      if (map.counts[r * map.columns.size() + c] == 0) continue;
      const double opacity = std::sqrt(share_of(map, r, c));
      const auto level = std::min(levels - 1, static_cast<std::size_t>(opacity * levels));
      paths[level] += fmt::format("M{:.0f} {:.0f}h{}v{}h-{}z",
                                  layout.left + layout.cell * static_cast<double>(c),
                                  layout.top + layout.cell * static_cast<double>(r),
                                  layout.cell - 1, layout.cell - 1, layout.cell - 1);
    }
  }
  std::string svg;
  for (std::size_t level = 0; level < levels; ++level) {
    svg += fmt::format("<path class=\"heat\" fill-opacity=\"{:.2f}\" d=\"{}\"/>\n",
                       static_cast<double>(level + 1) / levels, paths[level]);
  }
  return svg;
}

/// Invisible rectangles with hover texts over the cells of the largest counts.
std::string hover_cells(const HeatMap& map, const Layout& layout) {
  std::vector<std::size_t> cells;
  for (std::size_t i = 0; i < map.counts.size(); ++i) {
    if (map.counts[i] > 0) cells.push_back(i);
  }
  std::ranges::stable_sort(cells, std::ranges::greater(),
                           [&](std::size_t i) { return map.counts[i]; });
  cells.resize(std::min(cells.size(), most_hover_texts));
  std::string svg;
  for (const std::size_t i : cells) {
    const std::size_t r = i / map.columns.size(), c = i % map.columns.size();
    svg += fmt::format(
        "<rect class=\"hit\" x=\"{:.0f}\" y=\"{:.0f}\" width=\"{:g}\" height=\"{:g}\">{}</rect>",
        layout.left + layout.cell * static_cast<double>(c),
        layout.top + layout.cell * static_cast<double>(r), layout.cell, layout.cell,
        cell_title(map, r, c));
  }
  return svg + '\n';
}

}  // namespace

std::string heat_map(const HeatMap& map) {
  const Layout layout = layout_of(map);
  const double right = layout.left + layout.cell * static_cast<double>(map.columns.size());
  const double bottom = layout.top + layout.cell * static_cast<double>(map.rows.size());
  std::string svg = fmt::format(
      "<svg class=\"plot map{}\" viewBox=\"0 0 {:g} {:g}\" style=\"max-width:{:g}px\" role=\"img\" "
      "aria-label=\"{}\">\n",
      layout.numbers ? "" : " fine", right + 4, bottom + 4, right + 4, escape(map.name));
  svg += fmt::format(
      "<rect class=\"back\" x=\"{0:g}\" y=\"{1:g}\" width=\"{2:g}\" height=\"{3:g}\"/>"
      "<text transform=\"translate(11 {4:.1f}) rotate(-90)\" class=\"mid label\">{5}</text>"
      "<text x=\"{6:.1f}\" y=\"11\" class=\"mid label\">{7}</text>\n",
      layout.left, layout.top, right - layout.left, bottom - layout.top, (layout.top + bottom) / 2,
      escape(map.row_axis), (layout.left + right) / 2, escape(map.column_axis));
  svg += labels_of(map, layout);
  svg += layout.numbers ? numbered_cells(map, layout)
                        : small_cells(map, layout) + hover_cells(map, layout);
  return svg + "</svg>\n";
}

}  // namespace roiflow::page
