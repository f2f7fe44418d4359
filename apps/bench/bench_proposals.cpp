#include "apps/bench/bench_proposals.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "stages/core/error.hpp"
#include "stages/decode/decode_annotated.hpp"
#include "stages/selective_search/selective_search.hpp"

namespace roiflow {
namespace {

template <class Work>
double seconds_of(const Work& work) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[values.size() / 2];
}

double head_seconds(const std::vector<StepTime>& steps) {
  double seconds = 0;
  for (const StepTime& step : steps) {
    if (step.layer.starts_with("rpn.")) seconds += step.seconds;
  }
  return seconds;
}

}  // namespace

ProposalTimes measure_proposals(const DatasetReader& data, const DetectorStages& stages,
                                std::int64_t most_images, const DecodeLimits& decode) {
  std::vector<double> head, boxes, search;
  for (std::int64_t i = 0; i < std::min(most_images, data.size()); ++i) {
    try {
      const Sample sample = data.read(i);
      const Image image =
          decode_annotated(sample.encoded, sample.record.width, sample.record.height, decode).image;
      const NetworkInput input = stages.preprocess(image);
      (void)stages.profile_trunk(input);  // warm: plans, pages, caches
      head.push_back(head_seconds(stages.profile_trunk(input)));
      const TrunkResult trunk = stages.trunk(input);
      boxes.push_back(seconds_of([&] { (void)stages.propose(trunk); }));
      search.push_back(seconds_of([&] { (void)selective_search(image); }));
    } catch (const Error&) {  // the rows have counted this image as failed
    }
  }
  return {std::ssize(search), median(head), median(boxes), median(search)};
}

}  // namespace roiflow
