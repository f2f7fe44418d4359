/// Engines by themselves: the same decoded batch again and again, without decoding, graph and sink.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "graph/engine_pool.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/core/error.hpp"
#include "stages/decode/decode_annotated.hpp"

namespace roiflow {

/// Images of one network input size.
struct SampleBatch {
  std::vector<BatchImage> images;  ///< a full batch; images are repeated if there are too few
  std::size_t different = 0;       ///< of them
  Shape<2> size{};                 ///< the most frequent one among the images looked at
};

/// Looks at the first `most_images` of the data set, damaged ones left out. `find_regions` as in
/// BatchDetector. Throws Error{bad_data} if none of them can be computed.
template <class Result, class FindRegions>
SampleBatch sample_batch(const BatchEngine<Result>& engine, const DatasetReader& data,
                         std::int64_t most_images, const FindRegions& find_regions,
                         const DecodeLimits& decode) {
  std::map<Shape<2>, std::vector<BatchImage>> by_size;
  for (std::int64_t i = 0; i < std::min(most_images, data.size()); ++i) {
    try {
      const Sample sample = data.read(i);
      const ImageRecord& record = sample.record;
      BatchImage image{
          std::make_shared<const Image>(
              decode_annotated(sample.encoded, record.width, record.height, decode).image),
          {}};
      if (find_regions) image.regions = find_regions(*image.image, sample.proposals).boxes;
      by_size[engine.bucket(image.image->height, image.image->width)].push_back(std::move(image));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::bad_data) throw;
    }
  }
  require(!by_size.empty(), ErrorCode::bad_data, "{}: none of the first {} images can be computed",
          data.path(), most_images);
  const auto& [size, images] =
      *std::ranges::max_element(by_size, {}, [](const auto& entry) { return entry.second.size(); });
  SampleBatch sample{{}, 0, size};
  const auto batch = static_cast<std::size_t>(engine.batch_size());
  sample.different = std::min(images.size(), batch);
  for (std::size_t i = 0; i < batch; ++i) sample.images.push_back(images[i % sample.different]);
  return sample;
}

template <class Result>
struct EngineSpeed {
  double images_per_second = 0;
  std::map<std::int64_t, Token<Result>> results;  ///< of a batch, by place
};

/// What an EnginePool talks to in place of a graph: waits for everything that was sent.
template <class Result>
class PoolGate : public EnginePool<Result>::Gateway {
 public:
  bool try_put(const Token<Result>& token) override {
    const std::scoped_lock lock(mutex_);
    if (!token.ok() && !failure_) failure_ = token.failure();
    results_[token.sequence()] = token;  // every batch is the same
    return true;
  }
  void reserve_wait() override {
    const std::scoped_lock lock(mutex_);
    ++under_way_;
  }
  void release_wait() override {
    const std::scoped_lock lock(mutex_);
    if (--under_way_ == 0) changed_.notify_all();
  }
  /// Throws the Error of the first image that failed.
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return under_way_ == 0; });
    if (failure_) throw Error(failure_->code, failure_->message);
  }
  [[nodiscard]] const std::map<std::int64_t, Token<Result>>& results() const { return results_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t under_way_ = 0;
  std::optional<Failure> failure_;
  std::map<std::int64_t, Token<Result>> results_;
};

/// All lanes of all engines are kept at work, by the threads that a run has, until `batches` are
/// through, after two a lane that are not timed.
template <class Result>
EngineSpeed<Result> engine_speed(Engines<Result> engines, const std::vector<BatchImage>& images,
                                 int batches) {
  int lanes = 0;
  for (const auto& engine : engines) lanes += engine->lanes();
  typename EnginePool<Result>::Batch batch;
  const auto source = std::make_shared<const Source>();
  for (const BatchImage& image : images) batch.emplace_back(std::ssize(batch), source, image);
  NodeStats stats("gpu", lanes, true);
  const NodeProbe probe{&stats, nullptr, nullptr};
  DeviceHealth health;
  PoolGate<Result> gate;
  EnginePool<Result> pool(engines, probe, health);
  pool.open(gate);
  const auto run = [&](int count) {
    for (int i = 0; i < count; ++i) pool.send(batch);
    gate.wait();
  };
  run(2 * lanes);
  const auto start = std::chrono::steady_clock::now();
  run(batches);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  pool.close();
  return {static_cast<double>(batches) * static_cast<double>(images.size()) / wall.count(),
          gate.results()};
}

}  // namespace roiflow
