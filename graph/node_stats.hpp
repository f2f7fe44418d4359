/// Where the time of one node went. A node has `slots` places in which its body may run at once; at
/// every moment each place is in one of three states:
///
///   busy     the body runs there
///   blocked  a frame waits for the node, but no worker is free (or, for the reading node: a frame
///            is ready but the admission bound holds it back)
///   starved  no frame is there
///
/// so busy + blocked + starved == slots x (end of run - start of run). A node that is busy nearly
/// all the time bounds the throughput; one that is starved waits for an earlier node; one that is
/// blocked waits for a later node or for the processor.
///
/// Of a device the places are its lanes, what runs and waits there are batches, and no worker is
/// needed; only `calls` counts frames everywhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace roiflow {

struct NodeReport {
  std::string name;
  int slots = 0;
  std::int64_t calls = 0;      ///< frames that entered the body
  std::int64_t max_queue = 0;  ///< most frames (of a device: batches) seen waiting
  bool device = false;         ///< its bodies run elsewhere, not on the workers
  double busy_s = 0, blocked_s = 0, starved_s = 0;
  double idle_s = 0;  ///< wall time in which no place was busy
  double longest_call_s = 0;

  /// Share of the node's own places, 0 .. 1.
  [[nodiscard]] double utilisation() const {
    const double total = busy_s + blocked_s + starved_s;
    return total > 0 ? busy_s / total : 0;
  }
};

class NodeStats {
 public:
  using Clock = std::chrono::steady_clock;

  NodeStats(std::string name, int slots, bool device = false)
      : name_(std::move(name)), slots_(slots), device_(device) {}
  NodeStats(const NodeStats&) = delete;
  NodeStats& operator=(const NodeStats&) = delete;

  void begin(Clock::time_point now);  ///< the run starts: the clock of this node runs
  void end(Clock::time_point now);    ///< the run is over
  void arrived();                     ///< a frame (of a device: a batch) waits for the node
  /// One of those that wait entered the body; `frames` are in it.
  void started(std::int64_t frames = 1);
  void finished(double call_seconds);
  void left();  ///< a waiting frame went on without the body (the reader's, when it is admitted)
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] NodeReport report() const;

 private:
  void advance(Clock::time_point now);

  const std::string name_;
  const int slots_;
  const bool device_;
  mutable std::mutex mutex_;  // a few hundred events a second: contention does not show
  Clock::time_point last_{};
  std::int64_t waiting_ = 0, running_ = 0;
  NodeReport totals_;
};

}  // namespace roiflow
