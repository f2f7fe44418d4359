/// An evaluation case with its analysis, and the truth of it as tests/reference/
/// make_analysis_golden.py writes it.
#pragma once

#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "stages/analysis/column_analysis.hpp"
#include "stages/evaluate/image_columns.hpp"
#include "tests/support/evaluation_case.hpp"

namespace roiflow::test {

inline double from_hex(const nlohmann::json& value) {
  return std::strtod(value.get<std::string>().c_str(), nullptr);
}

struct AnalysedCase {
  EvaluationArrays arrays;
  AnalysisCollector collector;
};

/// Images are appended backwards and in two parts, which must not matter.
inline AnalysedCase analyse_case(const EvaluationCase& one, IouType type) {
  Accumulator sum(one.params);
  AnalysisCollector collector(one.params), other(one.params);
  for (std::size_t i = one.truth.images.size(); i-- > 0;) {
    const TruthImage& image = one.truth.images[i];
    const auto detections = detections_of(one.results, image, type);
    const std::span<const DetectionResult> found(detections);
    const ImageColumns columns =
        image_columns(one.params, type, image.annotations, found, image.height, image.width);
    const ImageMatches matches =
        match_image(one.params, type, image.annotations, found, image.height, image.width);
    sum.append(image.id, matches);
    (i % 2 == 0 ? collector : other)
        .append(image.id,
                analyse_image(one.params, type, columns.truth, columns.results, 0, matches));
  }
  collector.merge(std::move(other));
  return {sum.accumulate(), std::move(collector)};
}

/// The same by way of columns, as files are read into them.
inline AnalysedCase analyse_in_columns(const EvaluationCase& one, IouType type) {
  const Columns columns = columns_of(one.params, type, one.truth, one.results);
  ColumnAnalysis analysis(one.params, type, columns.truth, columns.results);
  EvaluationHooks hooks;
  hooks.matched = [&](std::size_t image, const ImageMatches& matches) {
    analysis.add(image, matches);
  };
  auto arrays =
      evaluate_columns(one.params, type, columns.truth, columns.results, hooks).accumulate();
  return {std::move(arrays), analysis.collect()};
}

inline void check_equal(double found, const nlohmann::json& expected) {
  CHECK(hex(found) == hex(from_hex(expected)));
}

}  // namespace roiflow::test
