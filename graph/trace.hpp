/// Optional record of every call of every node, in the Chrome trace event format (open trace.json
/// in chrome://tracing or ui.perfetto.dev).
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace roiflow {

class Trace {
 public:
  using Clock = std::chrono::steady_clock;

  void begin(Clock::time_point now) { start_ = now; }
  /// Spans of one thread must nest or follow each other; `lane` tells those of a device apart,
  /// which overlap.
  void add(const std::string& node, std::int64_t image_id, Clock::time_point from,
           Clock::time_point to, int lane = 0);
  /// {"traceEvents":[...]}: one complete event ("ph":"X") a call, times in microseconds.
  void write(std::ostream& out) const;

 private:
  struct Span {
    std::string node;
    std::int64_t image_id;
    std::pair<std::thread::id, int> track;  // thread, lane
    Clock::time_point from, to;
  };
  Clock::time_point start_{};
  mutable std::mutex mutex_;
  std::vector<Span> spans_;
};

}  // namespace roiflow
