/// SIGINT and SIGTERM as a question: the first one is noted, so that the run can finish what is
/// under way and end in order; a second one of either ends the process at once, as if nobody had
/// listened.
///
/// Example: const Interruption interruption; ... if (interruption.signal() != 0) stop();
#pragma once

namespace roiflow {

/// One at a time: signals belong to the process.
class Interruption {
 public:
  Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption();  ///< signals do again what they did before

  /// Number of the first signal that came, or 0. May be asked by any thread.
  [[nodiscard]] static int signal();
};

}  // namespace roiflow
