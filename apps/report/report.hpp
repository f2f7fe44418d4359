/// Everything that the reports of a `run` or an `eval` tell: report.json, report.html and the
/// terminal say the same numbers because all three are written from this (write_report.hpp).
///
/// What was not computed stays empty and is not shown.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/report/distributions.hpp"
#include "apps/report/overlay.hpp"
#include "apps/report/type_report.hpp"
#include "graph/run_report.hpp"
#include "stages/core/error.hpp"
#include "stages/semantic/semantic_metrics.hpp"
#include "stages/voc/voc_metrics.hpp"

namespace roiflow {

/// How the numbers came about.
struct Provenance {
  std::string command;          ///< as typed
  std::string data_path;        ///< images and ground truth
  std::string detections_path;  ///< of `eval`
  std::string model_path, model_name;
  std::string identity;  ///< of `run`: what its results depend on, JSON; apps/run/run_identity.hpp
  std::string device, precision;
  std::vector<std::string> gpus;  ///< names of the devices; empty on a CPU
  int batch = 0, lanes = 0;       ///< of each of them
  std::vector<std::pair<std::string, std::string>> versions;  ///< library, version
};

struct FailedImage {
  std::int64_t id = 0;
  std::string file_name;
  Failure failure;
};

/// Damaged, and taken all the same: some of its pixels are guessed.
struct DamagedImage {
  std::int64_t id = 0;
  std::string file_name;
  std::vector<std::string> notes;
};

/// ok + failed == total; the numbers are about those that are ok.
struct ImageCounts {
  std::int64_t total = 0, ok = 0, failed = 0;
  std::int64_t first_row = 0;  ///< of the data set: the total are those from here on
  std::int64_t data_set = 0;   ///< images that it has; 0: all of it was meant
};

/// One of the files that belong to the report, as it was published.
struct PublishedFile {
  std::string name;
  std::uint64_t bytes = 0;
  std::string sha256;
};

struct SemanticReport {
  SemanticMetrics metrics;
  std::vector<std::string> labels;           ///< [K] names of the classes
  std::vector<int> values;                   ///< [K] in the label maps; may be empty
  std::vector<SemanticMetrics> conventions;  ///< the same counts by each convention that has them
  int ignore_label = -1;                     ///< -1: none
  /// Conventions that refuse these maps, and what they refuse.
  std::vector<std::pair<std::string, std::string>> refusals;
};

struct Report {
  Provenance made;
  std::vector<PublishedFile> files;
  ImageCounts images;
  std::vector<FailedImage> failed;    ///< the first of them, see failed_listed
  std::int64_t damaged_count = 0;     ///< images among those that are ok
  std::vector<DamagedImage> damaged;  ///< the first of them, see failed_listed
  std::int64_t detections = 0;
  std::vector<TypeReport> types;  ///< bbox, segm, keypoints: those that were evaluated
  std::optional<VocMetrics> voc;
  std::optional<SemanticReport> semantic;
  std::optional<Distributions> distributions;
  std::optional<Overlays> overlays;
  std::map<std::int64_t, std::string> file_names;  ///< of the images that `types` and so on name
  std::optional<RunReport> graph;                  ///< of `run`
  std::int64_t recalled = 0;  ///< images that `graph` had not to compute: they were in journals
  std::uint64_t peak_memory_bytes = 0;  ///< resident, of the whole process; 0: unknown
};

/// At most this many failed images are listed in the reports; errors.jsonl has all.
constexpr std::size_t failed_listed = 1000;

}  // namespace roiflow
