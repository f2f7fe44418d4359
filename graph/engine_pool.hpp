/// Keeps the lanes of all engines of a run at work: batches in, a token for every frame out.
///
/// Every engine has two threads of its own: one submits, one finishes, oldest batch first. A batch
/// goes to the first engine with a free lane. Nothing here blocks a worker of the graph.
///
/// Every batch ends with all its frames put on, whatever happens, and holds the run open until then
/// (the gateway's reserve_wait and release_wait):
///   * Error{device} from an engine, or no memory for its results: that engine is dead. The frames
///   of
///     all its lanes fail; lanes that were under way are still finished, since their pixels must
///     live so long, but what that gives is thrown away.
///   * When no engine is left, DeviceHealth says so, and every batch fails at once.
///   * Anything else that an engine throws is a bug: no batch begins any more, all fail, and
///     close() rethrows it.
///
/// Example: EnginePool<R> pool(engines, probe, health);
///          pool.open(gateway);  pool.send(batch);  ...  pool.close();   // after the run
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include <oneapi/tbb/flow_graph.h>

#include "graph/device_health.hpp"
#include "graph/node_probe.hpp"
#include "graph/token.hpp"
#include "stages/gpu/batch_engine.hpp"

namespace roiflow {

template <class Result>
using Engines = std::span<const std::unique_ptr<BatchEngine<Result>>>;

template <class Result>
class EnginePool {
 public:
  using Batch = std::vector<Token<BatchImage>>;
  using Gateway = typename tbb::flow::async_node<Token<BatchImage>, Token<Result>>::gateway_type;

  /// All must outlive the pool. `probe` is told of batches; its next node of frames.
  EnginePool(Engines<Result> engines, const NodeProbe& probe, DeviceHealth& health);

  /// Where results go; before the first send, the same at every call.
  void open(Gateway& gateway) {
    if (!gateway_) gateway_ = &gateway;  // the threads read it
  }
  /// Takes 1 .. batch_size good frames of one bucket; does not wait.
  void send(Batch batch);
  /// Ends the threads, when nothing is under way any more; rethrows a bug that they met.
  void close();

 private:
  struct Running {
    Batch batch;
    std::vector<BatchImage> images;
    int lane = 0;
    NodeStats::Clock::time_point from{};
  };
  struct Place {  // an engine; all but the engine guarded by mutex_
    BatchEngine<Result>* engine = nullptr;
    bool alive = true;
    Failure failure;              // why it is not
    std::vector<int> free;        // lanes
    std::deque<Running> running;  // submitted, oldest first
  };

  void submit_loop(const std::stop_token& stop, Place& place);
  void finish_loop(const std::stop_token& stop, Place& place);
  std::vector<Result> finish_batch(Place& place, const Running& running);
  void end_batch(Place& place, const Running& running);
  Failure lose(Place& place, const std::exception_ptr& error);
  void fail_batch(const Batch& batch, const Failure& failure);
  template <class Make>
  void put_all(const Batch& batch, const Make& make);
  void note_bug(const std::exception_ptr& error);

  const NodeProbe& probe_;
  DeviceHealth& health_;
  Gateway* gateway_ = nullptr;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Place> places_;
  std::deque<Batch> ready_;  // sent, oldest first
  std::exception_ptr bug_;
  std::vector<std::jthread> threads_;  // last: they end first
};

}  // namespace roiflow

#include "graph/engine_pool_run.hpp"
