/// Where the frames of a run come from.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <utility>

#include "graph/node_probe.hpp"
#include "graph/token.hpp"

namespace roiflow {

/// `read` is called with 0 .. size-1, in order, by one thread at a time; an Error that it throws
/// makes a failed frame. `describe` gives what is known of a frame whose read failed, and does not
/// throw. `stop`, if there is one, is asked before each frame and ends the run when it says true.
template <class First>
struct FrameSource {
  std::int64_t size = 0;
  std::function<std::pair<Source, First>(std::int64_t)> read;
  std::function<ImageRecord(std::int64_t)> describe;
  const std::function<bool()>* stop = nullptr;  ///< or null
};

/// The body of the reading node: frame `sequence` as a token, good or failed.
template <class First>
Token<First> read_frame(const FrameSource<First>& source, std::int64_t sequence,
                        const NodeProbe& probe) {
  probe.stats->arrived();
  const ProbeScope scope(probe, sequence);
  const auto failed = [&](ErrorCode code, const std::string& why) -> Token<First> {
    auto known = std::make_shared<const Source>(Source{source.describe(sequence), {}});
    return {sequence, std::move(known), Failure{code, probe.stats->name(), why}};
  };
  try {
    auto [frame, value] = source.read(sequence);
    return {sequence, std::make_shared<const Source>(std::move(frame)), std::move(value)};
  } catch (const Error& error) {
    return failed(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    return failed(ErrorCode::bad_data, "there is not enough memory to read this image");
  }
}

}  // namespace roiflow
