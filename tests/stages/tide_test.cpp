// The error breakdown against tidecv 1.0.1.
#include <cmath>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/support/analysis_case.hpp"
#include "tests/support/pycocotools.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/tidecv.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

fs::path scratch_folder() {
  const fs::path folder = fs::temp_directory_path() / "roiflow_tide_test";
  fs::create_directories(folder);
  return folder;
}

/// tidecv adds up points of 0 .. 100 in the order in which classes turn up, we by class: the sums
/// differ by their rounding.
constexpr double tolerance = 1e-12;

void check_loss(const ErrorKind& found, const Json& points) {
  CAPTURE(found.name);
  // null: tidecv divides by zero because nothing is left.
  const double expected = points.is_null() ? 0 : test::from_hex(points) / 100;
  CHECK(std::abs(found.loss - expected) <= tolerance);
}

void check_breakdown(const ErrorBreakdown& found, const Json& expected) {
  CHECK(std::abs(found.ap - test::from_hex(expected["ap"]) / 100) <= tolerance);
  REQUIRE(found.main.size() == 6);
  for (std::size_t i = 0; i < found.main.size(); ++i) {
    check_loss(found.main[i], expected["main"][i]);
    CHECK(found.main[i].count == expected["counts"][i]);
  }
  REQUIRE(found.special.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) check_loss(found.special[i], expected["special"][i]);
}

/// Number of comparisons made.
int check_cases(const fs::path& cases, const fs::path& truth) {
  int compared = 0;
  std::ifstream file(truth);
  const Json expected = Json::parse(file);
  const auto read = test::read_cases(cases);
  REQUIRE(read.size() == expected.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    CAPTURE(read[i].name);
    for (const IouType type : {IouType::bbox, IouType::segm}) {
      const Json& one = expected[i][name(type)];
      if (one.is_null()) continue;
      CAPTURE(name(type));
      const auto analysed = test::analyse_case(read[i], type);
      const auto analysis = analysed.collector.finish(analysed.arrays, {}, {});
      check_breakdown(analysis.errors, one);
      ++compared;
    }
  }
  return compared;
}

std::string script(const char* file) {
  return fmt::format("'{}/tests/reference/{}'", ROIFLOW_SOURCE_DIR, file);
}

void run(const std::string& command) {
  CAPTURE(command);
  REQUIRE(std::system((command + " >/dev/null").c_str()) == 0);
}

}  // namespace

TEST_CASE("tide: the breakdown of the purpose-made cases is tidecv's") {
  const fs::path golden = fs::path(ROIFLOW_SOURCE_DIR) / "tests" / "golden";
  CHECK(check_cases(golden / "evaluation.json", golden / "tide.json") > 15);
}

TEST_CASE("tide: random cases agree with tidecv") {
  const auto python = test::tidecv_python();
  if (!python) {
    MESSAGE("SKIPPED tide against tidecv: " << test::no_tidecv);
    return;
  }
  const fs::path cases = scratch_folder() / "fuzz.json", truth = scratch_folder() / "truth.json";
  run(fmt::format("'{}' {} --fuzz 200 --seed 31 -o '{}'", *python, script("make_eval_golden.py"),
                  cases.string()));
  run(fmt::format("'{}' {} '{}' -o '{}'", *python, script("make_tide_golden.py"), cases.string(),
                  truth.string()));
  CHECK(check_cases(cases, truth) > 100);
}

TEST_CASE("tide: 100 real images agree with tidecv") {
  const auto python = test::tidecv_python();
  const fs::path folder = test::shared_data() / "eval" / "cocoapi-fake100";
  if (!python || !fs::exists(folder)) {
    MESSAGE("SKIPPED tide on real images: " << (python ? "no shared data (ROIFLOW_SHARED_DATA)"
                                                       : test::no_tidecv));
    return;
  }
  const fs::path truth_path = folder / "instances_val2014_100.json";
  const struct {
    IouType type;
    const char* results;
  } sets[] = {{IouType::bbox, "instances_val2014_fakebbox100_results.json"},
              {IouType::segm, "instances_val2014_fakesegm100_results.json"}};
  for (const auto& set : sets) {
    CAPTURE(set.results);
    const fs::path expected = scratch_folder() / "expected.json";
    run(fmt::format("'{}' {} --truth '{}' --results '{}' --type {} -o '{}'", *python,
                    script("make_tide_golden.py"), truth_path.string(),
                    (folder / set.results).string(), name(set.type), expected.string()));
    test::EvaluationCase one;
    one.truth = test::read_truth(truth_path);
    one.params = coco_params(one.truth.categories);
    one.results = test::read_results(folder / set.results);
    const auto analysed = test::analyse_case(one, set.type);
    const auto analysis = analysed.collector.finish(analysed.arrays, one.truth.categories, {});
    std::ifstream file(expected);
    check_breakdown(analysis.errors, Json::parse(file)[0]);
    if (set.type == IouType::bbox) CHECK(std::abs(analysis.errors.ap - 0.64205) < 5e-6);
  }
}

}  // namespace roiflow
