/// What every test of an evaluation compares: arrays by their bits, and stats by theirs.
#pragma once

#include <doctest/doctest.h>

#include "tests/support/evaluation_case.hpp"

namespace roiflow::test {

constexpr const char* golden_cases = ROIFLOW_SOURCE_DIR "/tests/golden/evaluation.json";
constexpr const char* semantics_cases =
    ROIFLOW_SOURCE_DIR "/tests/golden/evaluation_semantics.json";

/// Scores may be NaN, which does not equal itself.
inline void check_same_bits(const EvaluationArrays& a, const EvaluationArrays& b) {
  CHECK(crc32(a.precision) == crc32(b.precision));
  CHECK(crc32(a.recall) == crc32(b.recall));
  CHECK(crc32(a.scores) == crc32(b.scores));
}

inline void check_stats(const Stats& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(found[i].name);
    CHECK(hex(found[i].value) == hex(expected[i]));
  }
}

/// By way of columns and, but for keypoints, of annotations.
inline void check_case(const EvaluationCase& one) {
  CAPTURE(one.name);
  for (const auto& [type, expected] : one.expected) {
    const std::string type_name = name(type);
    CAPTURE(type_name);
    const auto arrays = evaluate_in_columns(one.params, type, one.truth, one.results);
    CHECK(crc32(arrays.precision) == expected.crc32.at("precision"));
    CHECK(crc32(arrays.recall) == expected.crc32.at("recall"));
    CHECK(crc32(arrays.scores) == expected.crc32.at("scores"));
    if (!expected.stats.empty()) check_stats(summarise(one.params, arrays, type), expected.stats);
    if (type == IouType::keypoints) continue;
    check_same_bits(evaluate(one.params, type, one.truth, one.results), arrays);
  }
}

}  // namespace roiflow::test
