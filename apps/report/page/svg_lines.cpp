#include <algorithm>

#include <fmt/format.h>

#include "apps/report/page/html.hpp"
#include "apps/report/page/svg_plot.hpp"

namespace roiflow::page {
namespace {

/// Points in the middle of a level stretch are left out: curves of precision are mostly steps.
std::string points(const PlotArea& area, const Line& line) {
  std::string text;
  const std::size_t n = std::min(line.x.size(), line.y.size());
  for (std::size_t i = 0; i < n; ++i) {
    const bool level =
        i > 0 && i + 1 < n && line.y[i] == line.y[i - 1] && line.y[i] == line.y[i + 1];
    if (level) continue;
    text += fmt::format("{}{:.1f},{:.1f}", i > 0 ? " " : "", area.x(line.x[i]), area.y(line.y[i]));
  }
  return text;
}

/// What the cross-hair of the page's script moves in.
std::string frame(const PlotArea& area, const std::string& x_label, const std::string& y_label) {
  return fmt::format(
      "<rect class=\"frame\" data-x=\"{}\" data-y=\"{}\" x=\"{:g}\" y=\"{:g}\" width=\"{:g}\" "
      "height=\"{:g}\"/>",
      escape(x_label), escape(y_label), area.margins.left, area.margins.top,
      area.width - area.margins.left - area.margins.right,
      area.height - area.margins.top - area.margins.bottom);
}

}  // namespace

std::string line_plot(const std::string& name, const std::string& x_label,
                      const std::string& y_label, std::span<const Line> lines,
                      std::span<const Marker> markers, bool compact) {
  const Axis few{"", 0, 1, {{0, "0"}, {0.5, "0.5"}, {1, "1"}}};
  const PlotArea area =
      compact ? PlotArea(164, 114, few, few, {.left = 22, .right = 7, .top = 6, .bottom = 18})
              : PlotArea(560, 380, unit_axis(x_label), unit_axis(y_label), {});
  std::string svg = area.open(name, compact ? "plot lines small" : "plot lines");
  svg += area.axes() + frame(area, x_label, y_label) + '\n';
  for (const Line& line : lines) {
    svg += fmt::format(
        "<polyline class=\"{}\" data-name=\"{}\" points=\"{}\"><title>{}</title></polyline>\n",
        line.css_class, escape(line.name), points(area, line), escape(line.title));
  }
  for (const Marker& marker : markers) {
    svg += fmt::format(
        "<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"><title>{}</title></circle>\n",
        marker.css_class, area.x(marker.x), area.y(marker.y), 3.2, escape(marker.title));
  }
  return svg + "</svg>\n";
}

std::string interval_plot(const std::string& name, const Axis& x,
                          std::span<const IntervalRow> rows) {
  constexpr double row_height = 20;
  const PlotArea area(560, 44 + row_height * static_cast<double>(rows.size()), x, {"", 0, 1, {}},
                      {.left = 150, .right = 14, .top = 6, .bottom = 38});
  std::string svg = area.open(name, "plot") + area.axes();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const IntervalRow& row = rows[i];
    const double y = area.margins.top + row_height * (static_cast<double>(i) + 0.5);
    svg += fmt::format("<text x=\"{:g}\" y=\"{:.1f}\" class=\"end\">{}</text>",
                       area.margins.left - 8, y + 3.5, escape(shortened(row.label, 22)));
    svg += fmt::format(
        "<g class=\"{}\"><path class=\"range\" d=\"M{:.1f} {:.1f}H{:.1f}M{:.1f} {:.1f}v8M{:.1f} "
        "{:.1f}v8\"/>"
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\"/><title>{}</title></g>\n",
        row.css_class, area.x(row.low), y, area.x(row.high), area.x(row.low), y - 4,
        area.x(row.high), y - 4, area.x(row.value), y, escape(row.title));
  }
  return svg + "</svg>\n";
}

}  // namespace roiflow::page
