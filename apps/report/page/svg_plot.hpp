/// Plots as inline SVG: axes with ticks and units, lines, bars, heat maps. Private to the report
/// room.
///
/// Colours are the page's CSS classes (s1 s2 s3: series; grid, axis), so one drawing serves the
/// light and the dark scheme. Every mark has its value in a <title>, which browsers show on hover;
/// the page's script adds a cross-hair to line plots. Names and labels are plain text and are
/// escaped here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace roiflow::page {

struct Tick {
  double at = 0;
  std::string label;
};

struct Axis {
  std::string label;  ///< with the unit
  double low = 0, high = 1;
  std::vector<Tick> ticks;
};

/// 0, 0.2, ... 1.
[[nodiscard]] Axis unit_axis(std::string label);
/// From 0 to a round number that is not below `largest`.
[[nodiscard]] Axis counting_axis(std::string label, double largest);

/// The frame of a plot: maps values to the drawing's own pixels.
class PlotArea {
 public:
  struct Margins {
    double left = 46, right = 10, top = 8, bottom = 38;
  };
  PlotArea(double width, double height, Axis x, Axis y, Margins margins);
  [[nodiscard]] double x(double value) const;
  [[nodiscard]] double y(double value) const;
  /// <svg ...> with its accessible name.
  [[nodiscard]] std::string open(const std::string& name, const std::string& css_class) const;
  /// Grid lines, tick labels, axis labels.
  [[nodiscard]] std::string axes() const;

  double width, height;
  Margins margins;

 private:
  Axis x_axis_, y_axis_;
};

struct Line {
  std::string name;
  std::string css_class;
  std::vector<double> x, y;
  std::string title;  ///< on hover over the line
};
/// A point with a ring around it.
struct Marker {
  double x = 0, y = 0;
  std::string css_class, title;
};
/// Curves in the unit square. `compact`: a small multiple, with few ticks and without axis labels.
[[nodiscard]] std::string line_plot(const std::string& name, const std::string& x_label,
                                    const std::string& y_label, std::span<const Line> lines,
                                    std::span<const Marker> markers, bool compact);

/// Upright bars between `edges` (one more than values) of one or two series side by side.
struct BarSeries {
  std::string name;
  std::string css_class;
  std::vector<double> values;
};
/// `titles`: what a bucket is, for the hover text. `borders`: upright lines; `regions`:
/// labels above the plot.
[[nodiscard]] std::string histogram(const std::string& name, const Axis& x, const Axis& y,
                                    std::span<const double> edges,
                                    std::span<const BarSeries> series,
                                    std::span<const std::string> titles,
                                    std::span<const double> borders, std::span<const Tick> regions);

/// Lying bars, a row a label; several series under each other, or one after the other (`stacked`).
struct BarRow {
  std::string label;
  std::vector<double> values;       ///< one a series
  std::vector<std::string> titles;  ///< on hover; one a series
  std::string note;                 ///< behind the bar; may be empty
};
[[nodiscard]] std::string row_bars(const std::string& name, const Axis& x,
                                   std::span<const std::string> css_classes,
                                   std::span<const BarRow> rows, bool stacked);

/// A value and the interval around it, a row a label.
struct IntervalRow {
  std::string label;
  double value = 0, low = 0, high = 0;
  std::string css_class, title;
};
[[nodiscard]] std::string interval_plot(const std::string& name, const Axis& x,
                                        std::span<const IntervalRow> rows);

/// The key of a plot as HTML: a coloured square and a name each.
struct KeyEntry {
  std::string name, css_class;
};
[[nodiscard]] std::string key(std::span<const KeyEntry> entries);

}  // namespace roiflow::page
