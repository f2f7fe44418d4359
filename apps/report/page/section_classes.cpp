#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "apps/report/page/sections.hpp"

namespace roiflow::page {
namespace {

struct ClassColumn {
  Table::Column column;
  std::function<bool(const ClassAnalysis&)> present;
  std::function<std::string(const ClassAnalysis&)> cell;
};

/// A number with a bar of that share behind it.
std::string shaded(double value) {
  if (!(value >= 0)) return number(value);
  return fmt::format("<span class=\"v\" style=\"--v:{:.1f}%\">{}</span>",
                     100 * std::min(1.0, value), number(value));
}

std::vector<ClassColumn> class_columns() {
  using C = const ClassAnalysis&;
  const auto always = [](C) { return true; };
  const auto counted = [](C c) { return c.ground_truths + c.detections > 0; };
  const auto judged = [](C c) { return c.best.f1 >= 0; };
  return {
      {{"class", Align::left}, always, [](C c) { return escape(c.name); }},
      {{"AP", Align::right, "mean over the IoU thresholds"},
       always,
       [](C c) { return shaded(c.ap); }},
      {{"AP50", Align::right, "at IoU 0.50"}, always, [](C c) { return number(c.ap50); }},
      {{"AP75", Align::right, "at IoU 0.75"}, always, [](C c) { return number(c.ap75); }},
      {{"objects", Align::right, "ground truth to be found; crowds are not"},
       counted,
       [](C c) { return count(c.ground_truths); }},
      {{"detections", Align::right, "that count: neither ignored nor cut off"},
       counted,
       [](C c) { return count(c.detections); }},
      {{"true", Align::right, "detections that are right at IoU 0.50"},
       counted,
       [](C c) { return count(c.true_positives); }},
      {{"best F1", Align::right, "highest F1 at IoU 0.50, from the raw curve"},
       judged,
       [](C c) { return number(c.best.f1); }},
      {{"at score", Align::right, "keep detections from this score on"},
       judged,
       [](C c) { return number(c.best.score); }},
      {{"precision", Align::right, "at the best F1"},
       judged,
       [](C c) { return number(c.best.precision); }},
      {{"recall", Align::right, "at the best F1"},
       judged,
       [](C c) { return number(c.best.recall); }},
  };
}

std::string class_table_html(const std::vector<ClassAnalysis>& classes) {
  std::vector<ClassColumn> used;
  for (ClassColumn& column : class_columns()) {
    if (std::ranges::any_of(classes, column.present)) used.push_back(std::move(column));
  }
  std::vector<Table::Column> columns;
  columns.reserve(used.size());
  for (const ClassColumn& column : used) columns.push_back(column.column);
  Table table(columns, true);
  for (const ClassAnalysis& of_class : classes) {
    std::vector<std::string> cells;
    cells.reserve(used.size());
    for (const ClassColumn& column : used) cells.push_back(column.cell(of_class));
    table.add(cells);
  }
  return table.html();
}

}  // namespace

Section classes_section(const Report& report) {
  Section section{"classes", "Classes", {}};
  for (const TypeReport& type : report.types) {
    if (type.analysis.classes.empty()) continue;
    section.body += type_heading(report, type) + class_table_html(type.analysis.classes);
  }
  return section;
}

}  // namespace roiflow::page
