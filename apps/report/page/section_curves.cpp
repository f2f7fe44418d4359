#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "apps/report/page/sections.hpp"
#include "apps/report/page/svg_plot.hpp"

namespace roiflow::page {
namespace {

constexpr std::size_t few_classes = 12;  ///< up to so many have larger plots
constexpr std::size_t all_shown = 48;    ///< up to so many classes; else the ends of the order
constexpr std::ptrdiff_t lowest_shown = 24, highest_shown = 12;
constexpr std::string_view small = "8.8rem", large = "10.5rem";  ///< width of a plot
constexpr std::array<const char*, 3> series = {"s1", "s2", "s3"};

/// Highest precision at this recall or beyond; 0 if it is not reached.
double precision_at(const PrecisionRecall& curve, double recall) {
  const auto found = std::ranges::lower_bound(curve.recall, recall);
  const auto at = static_cast<std::size_t>(found - curve.recall.begin());
  return at < curve.precision.size() ? std::max(0.0, curve.precision[at]) : 0;
}

/// Up to three IoU thresholds that curves exist for: 0.50, 0.75, 0.90 if they are among them.
std::vector<double> shown_thresholds(std::span<const ClassAnalysis> classes) {
  std::vector<double> all;
  for (const ClassAnalysis& of_class : classes) {
    for (const PrecisionRecall& curve : of_class.curves) all.push_back(curve.iou_threshold);
  }
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (all.size() <= series.size()) return all;
  std::vector<double> shown;
  for (const double wanted : {0.5, 0.75, 0.9}) {
    const auto nearest = std::ranges::min_element(
        all, {}, [&](double threshold) { return std::abs(threshold - wanted); });
    if (std::ranges::find(shown, *nearest) == shown.end()) shown.push_back(*nearest);
  }
  return shown;
}

const PrecisionRecall* curve_at(const ClassAnalysis& of_class, double threshold) {
  const auto found = std::ranges::find(of_class.curves, threshold, &PrecisionRecall::iou_threshold);
  return found != of_class.curves.end() ? &*found : nullptr;
}

std::string iou_name(double threshold) {
  return fmt::format("IoU {:.2f}", threshold);
}

/// Mean over the classes that have a curve, at 101 recalls.
std::optional<Line> mean_line(std::span<const ClassAnalysis> classes, double threshold) {
  constexpr int steps = 100;
  Line line;
  int used = 0;
  std::vector<double> sum(steps + 1);
  for (const ClassAnalysis& of_class : classes) {
    const PrecisionRecall* const curve = curve_at(of_class, threshold);
    if (curve == nullptr || curve->precision.empty()) continue;
    ++used;
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] += precision_at(*curve, static_cast<double>(i) / steps);
    }
  }
  if (used == 0) return std::nullopt;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    line.x.push_back(static_cast<double>(i) / steps);
    line.y.push_back(sum[i] / used);
  }
  line.name = iou_name(threshold);
  const double mean = std::accumulate(line.y.begin(), line.y.end(), 0.0) / (steps + 1);
  line.title = fmt::format("{}: mean precision {:.4f}", line.name, mean);
  return line;
}

std::string mean_plot(const TypeReport& type, std::span<const double> thresholds) {
  std::vector<Line> lines;
  std::vector<Marker> markers;
  std::vector<KeyEntry> entries;
  for (std::size_t i = 0; i < thresholds.size(); ++i) {
    auto line = mean_line(type.analysis.classes, thresholds[i]);
    if (!line) continue;
    line->css_class = series[i];
    entries.push_back({line->name, series[i]});
    for (std::size_t at = 0; at < line->x.size(); at += 10) {
      markers.push_back({line->x[at], line->y[at], series[i],
                         fmt::format("{}: recall {:.2f}, precision {:.4f}", line->name, line->x[at],
                                     line->y[at])});
    }
    lines.push_back(std::move(*line));
  }
  if (lines.empty()) return {};
  const std::string name = fmt::format("{}: mean precision over recall", type.type);
  return figure(escape(type.type) + ", mean over classes",
                line_plot(name, "recall", "precision", lines, markers, false), key(entries));
}

std::string small_plot(const ClassAnalysis& of_class, std::span<const double> thresholds) {
  std::vector<Line> lines;
  for (std::size_t i = 0; i < thresholds.size(); ++i) {
    const PrecisionRecall* const curve = curve_at(of_class, thresholds[i]);
    if (curve == nullptr) continue;
    lines.push_back({iou_name(thresholds[i]), series[i], curve->recall, curve->precision,
                     fmt::format("{}, {}", of_class.name, iou_name(thresholds[i]))});
  }
  std::vector<Marker> markers;
  const OperatingPoint& best = of_class.best;
  if (best.f1 >= 0) {
    markers.push_back(
        {best.recall, best.precision, "ring",
         fmt::format("best F1 {:.3f} at score {:.3f}: precision {:.3f}, recall {:.3f}", best.f1,
                     best.score, best.precision, best.recall)});
  }
  return small_figure(of_class.name, number(of_class.ap),
                      line_plot(of_class.name + ": precision over recall", "recall", "precision",
                                lines, markers, true));
}

std::string plots_grid(std::span<const ClassAnalysis* const> classes,
                       std::span<const double> thresholds, std::string_view minimum) {
  std::vector<std::string> plots;
  for (const ClassAnalysis* of_class : classes) {
    plots.push_back(small_plot(*of_class, thresholds));
  }
  return grid(plots, minimum);
}

/// Lowest AP first, where help is needed; of many classes those in the middle are folded away.
std::string small_plots(const TypeReport& type, std::span<const double> thresholds) {
  std::vector<const ClassAnalysis*> order;
  for (const ClassAnalysis& of_class : type.analysis.classes) {
    if (!of_class.curves.empty()) order.push_back(&of_class);
  }
  std::ranges::stable_sort(order, {}, [](const ClassAnalysis* c) { return c->ap; });
  const std::string note =
      "By class with its AP, lowest first; axes and colours as above. The ring is the highest F1 "
      "at "
      "IoU 0.50.";
  if (order.size() <= all_shown) {
    return paragraph(note, "note") +
           plots_grid(order, thresholds, order.size() <= few_classes ? large : small);
  }
  const std::span<const ClassAnalysis* const> all = order;
  const auto low = all.first(lowest_shown), high = all.last(highest_shown);
  const auto middle = all.subspan(lowest_shown, all.size() - lowest_shown - highest_shown);
  return paragraph(note, "note") + plots_grid(low, thresholds, small) +
         fmt::format(
             "<details><summary>The {} classes between these and the {} highest</summary>\n",
             middle.size(), highest_shown) +
         plots_grid(middle, thresholds, small) + "</details>\n" +
         plots_grid(high, thresholds, small);
}

}  // namespace

Section curves_section(const Report& report) {
  Section section{"curves", "Precision and recall", {}};
  std::vector<std::string> means;
  std::string by_class;
  for (const TypeReport& type : report.types) {
    const std::vector<double> thresholds = shown_thresholds(type.analysis.classes);
    if (thresholds.empty()) continue;
    means.push_back(mean_plot(type, thresholds));
    by_class += type_heading(report, type) + small_plots(type, thresholds);
  }
  if (means.empty()) return section;
  section.body = paragraph(
                     "Precision is the highest one at a recall or beyond, as the COCO API "
                     "averages it; all sizes, the highest limit of detections.") +
                 grid(means, "24rem") + by_class;
  return section;
}

}  // namespace roiflow::page
