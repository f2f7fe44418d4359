/// Gathers frames into batches of one network input size, and decides when a batch is sent. No
/// threads, no graph: DeviceNode asks it.
///
/// A batch is sent when it is full, when the whole data set has arrived, or when `patience` newer
/// frames exist than its oldest one: when a frame with sequence >= oldest + patience has arrived,
/// in whatever order, failed or not.
///
/// Why the run cannot stand still although the ordered sink holds the admission. At most
/// `in_flight` frames are admitted and not retired; they are r .. r + in_flight - 1 (or to the data
/// set's end), r being the oldest, since admission and retirement are both in order. Suppose
/// nothing moves any more: no frame is being decoded, no batch is under way, no frame can be
/// admitted. Then all of them have arrived here, and r waits in a bucket, for the sink would have
/// taken anything else. If r + in_flight - 1 is among them, then r's bucket was sent when the later
/// of the two arrived, because patience <= in_flight - 1; if not, the data set is at its end and
/// every bucket was sent with its last frame. A contradiction in both cases. It holds for every
/// arrival order, for in_flight = 1 (every frame is a batch) and for in_flight < batch_size.
///
/// The argument needs every frame: those that failed earlier must arrive too (`pass`).
///
/// Example: batch size 2, patience 3, sizes a b a a: the first a waits, b waits, the second a makes
/// {0, 2}; with frame 3, or with 4 at the latest, b = frame 1 is sent alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "stages/core/tensor.hpp"

namespace roiflow {

/// Most newer frames that a bucket waits for, when the lanes hold `lane_images` in all: so many
/// that the rest of the admitted frames keeps the lanes at work while an odd image is computed, but
/// never less than half, so that few frames in flight still make batches.
constexpr std::int64_t bucket_patience(std::int64_t in_flight, std::int64_t lane_images) {
  return std::max((in_flight - 1) / 2, in_flight - 1 - lane_images);
}

template <class Frame>
class Batcher {
 public:
  using Batch = std::vector<Frame>;  ///< oldest arrival first

  /// `frames`: of the whole data set. `patience` must be less than the frames in flight.
  Batcher(std::size_t batch_size, std::int64_t patience, std::int64_t frames)
      : batch_size_(batch_size), patience_(patience), frames_(frames) {}

  /// A frame to be computed; gives the batches that are to be sent now.
  std::vector<Batch> add(const Shape<2>& size, std::int64_t sequence, Frame frame) {
    Bucket& bucket = buckets_[{size[0], size[1]}];
    bucket.oldest = bucket.frames.empty() ? sequence : std::min(bucket.oldest, sequence);
    bucket.frames.push_back(std::move(frame));
    std::vector<Batch> sent;
    if (bucket.frames.size() == batch_size_) sent.push_back(std::exchange(bucket.frames, {}));
    arrive(sequence, sent);
    return sent;
  }

  /// A frame that is not to be computed: it has failed already.
  std::vector<Batch> pass(std::int64_t sequence) {
    std::vector<Batch> sent;
    arrive(sequence, sent);
    return sent;
  }

 private:
  struct Bucket {
    std::int64_t oldest = 0;  ///< least sequence among the frames
    Batch frames;
  };

  void arrive(std::int64_t sequence, std::vector<Batch>& sent) {
    newest_ = std::max(newest_, sequence);
    ++arrived_;
    std::vector<std::pair<std::int64_t, Batch>> due;
    for (auto at = buckets_.begin(); at != buckets_.end();) {
      Bucket& bucket = at->second;
      if (!bucket.frames.empty()) {
        const bool old = bucket.oldest + patience_ <= newest_;
        if (!old && arrived_ < frames_) {
          ++at;
          continue;
        }
        due.emplace_back(bucket.oldest, std::move(bucket.frames));
      }
      at = buckets_.erase(at);
    }
    std::ranges::sort(due, {}, [](const auto& entry) { return entry.first; });
    for (auto& [oldest, batch] : due) sent.push_back(std::move(batch));
  }

  const std::size_t batch_size_;
  const std::int64_t patience_, frames_;
  std::int64_t newest_ = -1, arrived_ = 0;
  std::map<std::pair<std::int64_t, std::int64_t>, Bucket> buckets_;  // by input size; none empty
};

}  // namespace roiflow
