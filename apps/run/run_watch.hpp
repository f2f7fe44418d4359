/// Counts what becomes of the images of a run and knows why it should end early.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "stages/core/error.hpp"

namespace roiflow {

/// As many failed images as a run may have: --max-failures, or none (--strict).
struct FailureLimit {
  std::int64_t most = 0;
  std::string option;  ///< as given, for messages: "--max-failures 5%"
};

/// "12" or "5%" of `images`, rounded down. Error{usage}.
[[nodiscard]] FailureLimit parse_failure_limit(const std::string& text, std::int64_t images);

class RunWatch {
 public:
  /// `interrupted` gives the number of the signal that asks the run to end, or 0.
  RunWatch(std::optional<FailureLimit> limit, std::function<int()> interrupted)
      : limit_(std::move(limit)), interrupted_(std::move(interrupted)) {}

  void count(bool ok);
  /// A device was lost, or the data set cannot be read any more.
  void give_up(const Failure& why);

  /// Whether later images must not be kept: their places in the journal stay free for --resume.
  [[nodiscard]] bool ended() const { return ended_; }
  /// Whether no more images should begin; may be asked by any thread.
  [[nodiscard]] bool stop() const { return ended_ || signal() != 0; }

  [[nodiscard]] std::int64_t failed() const { return failed_; }
  /// Why the run gave up, if it did.
  [[nodiscard]] const std::optional<Failure>& reason() const { return reason_; }
  [[nodiscard]] bool too_many_failures() const { return limit_ && failed_ > limit_->most; }
  [[nodiscard]] const std::optional<FailureLimit>& limit() const { return limit_; }
  [[nodiscard]] int signal() const { return interrupted_ ? interrupted_() : 0; }

 private:
  std::optional<FailureLimit> limit_;
  std::function<int()> interrupted_;
  std::int64_t failed_ = 0;
  std::optional<Failure> reason_;
  std::atomic<bool> ended_ = false;
};

}  // namespace roiflow
