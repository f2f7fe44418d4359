#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "apps/report/page/sections.hpp"
#include "apps/report/page/svg_plot.hpp"

namespace roiflow::page {
namespace {

constexpr std::size_t classes_a_plot = 40;
constexpr std::size_t most_classes = 200;
const std::vector<KeyEntry> both_sides = {{"ground truth", "s1"}, {"detections", "s2"}};

template <std::size_t N>
std::vector<double> as_doubles(const std::array<std::uint64_t, N>& counts) {
  return {counts.begin(), counts.end()};
}

double largest(const std::vector<double>& a, const std::vector<double>& b) {
  return std::max(std::ranges::max(a), std::ranges::max(b));
}

/// The side of a square of that many octaves of area, in pixels.
std::string side(double octave) {
  const double pixels = std::exp2(octave / 2);
  return pixels < 10 ? fmt::format("{:.1f}", pixels) : fmt::format("{:.0f}", pixels);
}

std::string size_histogram(const Distributions& counts) {
  const std::vector<double> truths = as_doubles(counts.truth_areas);
  const std::vector<double> found = as_doubles(counts.detection_areas);
  std::size_t first = area_buckets - 1, last = 0;
  for (std::size_t b = 0; b < area_buckets; ++b) {
    if (truths[b] + found[b] == 0) continue;
    first = std::min(first, b / 2 * 2);  // ticks are at even octaves of area
    last = b;
  }
  first = std::min(first, last / 2 * 2);
  const auto shown = [&](const std::vector<double>& all) {
    return std::vector<double>(all.begin() + static_cast<std::ptrdiff_t>(first),
                               all.begin() + static_cast<std::ptrdiff_t>(last + 1));
  };
  std::vector<double> edges;
  std::vector<std::string> titles;
  titles.reserve(last + 2 - first);
  for (std::size_t b = first; b <= last + 1; ++b) edges.push_back(static_cast<double>(b));
  for (const double edge : edges)
    titles.push_back(fmt::format("side {} to {} px", side(edge), side(edge + 1)));
  Axis x{"side = square root of the area, pixels", edges.front(), edges.back(), {}};
  for (double octave = edges.front(); octave <= edges.back(); octave += 2)
    x.ticks.push_back({octave, side(octave)});
  const std::vector<BarSeries> series = {{"objects", "s1", shown(truths)},
                                         {"detections", "s2", shown(found)}};
  const double small_end = 2 * std::log2(32.0), large_begin = 2 * std::log2(96.0);
  std::vector<double> borders;
  std::vector<Tick> regions;
  if (edges.front() + 1 < small_end && edges.back() > large_begin + 1) {
    borders = {small_end, large_begin};
    regions = {{(edges.front() + small_end) / 2, "small"},
               {(small_end + large_begin) / 2, "medium"},
               {(large_begin + edges.back()) / 2, "large"}};
  }
  return figure("Size",
                histogram("objects and detections by size", x,
                          counting_axis("number", largest(truths, found)), edges, series, titles,
                          borders, regions),
                key(both_sides));
}

std::string score_histogram(const Distributions& counts) {
  const std::vector<double> found = as_doubles(counts.detection_scores);
  std::vector<double> edges;
  std::vector<std::string> titles;
  for (std::size_t b = 0; b <= score_buckets; ++b) {
    edges.push_back(static_cast<double>(b) / score_buckets);
    titles.push_back(
        fmt::format("score {:.2f} to {:.2f}", edges.back(), edges.back() + 1.0 / score_buckets));
  }
  const std::vector<BarSeries> series = {{"detections", "s2", found}};
  const std::vector<KeyEntry> entry = {{"detections", "s2"}};
  return figure(
      "Score",
      histogram("detections by score", unit_axis("score"),
                counting_axis("number", std::ranges::max(found)), edges, series, titles, {}, {}),
      key(entry));
}

std::vector<ClassCounts> most_frequent(std::vector<ClassCounts> classes) {
  std::ranges::stable_sort(classes, std::ranges::greater(), &ClassCounts::ground_truths);
  classes.resize(std::min(classes.size(), most_classes));
  return classes;
}

std::string class_bars(const Distributions& counts) {
  const std::vector<ClassCounts> classes = most_frequent(counts.classes);
  double most = 1;
  for (const ClassCounts& c : classes) {
    most =
        std::max({most, static_cast<double>(c.ground_truths), static_cast<double>(c.detections)});
  }
  const Axis axis = counting_axis("number", most);
  const std::vector<std::string> colours = {"s1", "s2"};
  std::vector<std::string> plots;
  for (std::size_t begin = 0; begin < classes.size(); begin += classes_a_plot) {
    std::vector<BarRow> rows;
    for (std::size_t i = begin; i < std::min(begin + classes_a_plot, classes.size()); ++i) {
      const ClassCounts& c = classes[i];
      rows.push_back(
          {c.name,
           {static_cast<double>(c.ground_truths), static_cast<double>(c.detections)},
           {fmt::format("{}: {} objects and {} crowds", c.name, c.ground_truths, c.crowds),
            fmt::format("{}: {} detections", c.name, c.detections)},
           ""});
    }
    plots.push_back(row_bars("objects and detections by class", axis, colours, rows, false));
  }
  const std::string title = classes.size() < counts.classes.size()
                                ? fmt::format("Classes<small>the {} most frequent of {}</small>",
                                              classes.size(), counts.classes.size())
                                : std::string("Classes");
  return figure(title, grid(plots, "24rem"), key(both_sides));
}

}  // namespace

Section distributions_section(const Report& report) {
  Section section{"distributions", "Sizes, scores, classes", {}};
  if (!report.distributions) return section;
  const Distributions& counts = *report.distributions;
  section.body = paragraph(
                     "Objects are those to be found; crowds are not among them. Sizes are on a "
                     "logarithmic scale, two bars an octave of the side.") +
                 grid({size_histogram(counts), score_histogram(counts)}, "24rem");
  if (!counts.classes.empty()) section.body += class_bars(counts);
  return section;
}

}  // namespace roiflow::page
