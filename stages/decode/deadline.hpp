/// How long decoding has taken. Private to this room.
#pragma once

#include <chrono>
#include <ctime>

namespace roiflow {

/// Counts the calling thread's processor time: a paused program, a busy machine or a slow disk must
/// not make an image fail. That clock is slow to read, so it is asked only when enough time has
/// passed for it to have got there. Needs no destructor: longjmp may leave it.
class Deadline {
 public:
  explicit Deadline(double seconds)
      : limit_(seconds), start_(thread_seconds()), next_look_(Clock::now() + duration(seconds)) {}

  [[nodiscard]] bool passed() noexcept {
    const Clock::time_point now = Clock::now();
    if (now < next_look_) return false;
    const double left = limit_ - (thread_seconds() - start_);
    if (left <= 0) return true;
    next_look_ = now + duration(left);
    return false;
  }
  [[nodiscard]] double limit() const { return limit_; }

 private:
  using Clock = std::chrono::steady_clock;
  static Clock::duration duration(double seconds) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  }
  static double thread_seconds() noexcept {
    std::timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }

  double limit_;
  double start_;
  Clock::time_point next_look_;
};

}  // namespace roiflow
