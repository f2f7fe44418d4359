/// What a node tells about itself while it runs: time to its NodeStats, a span to the trace.
#pragma once

#include <cstdint>

#include "graph/node_stats.hpp"
#include "graph/trace.hpp"

namespace roiflow {

/// Owned by the pipeline; outlives every body.
struct NodeProbe {
  NodeStats* stats = nullptr;  ///< this node
  NodeStats* next = nullptr;   ///< the node that gets the result, or null
  Trace* trace = nullptr;      ///< or null: no trace wanted
};

/// One call of a body: started when made, finished when destroyed.
class ProbeScope {
 public:
  ProbeScope(const NodeProbe& probe, std::int64_t image_id)
      : probe_(probe), image_id_(image_id), from_(NodeStats::Clock::now()) {
    probe_.stats->started();
  }
  ProbeScope(const ProbeScope&) = delete;
  ProbeScope& operator=(const ProbeScope&) = delete;
  ~ProbeScope() {
    const auto to = NodeStats::Clock::now();
    probe_.stats->finished(std::chrono::duration<double>(to - from_).count());
    if (probe_.trace) probe_.trace->add(probe_.stats->name(), image_id_, from_, to);
    if (probe_.next) probe_.next->arrived();
  }

 private:
  const NodeProbe& probe_;
  const std::int64_t image_id_;
  const NodeStats::Clock::time_point from_;
};

}  // namespace roiflow
