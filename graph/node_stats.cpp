#include "graph/node_stats.hpp"

#include <algorithm>

namespace roiflow {

void NodeStats::begin(Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  last_ = now;
}

void NodeStats::end(Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  advance(now);
}

void NodeStats::arrived() {
  const std::scoped_lock lock(mutex_);
  advance(Clock::now());
  ++waiting_;
  totals_.max_queue = std::max(totals_.max_queue, waiting_);
}

void NodeStats::started(std::int64_t frames) {
  const std::scoped_lock lock(mutex_);
  advance(Clock::now());
  --waiting_;
  ++running_;
  totals_.calls += frames;
}

void NodeStats::finished(double call_seconds) {
  const std::scoped_lock lock(mutex_);
  advance(Clock::now());
  --running_;
  totals_.longest_call_s = std::max(totals_.longest_call_s, call_seconds);
}

void NodeStats::left() {
  const std::scoped_lock lock(mutex_);
  advance(Clock::now());
  --waiting_;
}

NodeReport NodeStats::report() const {
  const std::scoped_lock lock(mutex_);
  NodeReport report = totals_;
  report.name = name_;
  report.slots = slots_;
  report.device = device_;
  return report;
}

void NodeStats::advance(Clock::time_point now) {
  // Another thread may have taken a later time stamp and come first; its interval already counts.
  const double elapsed = std::max(0.0, std::chrono::duration<double>(now - last_).count());
  last_ = std::max(last_, now);
  const auto busy = std::min<std::int64_t>(running_, slots_);
  const auto blocked = std::min<std::int64_t>(waiting_, slots_ - busy);
  totals_.busy_s += elapsed * static_cast<double>(busy);
  if (busy == 0) totals_.idle_s += elapsed;
  totals_.blocked_s += elapsed * static_cast<double>(blocked);
  totals_.starved_s += elapsed * static_cast<double>(slots_ - busy - blocked);
}

}  // namespace roiflow
