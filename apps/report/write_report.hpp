/// A report as files and as text for the terminal.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "apps/report/report.hpp"

namespace roiflow {

/// The `metrics` object of report.json and of `eval --json`, with the contract's stable keys:
/// <type>.AP ... <type>.ARl, <type>.stats (the reference's order; numpy up to 2.2 adds so),
/// <type>.stats_numpy_2_3 (as numpy 2.3 and newer adds: the last bit may differ),
/// <type>.per_class.<name>.AP and whatever else was analysed (analysis_json of apps/evaluation,
/// without curves), voc.mAP, voc.AP.<class>, semantic.mean_iu, ... Numbers read back to the same
/// bits; undefined ones are -1 (COCO) or null.
[[nodiscard]] nlohmann::ordered_json metrics_json(const Report& report);

/// Two-space indented text with a final newline; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string json_text(const nlohmann::ordered_json& json);

/// report.json (metrics.bbox.AP, images.ok, stages[], throughput, ...).
[[nodiscard]] std::string report_json(const Report& report);

/// report.html: one file without outside references, light and dark, printable.
[[nodiscard]] std::string report_html(const Report& report);

/// The summary for the terminal.
[[nodiscard]] std::string report_text(const Report& report);

/// Its part about the nodes: places, milliseconds an image, busy / starved / blocked.
[[nodiscard]] std::string node_table(const RunReport& run);

/// Its part about the classes of one type: AP, AP50, ground truths, detections, best F1; "" if
/// there are more than `class_rows`.
[[nodiscard]] std::string class_table(const TypeReport& type);
constexpr std::size_t class_rows = 20;

}  // namespace roiflow
