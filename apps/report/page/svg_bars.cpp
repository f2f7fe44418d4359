#include <algorithm>

#include <fmt/format.h>

#include "apps/report/page/html.hpp"
#include "apps/report/page/svg_plot.hpp"

namespace roiflow::page {
namespace {

std::string bar(const std::string& css_class, double x, double y, double width, double height,
                const std::string& title) {
  return fmt::format(
      "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\">"
      "<title>{}</title></rect>",
      css_class, x, y, std::max(0.0, width), std::max(0.0, height), escape(title));
}

}  // namespace

std::string histogram(const std::string& name, const Axis& x, const Axis& y,
                      std::span<const double> edges, std::span<const BarSeries> series,
                      std::span<const std::string> titles, std::span<const double> borders,
                      std::span<const Tick> regions) {
  const PlotArea area(560, 260, x, y, {.left = 56, .right = 10, .top = 22, .bottom = 38});
  std::string svg = area.open(name, "plot") + area.axes();
  for (std::size_t b = 0; b + 1 < edges.size(); ++b) {
    const double left = area.x(edges[b]), right = area.x(edges[b + 1]);
    const double width = (right - left - 2) / static_cast<double>(series.size());
    for (std::size_t s = 0; s < series.size(); ++s) {
      const double value = series[s].values[b];
      if (value <= 0) continue;
      const double top = area.y(value);
      svg += bar(series[s].css_class, left + 1 + width * static_cast<double>(s), top, width,
                 area.y(0) - top, fmt::format("{}: {:.0f} {}", titles[b], value, series[s].name));
    }
  }
  for (const double border : borders) {
    svg += fmt::format("\n<path class=\"mark\" d=\"M{:.1f} {:g}V{:.1f}\"/>", area.x(border), 6.0,
                       area.y(y.low));
  }
  for (const Tick& region : regions) {
    svg += fmt::format("<text x=\"{:.1f}\" y=\"14\" class=\"mid\">{}</text>", area.x(region.at),
                       escape(region.label));
  }
  return svg + "</svg>\n";
}

std::string row_bars(const std::string& name, const Axis& x,
                     std::span<const std::string> css_classes, std::span<const BarRow> rows,
                     bool stacked) {
  const std::size_t bars = stacked ? 1 : css_classes.size();
  const double bar_height = bars > 1 ? 7 : 13, gap = bars > 1 ? 4 : 7;
  const double row_height = bar_height * static_cast<double>(bars) + gap;
  const bool noted = std::ranges::any_of(rows, [](const BarRow& row) { return !row.note.empty(); });
  const PlotArea area(560, 46 + row_height * static_cast<double>(rows.size()), x, {"", 0, 1, {}},
                      {.left = 130, .right = noted ? 110.0 : 14.0, .top = 4, .bottom = 38});
  std::string svg = area.open(name, "plot") + area.axes();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const BarRow& row = rows[i];
    const double top = area.margins.top + gap / 2 + row_height * static_cast<double>(i);
    const double middle = top + (row_height - gap) / 2;
    svg += fmt::format("<text x=\"{:g}\" y=\"{:.1f}\" class=\"end\">{}</text>",
                       area.margins.left - 7, middle + 3.5, escape(shortened(row.label, 20)));
    double start = 0, reach = area.x(0);
    for (std::size_t s = 0; s < row.values.size(); ++s) {
      const double end = start + row.values[s];
      const double y = stacked ? top : top + bar_height * static_cast<double>(s);
      svg += bar(css_classes[s], area.x(start), y, area.x(end) - area.x(start), bar_height,
                 row.titles[s]);
      reach = std::max(reach, area.x(end));
      if (stacked) start = end;
    }
    if (!row.note.empty()) {
      svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>", reach + 6, middle + 3.5,
                         escape(row.note));
    }
    svg += '\n';
  }
  return svg + "</svg>\n";
}

}  // namespace roiflow::page
