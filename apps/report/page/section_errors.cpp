#include <algorithm>

#include <fmt/format.h>

#include "apps/report/page/sections.hpp"
#include "apps/report/page/svg_plot.hpp"

namespace roiflow::page {
namespace {

std::string error_bars(const TypeReport& type, double largest) {
  const ErrorBreakdown& errors = type.analysis.errors;
  Axis axis = unit_axis("AP that would be won without this kind of error");
  const double step = largest > 0.5 ? 0.2 : largest > 0.2 ? 0.1 : largest > 0.05 ? 0.05 : 0.01;
  axis.high = step;
  while (axis.high < largest) axis.high += step;
  axis.ticks.clear();
  for (int i = 0; step * i <= axis.high * 1.001; ++i) {
    axis.ticks.push_back({step * i, fmt::format("{:g}", step * i)});
  }
  std::vector<BarRow> rows;
  const auto add = [&](const ErrorKind& kind, bool special) {
    const std::string title =
        fmt::format("{}: {:.4f} AP, {} cases", kind.name, kind.loss, kind.count);
    const std::string note = fmt::format("{:.4f} ({}\u00d7)", kind.loss, kind.count);
    rows.push_back(special ? BarRow{kind.name, {0, kind.loss}, {title, title}, note}
                           : BarRow{kind.name, {kind.loss, 0}, {title, title}, note});
  };
  for (const ErrorKind& kind : errors.main) add(kind, false);
  for (const ErrorKind& kind : errors.special) add(kind, true);
  const std::vector<std::string> classes = {"s1", "s2"};
  return figure(fmt::format("{}<small>AP by TIDE {}</small>", escape(type.type), number(errors.ap)),
                row_bars(type.type + ": error breakdown", axis, classes, rows, true));
}

double largest_loss(const Report& report) {
  double largest = 0.01;
  for (const TypeReport& type : report.types) {
    for (const ErrorKind& kind : type.analysis.errors.main) largest = std::max(largest, kind.loss);
    for (const ErrorKind& kind : type.analysis.errors.special)
      largest = std::max(largest, kind.loss);
  }
  return largest;
}

}  // namespace

Section errors_section(const Report& report) {
  Section section{"errors", "Error breakdown", {}};
  std::vector<std::string> figures;
  const ErrorBreakdown* any = nullptr;
  for (const TypeReport& type : report.types) {
    if (type.analysis.errors.main.empty()) continue;
    any = &type.analysis.errors;
    figures.push_back(error_bars(type, largest_loss(report)));
  }
  if (any == nullptr) return section;
  const std::vector<KeyEntry> entries = {{"kinds of error", "s1"}, {"all of a side", "s2"}};
  section.body = paragraph(fmt::format(
                     "TIDE (Bolya et al. 2020): how much AP at IoU {:.2f} each kind of error "
                     "costs, if it alone were repaired; below IoU {:.2f} a detection is "
                     "background. The AP is by TIDE's convention, not COCO's.",
                     any->iou_threshold, any->background_threshold)) +
                 key(entries) + grid(figures, "24rem");
  return section;
}

}  // namespace roiflow::page
