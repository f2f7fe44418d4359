/// Runs `body` on at most `workers` threads, the calling one included.
///
/// A flow graph belongs to the task arena in which it was made: make and run it inside `body`.
#pragma once

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

namespace roiflow {

template <class Body>
auto with_workers(int workers, const Body& body) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(workers));
  tbb::task_arena arena(workers);
  return arena.execute(body);
}

}  // namespace roiflow
