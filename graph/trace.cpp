#include "graph/trace.hpp"

#include <map>
#include <ostream>

#include <fmt/format.h>

namespace roiflow {

void Trace::add(const std::string& node, std::int64_t image_id, Clock::time_point from,
                Clock::time_point to, int lane) {
  const std::scoped_lock lock(mutex_);
  spans_.push_back({node, image_id, {std::this_thread::get_id(), lane}, from, to});
}

void Trace::write(std::ostream& out) const {
  const std::scoped_lock lock(mutex_);
  const auto microseconds = [](Clock::duration d) {
    return std::chrono::duration<double, std::micro>(d).count();
  };
  std::map<std::pair<std::thread::id, int>, std::size_t>
      tracks;  // small numbers instead of the system's handles
  out << "{\"traceEvents\":[";
  const char* separator = "\n";
  for (const Span& span : spans_) {
    const std::size_t track = tracks.try_emplace(span.track, tracks.size()).first->second;
    out << separator
        << fmt::format(
               R"({{"name":"{}","ph":"X","pid":1,"tid":{},"ts":{:.1f},"dur":{:.1f},"args":{{"image_id":{}}}}})",
               span.node, track, microseconds(span.from - start_),
               microseconds(span.to - span.from), span.image_id);
    separator = ",\n";
  }
  out << "\n]}\n";
}

}  // namespace roiflow
