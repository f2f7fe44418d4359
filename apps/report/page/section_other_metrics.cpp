#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "apps/report/page/sections.hpp"
#include "apps/report/page/svg_plot.hpp"

namespace roiflow::page {
namespace {

constexpr std::size_t most_small_plots = 90;
constexpr std::size_t most_points = 400;

std::string shaded(double value) {
  if (!(value >= 0)) return number(value);
  return fmt::format("<span class=\"v\" style=\"--v:{:.1f}%\">{}</span>",
                     100 * std::min(1.0, value), number(value));
}

/// The curve has a point a detection: thinned to what a small plot can show.
std::string voc_curve(const VocClass& of_class) {
  Line line{"raw curve", "s1", {}, {}, of_class.name};
  const std::size_t n = std::min(of_class.recall.size(), of_class.precision.size());
  const std::size_t step = std::max<std::size_t>(1, n / most_points);
  for (std::size_t i = 0; i < n; i += step) {
    line.x.push_back(of_class.recall[i]);
    line.y.push_back(of_class.precision[i]);
  }
  const std::vector<Line> lines = {line};
  return small_figure(of_class.name, number(of_class.ap),
                      line_plot(of_class.name + ": precision over recall (VOC)", "recall",
                                "precision", lines, {}, true));
}

std::string voc_rule(const VocMetrics& voc) {
  return paragraph(
      fmt::format("Mean AP <b>{}</b>: {} at an overlap {} {:g}, boxes with inclusive ends (+1), "
                  "difficult objects "
                  "left out. Curves are raw: a point a detection, best score first.",
                  number(voc.map),
                  voc.metric == "voc07"   ? "precision at eleven recalls (VOC2007)"
                  : voc.metric == "voc10" ? "the area under the curve (VOC2010 and later)"
                                          : escape(voc.metric),
                  voc.comparison == ">=" ? "&ge;" : escape(voc.comparison), voc.iou_threshold));
}

}  // namespace

Section voc_section(const Report& report) {
  Section section{"voc", "PASCAL VOC", {}};
  if (!report.voc) return section;
  const VocMetrics& voc = *report.voc;
  Table table({{"class", Align::left},
               {"AP"},
               {"objects", Align::right, "that are not difficult"},
               {"detections"}},
              true);
  std::vector<std::string> plots;
  for (const VocClass& of_class : voc.classes) {
    table.add({escape(of_class.name), shaded(of_class.ap), count(of_class.ground_truths),
               count(of_class.detections)});
    if (!of_class.recall.empty() && plots.size() < most_small_plots)
      plots.push_back(voc_curve(of_class));
  }
  section.body = voc_rule(voc) + table.html();
  if (!plots.empty()) section.body += grid(plots, "8.8rem");
  return section;
}

Section semantic_section(const Report& report) {
  Section section{"semantic", "Semantic segmentation", {}};
  if (!report.semantic) return section;
  const SemanticMetrics& metrics = report.semantic->metrics;
  Table headline({{"convention", Align::left},
                  {"pixel accuracy"},
                  {"mean accuracy"},
                  {"mean IU"},
                  {"frequency-weighted IU"}});
  const auto row = [&](const SemanticMetrics& by, const std::string& name) {
    headline.add({name, number(by.pixel_accuracy), number(by.mean_accuracy), number(by.mean_iu),
                  number(by.frequency_weighted_iu)});
  };
  row(metrics, "<b>" + escape(metrics.policy) + "</b>");
  for (const SemanticMetrics& other : report.semantic->conventions) {
    if (other.policy != metrics.policy) row(other, escape(other.policy));
  }
  Table classes({{"class", Align::left},
                 {"IU"},
                 {"accuracy"},
                 {"pixels", Align::right, "of the ground truth"},
                 {"predicted pixels"}},
                true);
  for (std::size_t k = 0; k < metrics.class_iu.size(); ++k) {
    const auto& labels = report.semantic->labels;
    classes.add({k < labels.size() ? escape(labels[k]) : fmt::format("{}", k),
                 shaded(metrics.class_iu[k]), number(metrics.class_accuracy[k]),
                 count(metrics.ground_truth_pixels[k]), count(metrics.predicted_pixels[k])});
  }
  section.body = paragraph("Classes that do not occur are treated as <b>" + escape(metrics.policy) +
                           "</b> does; a dash means undefined.") +
                 headline.html() + classes.html();
  return section;
}

}  // namespace roiflow::page
