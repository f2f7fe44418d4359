/// The files of a run directory by their names, for whoever writes, removes or checks them.
#pragma once

#include <string_view>

namespace roiflow::run_file {

inline constexpr const char* journal = "journal";
inline constexpr const char* predictions = "predictions.h5";
inline constexpr const char* box_results = "results.bbox.json";
inline constexpr const char* mask_results = "results.segm.json";
inline constexpr const char* errors = "errors.jsonl";
inline constexpr const char* report = "report.json";
inline constexpr const char* page = "report.html";
inline constexpr const char* trace = "trace.json";

/// Those that are published.
inline constexpr std::string_view published[] = {predictions, box_results, mask_results, errors,
                                                 report,      page,        trace};

}  // namespace roiflow::run_file
