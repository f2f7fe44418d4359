#include <algorithm>

#include <fmt/format.h>

#include "apps/report/page/sections.hpp"
#include "apps/report/page/svg_plot.hpp"

namespace roiflow::page {
namespace {

constexpr std::size_t most_interval_rows = 120;
constexpr std::size_t rows_a_plot = 40;

bool known(const Interval& bounds) {
  return bounds.low >= 0 && bounds.high >= 0;
}

double stat(const TypeReport& type, std::string_view name) {
  const auto found = std::ranges::find(type.stats, name, &NamedStat::name);
  return found != type.stats.end() ? found->value : -1;
}

std::string difference(double value) {
  return value == 0 ? "0" : fmt::format("{:+.2e}", value);
}

std::string headline_table(const Report& report) {
  Table table({{"number", Align::left},
               {"value"},
               {"over orders of equal scores", Align::right,
                "lowest and highest value over all orders of detections with equal scores"},
               {"95 % interval", Align::right, "bootstrap over images"}});
  for (const TypeReport& type : report.types) {
    const Analysis& analysis = type.analysis;
    if (known(analysis.ap_ties) || known(analysis.ap_confidence)) {
      table.add({escape(type.type) + " AP", number(stat(type, "AP")), interval(analysis.ap_ties),
                 interval(analysis.ap_confidence)});
    }
    if (known(analysis.ap50_confidence)) {
      table.add({escape(type.type) + " AP50", number(stat(type, "AP50")), "&ndash;",
                 interval(analysis.ap50_confidence)});
    }
  }
  return table.empty() ? std::string() : table.html();
}

/// The 95 % interval of each class, where there is one; else that of ties, where it has a width.
std::string class_intervals(const TypeReport& type) {
  std::vector<IntervalRow> rows;
  const bool bootstrap = type.analysis.bootstrap_samples > 0;
  for (const ClassAnalysis& of_class : type.analysis.classes) {
    const Interval& bounds = bootstrap ? of_class.ap_confidence : of_class.ap_ties;
    if (!known(bounds) || (!bootstrap && bounds.low == bounds.high)) continue;
    rows.push_back({of_class.name, of_class.ap, bounds.low, bounds.high, bootstrap ? "s1" : "s2",
                    fmt::format("{}: AP {:.4f}, {:.4f} to {:.4f}", of_class.name, of_class.ap,
                                bounds.low, bounds.high)});
  }
  if (rows.empty() || rows.size() > most_interval_rows) return {};
  std::ranges::stable_sort(rows, {}, &IntervalRow::value);
  const std::string what =
      bootstrap ? "AP and its 95 % interval by class" : "AP over orders of equal scores by class";
  std::vector<std::string> plots;
  const std::span<const IntervalRow> all = rows;
  for (std::size_t begin = 0; begin < all.size(); begin += rows_a_plot) {
    plots.push_back(interval_plot(type.type + ": " + what, unit_axis("AP"),
                                  all.subspan(begin, std::min(rows_a_plot, all.size() - begin))));
  }
  return figure(escape(type.type) + ": " + what, grid(plots, "24rem"));
}

}  // namespace

Section uncertainty_section(const Report& report) {
  Section section{"uncertainty", "How sure the numbers are", {}};
  const std::string table = headline_table(report);
  if (table.empty()) return section;
  int samples = 0;
  std::string figures;
  for (const TypeReport& type : report.types) {
    samples = std::max(samples, type.analysis.bootstrap_samples);
    figures += class_intervals(type);
  }
  section.body = paragraph(
      "Detections with equal scores can be put in any order; the first interval holds what AP "
      "could "
      "then be. " +
      (samples > 0
           ? fmt::format("The second is from {} samples of the images with replacement: what "
                         "another set of as many images could have given.",
                         samples)
           : std::string("No bootstrap was asked for.")));
  section.body += table + figures;
  return section;
}

Section conventions_section(const Report& report) {
  Section section{"conventions", "Other conventions", {}};
  for (const TypeReport& type : report.types) {
    const auto& rows = type.analysis.conventions;
    if (rows.empty()) continue;
    Table table({{"convention", Align::left},
                 {"AP"},
                 {"AP50"},
                 {"AP75"},
                 {"AP &minus; first", Align::right, "difference to the first row"},
                 {"in what it differs", Align::left}});
    for (const ConventionRow& row : rows) {
      const bool first = &row == &rows.front() || row.ap < 0 || rows.front().ap < 0;
      table.add({escape(row.name), number(row.ap), number(row.ap50), number(row.ap75),
                 first ? "" : difference(row.ap - rows.front().ap),
                 "<span class=\"note\">" + escape(row.description) + "</span>"});
    }
    section.body += type_heading(report, type) + table.html();
  }
  if (!section.body.empty()) {
    section.body =
        paragraph("The same matches, counted as other tools count: why two tools disagree.") +
        section.body;
  }
  return section;
}

}  // namespace roiflow::page
