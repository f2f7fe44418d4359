/// A chain of flow graph nodes with one bounded admission span: what every graph of ours is made
/// of.
///
///   read -> limiter -> admitted -> node -> ... -> node -> order -> sink -> (back to the limiter)
///
/// Three promises, whatever the stages do:
///   1. At most `in_flight` frames are between admission and retirement, plus one held by `read`.
///   2. Every frame that was read retires exactly once, failed or not, in the order of reading,
///      through the one sink. (Two sinks on one limiter, or a frame dropped on the way, would end
///      the run early without a word.)
///   3. run() returns only if frames read == frames retired == the size of the source, or if the
///      source asked to stop; anything else is an Error{internal}.
///
/// Example, with plain functions as stages:
///   Pipeline pipeline({.workers = 2, .in_flight = 4});
///   auto decode = pipeline.node<EncodedImage>("decode", 2, decode_stage);
///   auto count = pipeline.node<Image>("count", 1, count_stage);
///   pipeline.connect(decode, count);
///   RunReport report = pipeline.run(source, decode, count, sink);
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <oneapi/tbb/flow_graph.h>

#include "graph/frame_source.hpp"
#include "graph/lift.hpp"
#include "graph/run_report.hpp"
#include "stages/decode/decode_limits.hpp"

namespace roiflow {

struct GraphLimits {
  int workers = 2;      ///< threads of the run
  int in_flight = 4;    ///< frames between admission and retirement
  DecodeLimits decode;  ///< what one image may cost
};

/// Something that takes Token<T> and gives Token<U>, each frame once, and what it tells about
/// itself: mostly one flow graph node.
template <class T, class U>
struct PipelineNode {
  tbb::flow::receiver<Token<T>>* in = nullptr;
  tbb::flow::sender<Token<U>>* out = nullptr;
  NodeProbe* entry = nullptr;  ///< of what receives
  NodeProbe* exit = nullptr;   ///< of what sends
};

class Pipeline {
 public:
  explicit Pipeline(const GraphLimits& limits, Trace* trace = nullptr)
      : limits_(limits), trace_(trace) {}

  /// Adds a node whose body runs in at most `slots` places at once.
  template <class T, class Stage>
  PipelineNode<T, StageResult<Stage, T>> node(const std::string& name, int slots, Stage stage) {
    NodeProbe& own = probe(name, slots);
    using Flow = tbb::flow::function_node<Token<T>, Token<StageResult<Stage, T>>>;
    auto flow = std::make_shared<Flow>(graph_, static_cast<std::size_t>(slots),
                                       lift<T>(own, std::move(stage)));
    nodes_.push_back(flow);
    return {flow.get(), flow.get(), &own, &own};
  }

  /// Adds an async_node: `body(token, gateway)` runs in one place at a time. The results come from
  /// elsewhere, and `exit` tells about them.
  template <class T, class U, class Body>
  PipelineNode<T, U> async_node(NodeProbe& entry, NodeProbe& exit, Body body) {
    using Flow = tbb::flow::async_node<Token<T>, Token<U>>;
    auto flow = std::make_shared<Flow>(graph_, tbb::flow::serial, std::move(body));
    nodes_.push_back(flow);
    return {flow.get(), &tbb::flow::output_port<0>(*flow), &entry, &exit};
  }

  /// A place for the figures of one more row of the report.
  NodeProbe& probe(const std::string& name, int slots, bool device = false);

  /// Called by run() when nothing moves any more, before it returns; what it throws, run() throws.
  void at_end(std::function<void()> check) { checks_.push_back(std::move(check)); }

  [[nodiscard]] const GraphLimits& limits() const { return limits_; }

  template <class T, class U, class V>
  void connect(const PipelineNode<T, U>& from, const PipelineNode<U, V>& to) {
    tbb::flow::make_edge(*from.out, *to.in);
    from.exit->next = to.entry->stats;
  }

  /// Adds the reading node, the admission bound, the order and the sink around first .. last, and
  /// runs, once. `sink` is called for every frame, one at a time, in order; what it throws, and
  /// what a body lets escape, is rethrown here.
  template <class First, class In, class Out, class Last>
  RunReport run(const FrameSource<First>& source, const PipelineNode<First, In>& first,
                const PipelineNode<Out, Last>& last,
                const std::function<void(const Token<Last>&)>& sink);

 private:
  void begin();
  RunReport finish(RunReport report, std::int64_t expected);

  GraphLimits limits_;
  Trace* trace_;
  NodeStats::Clock::time_point start_{};
  std::deque<NodeStats> stats_;  // deques: bodies keep references to the elements
  std::deque<NodeProbe> probes_;
  tbb::flow::graph graph_;
  std::vector<std::shared_ptr<tbb::flow::graph_node>> nodes_;
  std::vector<std::function<void()>> checks_;
};

}  // namespace roiflow

#include "graph/pipeline_run.hpp"
