/// `eval` by COCO's metric: from the options to match records, arrays and analysis, one outcome a
/// type of comparison; from files, or from the match records of shards.
///
/// Errors: those of the readers and of coco_evaluation.hpp; Error{usage} for options that do not go
/// together.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "apps/evaluation/coco_evaluation.hpp"
#include "apps/options.hpp"
#include "apps/report/report.hpp"
#include "io/records/match_records.hpp"
#include "stages/analysis/collector.hpp"

namespace roiflow {

void add_coco_options(Options& options);

/// One comparison.
struct CocoOutcome {
  MatchRecords records;
  EvaluationArrays arrays;                    ///< records.matches.accumulate()
  std::size_t detections = 0;                 ///< read
  std::optional<AnalysisCollector> analysis;  ///< if it was asked for, and made from files
  std::optional<Distributions> distributions;
};

/// Whether more than the numbers is wanted: --out, --details or --bootstrap.
[[nodiscard]] bool wants_analysis(const ParsedOptions& options);

/// --iou-type, or what the detections were made for.
[[nodiscard]] std::vector<IouType> wanted_types(const ParsedOptions& options,
                                                const std::filesystem::path& detections);

/// Evaluates one type; `analyse` keeps an analysis record of every image.
[[nodiscard]] CocoOutcome evaluate_coco(const ParsedOptions& options, const EvaluationFiles& files,
                                        IouType type, bool analyse);

/// --merge: the records of shards. Names the images that are missing on stderr.
[[nodiscard]] CocoOutcome merge_coco(const ParsedOptions& options);

/// --bootstrap and --threads.
[[nodiscard]] AnalysisOptions analysis_options(const ParsedOptions& options);

/// The numbers for the report.
[[nodiscard]] TypeReport report_of(const CocoOutcome& outcome, const AnalysisOptions& options);

/// As pycocotools prints it, with a line before it that says what was compared.
[[nodiscard]] std::string outcome_text(const CocoOutcome& outcome);

/// --records and --arrays.
void write_outcomes(const ParsedOptions& options, const std::vector<CocoOutcome>& outcomes);

}  // namespace roiflow
