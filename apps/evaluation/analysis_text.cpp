#include "apps/evaluation/analysis_text.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace roiflow {
namespace {

constexpr std::size_t name_width = 18;

/// At most `width` bytes, not ending inside a UTF-8 character.
std::string shortened(const std::string& name, std::size_t width) {
  if (name.size() <= width) return name;
  std::size_t end = width - 1;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
  return name.substr(0, end) + "~";
}

std::string percent(double ratio) {
  return ratio < 0 ? "-" : fmt::format("{:.1f}", 100 * ratio);
}

std::string percent(const Interval& interval, int digits = 1) {
  if (interval.low < 0) return "-";
  return fmt::format("{:.{}f} .. {:.{}f}", 100 * interval.low, digits, 100 * interval.high, digits);
}

std::string difference(const Difference& value) {
  if (value.a < 0 || value.b < 0) return "-";
  return fmt::format("{:+.1f}", 100 * (value.b - value.a));
}

std::string confidence(const Difference& value) {
  if (!value.confidence) return "";
  return fmt::format("  95 % {:+.1f} .. {:+.1f}", 100 * value.confidence->low,
                     100 * value.confidence->high);
}

std::string confusion_matrix(const ConfusionMatrix& matrix) {
  constexpr std::size_t width = 9;
  const std::size_t classes = matrix.labels.size(), side = classes + 1;
  std::string text = fmt::format("  {:>{}}", "true \\ found as", name_width);
  for (const std::string& label : matrix.labels) {
    text += fmt::format(" {:>{}}", shortened(label, width), width);
  }
  text += fmt::format(" {:>{}}\n", "missed", width);
  for (std::size_t row = 0; row < side; ++row) {
    const std::string label = row < classes ? matrix.labels[row] : "background";
    text += fmt::format("  {:>{}}", shortened(label, name_width), name_width);
    for (std::size_t column = 0; column < side; ++column) {
      if (row == classes && column == classes) break;
      text += fmt::format(" {:>{}}", matrix.counts[row * side + column], width);
    }
    text += '\n';
  }
  return text;
}

/// The largest counts off the diagonal, of a class taken for another.
std::string commonest_confusions(const ConfusionMatrix& matrix) {
  constexpr std::size_t most = 12;
  struct Pair {
    std::uint64_t count;
    std::size_t truth, found;
  };
  std::vector<Pair> pairs;
  const std::size_t classes = matrix.labels.size();
  for (std::size_t row = 0; row < classes; ++row) {
    for (std::size_t column = 0; column < classes; ++column) {
      const std::uint64_t count = matrix.counts[row * (classes + 1) + column];
      if (row != column && count > 0) pairs.push_back({count, row, column});
    }
  }
  std::ranges::stable_sort(pairs, std::ranges::greater{}, &Pair::count);
  if (pairs.empty()) return "  no class was taken for another\n";
  std::string text;
  for (std::size_t i = 0; i < std::min(most, pairs.size()); ++i) {
    text += fmt::format("  {:>8}  {} taken for {}\n", pairs[i].count, matrix.labels[pairs[i].truth],
                        matrix.labels[pairs[i].found]);
  }
  return text;
}

std::string kind_line(const ErrorKind& kind) {
  return fmt::format("  {:<16} {:>6.2f} {:>9}\n", kind.name, 100 * kind.loss, kind.count);
}

std::string image_counts(const ImageErrors& image) {
  return fmt::format("{} right, {} wrong, {} missed", image.true_positives, image.false_positives,
                     image.misses);
}

}  // namespace

std::string class_table_text(const Analysis& analysis, std::size_t most) {
  std::vector<const ClassAnalysis*> rows;
  for (const ClassAnalysis& row : analysis.classes) rows.push_back(&row);
  std::ranges::stable_sort(rows, [](const auto* a, const auto* b) {
    return (a->ap < 0) != (b->ap < 0) ? b->ap < 0 : a->ap < b->ap;
  });
  if (rows.empty()) return "";
  std::string text = fmt::format(
      "Classes, the worst first (best F1 at IoU 0.50)\n  {:<{}} {:>6} {:>6} {:>6} "
      "{:>8} {:>10} {:>6} {:>9} {:>6} {:>6}\n",
      "class", name_width, "AP", "AP50", "AP75", "objects", "detections", "score", "precision",
      "recall", "F1");
  for (const ClassAnalysis* row : rows) {
    if (most-- == 0) break;
    const OperatingPoint& best = row->best;
    text += fmt::format("  {:<{}} {:>6} {:>6} {:>6} {:>8} {:>10} {:>6} {:>9} {:>6} {:>6}\n",
                        shortened(row->name, name_width), name_width, percent(row->ap),
                        percent(row->ap50), percent(row->ap75), row->ground_truths, row->detections,
                        best.f1 < 0 ? "-" : fmt::format("{:.3f}", best.score),
                        percent(best.precision), percent(best.recall), percent(best.f1));
  }
  return text;
}

std::string confusion_text(const ConfusionMatrix& matrix) {
  constexpr std::size_t most_columns = 12;
  if (matrix.counts.empty()) return "";
  return fmt::format("Confusion at IoU {:.2f}, score {:.3f} and above\n", matrix.iou_threshold,
                     matrix.score_threshold) +
         (matrix.labels.size() <= most_columns ? confusion_matrix(matrix)
                                               : commonest_confusions(matrix));
}

std::string errors_text(const ErrorBreakdown& errors) {
  if (errors.main.empty()) return "";
  std::string text = fmt::format(
      "Errors by TIDE: AP50 lost to each kind (TIDE's own AP50 is {})\n  {:<16} {:>6} {:>9}\n",
      percent(errors.ap), "error", "dAP", "count");
  for (const ErrorKind& kind : errors.main) text += kind_line(kind);
  for (const ErrorKind& kind : errors.special) text += kind_line(kind);
  return text;
}

std::string intervals_text(const Analysis& analysis) {
  std::string text = fmt::format("How sure is AP?\n  over all orders of equal scores: {}\n",
                                 percent(analysis.ap_ties, 3));
  if (analysis.bootstrap_samples > 0) {
    text += fmt::format("  95 % over images (bootstrap, {} samples): AP {}, AP50 {}\n",
                        analysis.bootstrap_samples, percent(analysis.ap_confidence),
                        percent(analysis.ap50_confidence));
  }
  return text;
}

std::string conventions_text(const Analysis& analysis) {
  if (analysis.conventions.empty()) return "";
  std::string text = fmt::format(
      "The same matches by other programs' rules\n  {:<20} {:>8} {:>8} "
      "{:>8}\n",
      "rule", "AP", "AP50", "AP75");
  const auto value = [](double ap) { return ap < 0 ? "-" : fmt::format("{:.3f}", 100 * ap); };
  for (const ConventionRow& row : analysis.conventions) {
    text += fmt::format("  {:<20} {:>8} {:>8} {:>8}\n", row.name, value(row.ap), value(row.ap50),
                        value(row.ap75));
  }
  for (const ConventionRow& row : analysis.conventions) {
    text += fmt::format("  {}: {}\n", row.name, row.description);
  }
  return text;
}

std::string images_text(const Analysis& analysis, std::size_t most) {
  std::string text;
  for (const ImageErrors& image : analysis.images) {
    if (most-- == 0 || image.false_positives + image.misses == 0) break;
    text += fmt::format("  {:>12}  {}\n", image.image_id, image_counts(image));
  }
  return text.empty() ? text : "Images with most errors\n" + text;
}

std::string analysis_text(const Analysis& analysis) {
  std::string text;
  for (const std::string& part : {class_table_text(analysis), confusion_text(analysis.confusion),
                                  errors_text(analysis.errors), intervals_text(analysis),
                                  conventions_text(analysis), images_text(analysis)}) {
    if (!part.empty()) text += "\n" + part;
  }
  return text;
}

std::string comparison_text(const Comparison& comparison, std::size_t most) {
  std::string text = fmt::format("B against A on {} images", comparison.images);
  if (comparison.only_a + comparison.only_b > 0) {
    text += fmt::format(" ({} only in A and {} only in B left out)", comparison.only_a,
                        comparison.only_b);
  }
  const auto line = [](const std::string& name, const Difference& value) {
    return fmt::format("  {:<{}} {:>6} {:>6} {:>6}{}\n", shortened(name, name_width), name_width,
                       percent(value.a), percent(value.b), difference(value), confidence(value));
  };
  text += fmt::format("\n  {:<{}} {:>6} {:>6} {:>6}\n", "", name_width, "A", "B", "B - A");
  text += line("AP", comparison.ap) + line("AP50", comparison.ap50);
  for (const ClassComparison& row : comparison.classes) {
    if (row.ap.a >= 0 || row.ap.b >= 0) text += line(row.name, row.ap);
  }
  if (comparison.changed.empty()) return text + "No image changed\n";
  text += "Images that changed most\n";
  for (const ImageComparison& image : comparison.changed) {
    if (most-- == 0) break;
    text += fmt::format("  {:>12}  A {}; B {}\n", image.image_id, image_counts(image.a),
                        image_counts(image.b));
  }
  return text;
}

}  // namespace roiflow
