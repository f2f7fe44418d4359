#include "apps/report/page/svg_plot.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "apps/report/page/html.hpp"

namespace roiflow::page {
namespace {

constexpr double largest_scale = 1.35;  ///< of a drawing on a wide page

}  // namespace

Axis unit_axis(std::string label) {
  return {std::move(label),
          0,
          1,
          {{0, "0"}, {0.2, "0.2"}, {0.4, "0.4"}, {0.6, "0.6"}, {0.8, "0.8"}, {1, "1"}}};
}

Axis counting_axis(std::string label, double largest) {
  const double wanted = std::max(largest, 1.0) / 5;
  const double power = std::pow(10, std::floor(std::log10(wanted)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (wanted <= factor * power) {
      step = factor * power;
      break;
    }
  }
  step = std::max(step, 1.0);
  Axis axis{std::move(label), 0, step * std::ceil(std::max(largest, 1.0) / step), {}};
  const auto text = [](double value) {
    if (value >= 1e6) return fmt::format("{:g}M", value / 1e6);
    if (value >= 1e4) return fmt::format("{:g}k", value / 1e3);
    return fmt::format("{:g}", value);
  };
  for (double at = 0; at <= axis.high * (1 + 1e-9); at += step)
    axis.ticks.push_back({at, text(at)});
  return axis;
}

PlotArea::PlotArea(double plot_width, double plot_height, Axis x, Axis y, Margins plot_margins)
    : width(plot_width),
      height(plot_height),
      margins(plot_margins),
      x_axis_(std::move(x)),
      y_axis_(std::move(y)) {}

double PlotArea::x(double value) const {
  const double share = (value - x_axis_.low) / (x_axis_.high - x_axis_.low);
  return margins.left + std::clamp(share, 0.0, 1.0) * (width - margins.left - margins.right);
}

double PlotArea::y(double value) const {
  const double share = (value - y_axis_.low) / (y_axis_.high - y_axis_.low);
  return height - margins.bottom -
         std::clamp(share, 0.0, 1.0) * (height - margins.top - margins.bottom);
}

std::string PlotArea::open(const std::string& name, const std::string& css_class) const {
  return fmt::format(
      "<svg class=\"{}\" viewBox=\"0 0 {:g} {:g}\" style=\"max-width:{:g}px\" role=\"img\" "
      "aria-label=\"{}\">\n",
      css_class, width, height, width * largest_scale, escape(name));
}

std::string PlotArea::axes() const {
  const double left = margins.left, right = width - margins.right;
  const double top = margins.top, bottom = height - margins.bottom;
  std::string lines = "<path class=\"grid\" d=\"", labels;
  for (const Tick& tick : x_axis_.ticks) {
    lines += fmt::format("M{:.1f} {:.1f}V{:.1f}", x(tick.at), top, bottom);
    labels += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"mid\">{}</text>", x(tick.at),
                          bottom + 14, escape(tick.label));
  }
  for (const Tick& tick : y_axis_.ticks) {
    lines += fmt::format("M{:.1f} {:.1f}H{:.1f}", left, y(tick.at), right);
    labels += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"end\">{}</text>", left - 6,
                          y(tick.at) + 3.5, escape(tick.label));
  }
  lines += fmt::format("\"/><path class=\"axis\" d=\"M{:.1f} {:.1f}V{:.1f}H{:.1f}\"/>\n", left, top,
                       bottom, right);
  if (!x_axis_.label.empty()) {
    labels += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"mid label\">{}</text>",
                          (left + right) / 2, height - 6, escape(x_axis_.label));
  }
  if (!y_axis_.label.empty()) {
    labels += fmt::format(
        "<text transform=\"translate(11 {:.1f}) rotate(-90)\" class=\"mid label\">{}</text>",
        (top + bottom) / 2, escape(y_axis_.label));
  }
  return lines + labels + '\n';
}

std::string key(std::span<const KeyEntry> entries) {
  std::string html = "<p class=\"key\">";
  for (const KeyEntry& entry : entries) {
    html +=
        fmt::format("<span><i class=\"{}\"></i>{}</span> ", entry.css_class, escape(entry.name));
  }
  return html + "</p>\n";
}

}  // namespace roiflow::page
