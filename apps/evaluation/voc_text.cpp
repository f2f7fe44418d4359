#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "apps/evaluation/voc_evaluation.hpp"

namespace roiflow {
namespace {

std::string points(double value) {
  return std::isnan(value) ? "-" : fmt::format("{:.4f}", value);
}

std::string rule_text(const VocMetrics& m) {
  const std::string grid = m.grid.empty() ? "" : fmt::format(", recalls of {}", m.grid);
  return fmt::format("{}, overlap {} {}{}", m.metric, m.comparison, m.iou_threshold, grid);
}

}  // namespace

std::string voc_table(const VocEvaluation& evaluation) {
  const VocMetrics& m = evaluation.metrics;
  std::size_t width = 5;
  for (const VocClass& c : m.classes) width = std::max(width, c.name.size());
  std::string text = fmt::format("voc: {} images, {} detections; {}\n", evaluation.images,
                                 evaluation.detections, rule_text(m));
  if (evaluation.left_out > 0) {
    text += fmt::format("{} images left out: the run failed on them or did not reach them\n",
                        evaluation.left_out);
  }
  text += fmt::format("  {:<{}} {:>8} {:>9} {:>10} {:>9} {:>9}\n", "class", width, "AP", "objects",
                      "detections", "right", "wrong");
  for (const VocClass& c : m.classes) {
    text += fmt::format("  {:<{}} {:>8} {:>9} {:>10} {:>9} {:>9}\n", c.name, width, points(c.ap),
                        c.ground_truths, c.detections, c.true_positives, c.false_positives);
  }
  text += fmt::format("  {:<{}} {:>8} over {} of {} classes", "mean", width, points(m.map),
                      m.classes_with_ap, m.classes.size());
  const std::size_t absent = m.classes.size() - m.classes_with_ap;
  if (absent > 0) text += fmt::format("; {} without objects that count", absent);
  return text + '\n';
}

}  // namespace roiflow
