#include "apps/evaluation/evaluation_output.hpp"

#include <iostream>
#include <string>

#include <fmt/format.h>

#include "io/records/arrays_file.hpp"
#include "stages/evaluate/summary.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

/// Boxes and masks have numbers only for three limits of detections.
bool has_stats(const EvaluationParams& params, IouType type) {
  return type == IouType::keypoints || params.max_detections.size() >= 3;
}

Json metrics_of(const EvaluationParams& params, const EvaluationArrays& arrays, const Stats& stats,
                const std::vector<Category>& categories) {
  Json metrics;
  for (const auto& [stat, value] : stats) metrics[std::string(stat)] = value;
  metrics["stats"] = values(stats);
  if (!params.use_categories) return metrics;
  const auto class_ap = category_average_precision(arrays);
  Json& per_class = metrics["per_class"] = Json::object();
  for (std::size_t k = 0; k < class_ap.size(); ++k) per_class[categories[k].name] = class_ap[k];
  return metrics;
}

}  // namespace

Json print_outcome(const Outcome& outcome, Json& images) {
  const MatchRecords& records = outcome.records;
  const EvaluationParams& params = records.matches.params();
  const std::size_t total = records.truth_image_ids.size();
  const std::size_t evaluated = records.matches.image_ids().size();
  std::cout << fmt::format("{}: {} images, {} detections", name(records.type), evaluated,
                           outcome.detections);
  if (evaluated < total) {
    std::cout << fmt::format("; {} images left out: the run failed on them or did not reach them",
                             total - evaluated);
  }
  std::cout << '\n';
  images = {{"total", total}, {"ok", evaluated}, {"failed", total - evaluated}};
  Stats stats;
  if (has_stats(params, records.type)) {
    stats = summarise(params, outcome.arrays, records.type);
    std::cout << summary_table(params, stats, records.type);
  } else {
    std::cout << "no numbers: they need three limits (--max-dets)\n";
  }
  return metrics_of(params, outcome.arrays, stats, records.categories);
}

void write_outcome_arrays(const std::vector<Outcome>& outcomes, const std::filesystem::path& path) {
  std::vector<TypedArrays> types;
  for (const Outcome& outcome : outcomes) {
    types.push_back({outcome.records.type, &outcome.records.matches.params(), &outcome.arrays});
  }
  write_arrays(path, types);
}

}  // namespace roiflow
