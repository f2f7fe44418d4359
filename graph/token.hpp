/// What flows along every edge of the graph: one frame, either with its value or with the reason
/// why it has none.
///
/// The value is immutable and shared: copying a token copies two pointers, so a token may wait in
/// several queues at once. A frame that fails keeps travelling (its later stages pass it on) and is
/// retired by the sink like a good one; a frame that vanished inside the graph would end the run
/// early and silently.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "stages/core/annotation.hpp"
#include "stages/core/error.hpp"
#include "stages/core/image_notes.hpp"

namespace roiflow {

/// What the data set says of a frame; every token carries it so that each stage can use the ground
/// truth and each message can name the file.
struct Source {
  ImageRecord record;
  std::vector<Annotation> annotations;
  std::vector<Proposal> proposals;      ///< from outside, best first; few data sets have them
  std::vector<std::uint8_t> label_map;  ///< PNG bytes, for segmenters; or empty
};

template <class T>
class Token {
 public:
  Token() = default;  // flow graph buffers need it; never seen by a body
  Token(std::int64_t sequence, std::shared_ptr<const Source> source, T value)
      : sequence_(sequence),
        source_(std::move(source)),
        content_(std::make_shared<const T>(std::move(value))) {}
  Token(std::int64_t sequence, std::shared_ptr<const Source> source, Failure failure)
      : sequence_(sequence),
        source_(std::move(source)),
        content_(std::make_shared<const Failure>(std::move(failure))) {}

  /// Position in the run, 0, 1, 2, ... without gaps.
  [[nodiscard]] std::int64_t sequence() const { return sequence_; }
  [[nodiscard]] const Source& source() const { return *source_; }
  [[nodiscard]] bool ok() const { return content_.index() == 0; }
  /// Only if ok().
  [[nodiscard]] const T& value() const { return *std::get<0>(content_); }
  [[nodiscard]] const std::shared_ptr<const T>& shared_value() const {
    return std::get<0>(content_);
  }
  /// Only if !ok().
  [[nodiscard]] const Failure& failure() const { return *std::get<1>(content_); }

  /// What was noted about the image, failed or not, since it was decoded; null if nothing was.
  [[nodiscard]] const ImageNotes* notes() const { return notes_.get(); }

  /// The same frame with another value, or with the failure that this one already carries.
  template <class U>
  [[nodiscard]] Token<U> with(U value) const {
    return Token<U>(sequence_, source_, std::move(value)).with_notes(notes_);
  }
  template <class U>
  [[nodiscard]] Token<U> failed(Failure failure) const {
    return Token<U>(sequence_, source_, std::move(failure)).with_notes(notes_);
  }
  [[nodiscard]] Token with_notes(const std::shared_ptr<const ImageNotes>& notes) const {
    Token noted = *this;
    noted.notes_ = notes;
    return noted;
  }

 private:
  std::int64_t sequence_ = 0;
  std::shared_ptr<const Source> source_;
  std::shared_ptr<const ImageNotes> notes_;
  std::variant<std::shared_ptr<const T>, std::shared_ptr<const Failure>> content_;
};

}  // namespace roiflow
