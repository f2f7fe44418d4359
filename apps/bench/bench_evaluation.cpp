#include "apps/bench/bench_evaluation.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/process_info.hpp"
#include "io/pending_file.hpp"
#include "stages/evaluate/summary.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

enum Phase { read_truth_phase, read_detections_phase, match_phase, accumulate_phase, phases };
constexpr const char* phase_names[] = {"read truth", "read detections", "match", "accumulate"};

struct Measurement {
  double seconds[phases] = {};
  Stats stats;
  std::size_t images = 0, objects = 0, detections = 0;
};

Measurement measure(const BenchEvaluation& bench) {
  Measurement m;
  auto from = Clock::now();
  const auto ends = [&](Phase phase) {
    const auto now = Clock::now();
    m.seconds[phase] = std::chrono::duration<double>(now - from).count();
    from = now;
  };
  EvaluationInput input{read_truth(bench.files.truth, bench.type), {}};
  ends(read_truth_phase);
  input.results = read_results(bench.files.detections, input.truth.columns, bench.type);
  ends(read_detections_phase);
  const EvaluationParams params = default_params(bench.type, input.truth.categories);
  const Accumulator sum =
      evaluate_input(bench.files, input, bench.type, params, {bench.threads, {}});
  ends(match_phase);
  m.stats = summarise(params, sum.accumulate(), bench.type);
  ends(accumulate_phase);
  m.images = input.truth.columns.image_ids.size();
  m.objects = input.truth.columns.ids.size();
  m.detections = input.results.scores.size();
  return m;
}

struct Spread {
  double median = 0, least = 0, most = 0;
};

template <class Value>
Spread spread(const std::vector<Measurement>& runs, Value&& value) {
  std::vector<double> seconds;
  seconds.reserve(runs.size());
  for (const Measurement& run : runs) seconds.push_back(value(run));
  std::ranges::sort(seconds);
  return {seconds[seconds.size() / 2], seconds.front(), seconds.back()};
}

std::string row(const char* label, const Spread& s) {
  return fmt::format("  {:<18}{:>9.4f} s   {:.4f} .. {:.4f}\n", label, s.median, s.least, s.most);
}

Json to_json(const Spread& s) {
  return {{"median", s.median}, {"least", s.least}, {"most", s.most}};
}

}  // namespace

void bench_evaluation(const BenchEvaluation& bench) {
  std::vector<Measurement> runs;
  runs.reserve(static_cast<std::size_t>(bench.repeat));
  for (int i = 0; i < bench.repeat; ++i) runs.push_back(measure(bench));
  const Measurement& last = runs.back();
  const auto total = [](const Measurement& run) {
    double sum = 0;
    for (const double seconds : run.seconds) sum += seconds;
    return sum;
  };
  std::cout << fmt::format("{}: {} images, {} objects, {} detections; {} thread{}, median of {}\n",
                           name(bench.type), last.images, last.objects, last.detections,
                           bench.threads, bench.threads == 1 ? "" : "s", bench.repeat);
  Json figures = {{"ground_truth", bench.files.truth.string()},
                  {"detections", bench.files.detections.string()},
                  {"iou_type", name(bench.type)},
                  {"threads", bench.threads},
                  {"repeat", bench.repeat}};
  for (std::size_t phase = 0; phase < phases; ++phase) {
    const Spread s = spread(runs, [&](const Measurement& run) { return run.seconds[phase]; });
    std::cout << row(phase_names[phase], s);
    figures["seconds"][phase_names[phase]] = to_json(s);
  }
  const Spread all = spread(runs, total);
  const std::uint64_t peak = peak_memory_bytes();
  std::cout << row("total", all)
            << fmt::format("  {} {:.6f}, peak memory {:.0f} MB\n", last.stats[0].name,
                           last.stats[0].value, static_cast<double>(peak) / 1e6);
  figures["seconds"]["total"] = to_json(all);
  figures["peak_memory_bytes"] = peak;
  figures["stats"] = values(last.stats);
  if (bench.json) write_file(*bench.json, figures.dump(2) + "\n");
}

}  // namespace roiflow
