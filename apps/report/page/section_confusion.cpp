#include <algorithm>

#include <fmt/format.h>

#include "apps/report/page/heat_map.hpp"
#include "apps/report/page/sections.hpp"

namespace roiflow::page {
namespace {

constexpr std::size_t most_pairs = 20;
constexpr std::size_t most_classes_beside_each_other = 8;

struct Pair {
  std::size_t truth = 0, found = 0;
  std::uint64_t count = 0;
  double share = 0;  ///< of the truth's objects
};

/// Pairs of different classes, most often confused first; `all` gets how many there are.
std::vector<Pair> confused_pairs(const ConfusionMatrix& matrix) {
  const std::size_t classes = matrix.labels.size(), columns = classes + 1;
  std::vector<Pair> pairs;
  for (std::size_t r = 0; r < classes; ++r) {
    std::uint64_t objects = 0;
    for (std::size_t c = 0; c < columns; ++c) objects += matrix.counts[r * columns + c];
    for (std::size_t c = 0; c < classes; ++c) {
      const std::uint64_t n = matrix.counts[r * columns + c];
      if (r == c || n == 0) continue;
      pairs.push_back({r, c, n, static_cast<double>(n) / static_cast<double>(objects)});
    }
  }
  std::ranges::stable_sort(pairs, std::ranges::greater(), &Pair::count);
  return pairs;
}

std::string pairs_table(const ConfusionMatrix& matrix) {
  const std::vector<Pair> pairs = confused_pairs(matrix);
  if (pairs.empty()) return paragraph("No two classes were confused.", "note");
  Table table({{"ground truth", Align::left},
               {"detected as", Align::left},
               {"times"},
               {"of its objects", Align::right, "share of the ground truth of that class"}},
              true);
  for (std::size_t i = 0; i < std::min(most_pairs, pairs.size()); ++i) {
    const Pair& pair = pairs[i];
    table.add({escape(matrix.labels[pair.truth]), escape(matrix.labels[pair.found]),
               count(pair.count), percent(pair.share)});
  }
  const std::string title =
      pairs.size() > most_pairs
          ? fmt::format("The {} most confused of {} pairs", most_pairs, pairs.size())
          : std::string("Confused pairs");
  return "<figure><figcaption>" + title + "</figcaption>\n" + table.html() + "</figure>\n";
}

std::string matrix_figure(const TypeReport& type) {
  const ConfusionMatrix& matrix = type.analysis.confusion;
  HeatMap map{.name = type.type + ": confusion matrix",
              .row_axis = "ground truth",
              .column_axis = "detected as",
              .rows = matrix.labels,
              .columns = matrix.labels,
              .counts = matrix.counts};
  map.rows.emplace_back("background");
  map.columns.emplace_back("missed");
  return figure(escape(type.type), "<div class=\"scroll\">" + heat_map(map) + "</div>");
}

std::string rule(const ConfusionMatrix& matrix) {
  return paragraph(fmt::format(
      "Each detection with a score of at least {:.2f}, best first, takes the free object of "
      "largest "
      "IoU from {:.2f} on, whatever its class. Colour is the share of the row; hover for counts "
      "and percentages. The last row holds detections of nothing, the last column objects that "
      "nothing was found for.",
      matrix.score_threshold, matrix.iou_threshold));
}

}  // namespace

Section confusion_section(const Report& report) {
  Section section{"confusion", "Confusion matrix", {}};
  std::vector<std::string> maps, tables;
  bool small = true;
  for (const TypeReport& type : report.types) {
    const ConfusionMatrix& matrix = type.analysis.confusion;
    const std::size_t cells = (matrix.labels.size() + 1) * (matrix.labels.size() + 1);
    if (matrix.labels.empty() || matrix.counts.size() != cells) continue;
    if (section.body.empty()) section.body = rule(matrix);
    small = small && matrix.labels.size() <= most_classes_beside_each_other;
    maps.push_back(matrix_figure(type));
    tables.push_back(type_heading(report, type) + pairs_table(matrix));
  }
  if (maps.empty()) return section;
  if (small) {
    section.body += grid(maps, "22rem");
    for (std::string& table : tables) table = "<div>" + table + "</div>";
    section.body += grid(tables, "22rem");
    return section;
  }
  for (std::size_t i = 0; i < maps.size(); ++i) section.body += maps[i] + tables[i];
  return section;
}

}  // namespace roiflow::page
