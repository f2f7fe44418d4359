/// The nodes around devices: `batch`, which gathers the frames, and `gpu`, which computes them.
///
///   Token<BatchImage> -> batch -> gpu -> Token<Result>
///
/// In the flow graph they are one async_node: its body belongs to `batch`; what engines give comes
/// back through its gateway. A frame that failed earlier goes on at once; one that an engine's
/// `bucket` refuses (Error{bad_data}) fails alone. When no device is left every frame fails at once
/// with Error{device}, the run ends through the sink, and what was finished is kept. See
/// graph/batcher.hpp for why the run cannot stand still and graph/engine_pool.hpp for lost devices.
///
/// The frames in a bucket do not hold the run open; only batches under way do. They need not: while
/// a frame waits for its batch another one is on its way to it, or a batch is under way. And if a
/// bug in some stage cancels the graph, frames that wait for ever do not keep it from ending.
///
/// Example: DeviceHealth health;
///          Pipeline graph(limits);
///          auto decode = graph.node<EncodedImage>("decode", slots, ...);   // asks health.check()
///          DeviceNode<LabelMap> device(graph, engines, images, health);    // after the pipeline
///          graph.connect(decode, device.node());
#pragma once

#include <algorithm>
#include <functional>

#include "graph/batcher.hpp"
#include "graph/engine_pool.hpp"
#include "graph/pipeline.hpp"

namespace roiflow {

/// Images that the lanes of all engines hold when they are full.
template <class Result>
std::int64_t lane_images(Engines<Result> engines) {
  std::int64_t images = 0;
  for (const auto& engine : engines) {
    images += std::int64_t{engine->batch_size()} * engine->lanes();
  }
  return images;
}

/// Frames in flight where nobody said how many: sixteen batches a lane and at least 256, because an
/// image waits for others of its own size, and two images a worker, decoded or finished meanwhile;
/// but with decoded images of `image_bytes` not more than 4 GB, unless two batches a lane need it.
///
/// Why so many: engines take as long for a batch that is not full. By simulation of 5000 images of
/// COCO's sizes on two lanes, batches of 8 hold on average 4.0, 5.0, 6.0 and 7.0 with 64, 128, 256
/// and 512 in flight; batches of 4 hold 3.0, 3.3, 3.7 and 3.9.
template <class Result>
int default_in_flight(Engines<Result> engines, int workers, std::int64_t image_bytes) {
  constexpr std::int64_t memory = 4'000'000'000, least = 256;
  const std::int64_t lanes = lane_images(engines);
  const std::int64_t fits = memory / std::max<std::int64_t>(image_bytes, 1);
  const std::int64_t waiting = std::min(std::max(16 * lanes, least), fits);
  return static_cast<int>(std::max(waiting, 2 * lanes)) + 2 * workers;
}

template <class Result>
class DeviceNode {
 public:
  /// At least one engine; all alike. `frames`: in the whole run. Everything must outlive this.
  DeviceNode(Pipeline& graph, Engines<Result> engines, std::int64_t frames, DeviceHealth& health)
      : first_(*engines.front()),
        batcher_(static_cast<std::size_t>(first_.batch_size()),
                 bucket_patience(graph.limits().in_flight, lane_images(engines)), frames),
        batch_(graph.probe("batch", 1)),
        gpu_(graph.probe("gpu", lanes_of(engines), true)),
        size_of_(lift<BatchImage>(batch_,
                                  [this, &health](const BatchImage& image) {
                                    health.check();
                                    return first_.bucket(image.image->height, image.image->width);
                                  })),
        pool_(engines, gpu_, health),
        node_(graph.async_node<BatchImage, Result>(
            batch_, gpu_, [this](const Token<BatchImage>& token, auto& gateway) {
              pool_.open(gateway);
              take(token, gateway);
            })) {
    graph.at_end([this] { pool_.close(); });
  }
  DeviceNode(const DeviceNode&) = delete;
  DeviceNode& operator=(const DeviceNode&) = delete;

  [[nodiscard]] const PipelineNode<BatchImage, Result>& node() const { return node_; }

 private:
  using Pool = EnginePool<Result>;

  static int lanes_of(Engines<Result> engines) {
    int lanes = 0;
    for (const auto& engine : engines) lanes += engine->lanes();
    return lanes;
  }

  void take(const Token<BatchImage>& token, typename Pool::Gateway& gateway) {
    const Token<Shape<2>> size = size_of_(token);
    if (size.ok()) {
      for (auto& batch : batcher_.add(size.value(), token.sequence(), token)) {
        pool_.send(std::move(batch));
      }
      return;
    }
    Failure failure = size.failure();
    if (failure.code == ErrorCode::device) failure.stage = gpu_.stats->name();  // whoever noticed
    if (gpu_.next) gpu_.next->arrived();
    gateway.try_put(token.template failed<Result>(std::move(failure)));
    for (auto& batch : batcher_.pass(token.sequence())) pool_.send(std::move(batch));
  }

  BatchEngine<Result>& first_;          // all engines have the same buckets
  Batcher<Token<BatchImage>> batcher_;  // used by the node's body alone, which is serial
  NodeProbe& batch_;
  NodeProbe& gpu_;
  std::function<Token<Shape<2>>(const Token<BatchImage>&)> size_of_;
  Pool pool_;
  PipelineNode<BatchImage, Result> node_;
};

}  // namespace roiflow
