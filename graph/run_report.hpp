/// What a run of a graph says about itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/node_stats.hpp"

namespace roiflow {

struct RunReport {
  std::int64_t read = 0;     ///< frames that left the reading node
  std::int64_t retired = 0;  ///< frames that reached the sink
  std::int64_t failed = 0;   ///< those of them that carry a failure
  bool stopped = false;      ///< it was asked to end before the last frame was read
  int workers = 0;
  int in_flight = 0;
  double wall_s = 0;
  std::vector<NodeReport> nodes;  ///< in the order of the graph

  [[nodiscard]] double images_per_second() const {
    return wall_s > 0 ? static_cast<double>(retired) / wall_s : 0;
  }
  /// Busy time of all nodes that the workers run, over workers x wall: 1 means that the processor
  /// bounds the run.
  [[nodiscard]] double worker_utilisation() const;
};

/// The node that bounds the throughput, and why: when the workers are busy nearly all the time, the
/// node with the most busy time on them; otherwise the node that is busy for the greatest share of
/// its own places (a serial node or a device near 1 holds everything up).
struct Bottleneck {
  std::string node;
  std::string reason;
};
Bottleneck find_bottleneck(const RunReport& report);

}  // namespace roiflow
