/// Everything that the reports of one run tell: report.json, report.html and the terminal say the
/// same numbers because all three are written from this.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "graph/run_report.hpp"
#include "stages/core/error.hpp"

namespace roiflow {

/// The named numbers of one evaluation type, in the reference's order (AP, AP50, ... ARl).
struct MetricTable {
  std::string type;  ///< "bbox" or "segm"
  std::vector<std::pair<std::string, double>> values;
  std::vector<std::pair<std::string, double>> class_ap;  ///< category name, AP; -1: no ground truth
};

struct FailedImage {
  std::int64_t id = 0;
  std::string file_name;
  Failure failure;
};

struct RunSummary {
  std::string command;  ///< as typed
  std::string data_path;
  std::string model_path, model_name;
  std::string device, precision;
  std::vector<std::pair<std::string, std::string>> versions;  ///< library, version
  RunReport graph;
  std::int64_t detections = 0;
  std::vector<MetricTable> metrics;
  std::vector<FailedImage> failed;      ///< the first of them, see failed_listed
  std::uint64_t peak_memory_bytes = 0;  ///< resident, of the whole process
};

/// At most this many failed images are listed in the reports; errors.jsonl has all.
constexpr std::size_t failed_listed = 1000;

/// report.json, with the stable keys of the contract (metrics.bbox.AP, images.ok, stages[], ...).
std::string report_json(const RunSummary& summary);

/// report.html: one file without outside references, light and dark, printable.
std::string report_html(const RunSummary& summary);

/// The summary for the terminal.
std::string report_text(const RunSummary& summary);

/// Its part about the nodes: places, milliseconds an image, busy / starved / blocked.
std::string node_table(const RunReport& run);

}  // namespace roiflow
