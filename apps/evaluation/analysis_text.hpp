/// The analysis for the terminal: plain tables, each with a title line and a newline at the end; ""
/// for what there is nothing to say about. Ratios are in per cent.
#pragma once

#include <cstddef>
#include <string>

#include "stages/analysis/analysis.hpp"
#include "stages/analysis/comparison.hpp"

namespace roiflow {

/// Classes by AP, the worst first; those without objects at the end. `most`: so many lines at most.
[[nodiscard]] std::string class_table_text(const Analysis& analysis, std::size_t most = 100);

/// Up to 12 classes as a matrix; of more, the commonest confusions.
[[nodiscard]] std::string confusion_text(const ConfusionMatrix& matrix);

[[nodiscard]] std::string errors_text(const ErrorBreakdown& errors);

/// Ties and, if there are, confidence intervals.
[[nodiscard]] std::string intervals_text(const Analysis& analysis);

[[nodiscard]] std::string conventions_text(const Analysis& analysis);

/// The images with most wrong and missed.
[[nodiscard]] std::string images_text(const Analysis& analysis, std::size_t most = 10);

/// All of them, an empty line before each.
[[nodiscard]] std::string analysis_text(const Analysis& analysis);

[[nodiscard]] std::string comparison_text(const Comparison& comparison, std::size_t most = 10);

}  // namespace roiflow
