/// The body of Pipeline::run; included by graph/pipeline.hpp, never by itself.
#pragma once

#include "graph/pipeline.hpp"

namespace roiflow {

template <class First, class In, class Out, class Last>
RunReport Pipeline::run(const FrameSource<First>& source, const PipelineNode<First, In>& first,
                        const PipelineNode<Out, Last>& last,
                        const std::function<void(const Token<Last>&)>& sink) {
  namespace flow = tbb::flow;
  NodeProbe& reader = probe("read", 1);
  NodeProbe& retirer = probe("sink", 1);
  RunReport report;  // counted by serial nodes only: no atomics needed

  flow::input_node<Token<First>> read(graph_, [&](tbb::flow_control& control) {
    report.stopped = report.read < source.size && source.stop && (*source.stop)();
    if (report.read == source.size || report.stopped) {
      control.stop();
      return Token<First>();
    }
    Token<First> token = read_frame(source, report.read++, reader);
    reader.stats->arrived();  // ready, and blocked until it is admitted
    return token;
  });
  flow::limiter_node<Token<First>> limiter(graph_, static_cast<std::size_t>(limits_.in_flight));
  flow::function_node<Token<First>, Token<First>, flow::lightweight> admitted(
      graph_, flow::serial, [&](const Token<First>& token) noexcept {
        reader.stats->left();
        first.entry->stats->arrived();
        return token;
      });
  flow::sequencer_node<Token<Last>> order(
      graph_, [](const Token<Last>& token) { return static_cast<std::size_t>(token.sequence()); });
  flow::function_node<Token<Last>> retire(graph_, flow::serial, [&](const Token<Last>& token) {
    const ProbeScope scope(retirer, token.source().record.id);
    ++report.retired;
    if (!token.ok()) ++report.failed;
    sink(token);
    return flow::continue_msg();
  });
  last.exit->next = retirer.stats;

  flow::make_edge(read, limiter);
  flow::make_edge(limiter, admitted);
  flow::make_edge(admitted, *first.in);
  flow::make_edge(*last.out, order);
  flow::make_edge(order, retire);
  flow::make_edge(retire, limiter.decrementer());

  begin();
  read.activate();  // last: the graph is complete
  graph_.wait_for_all();
  return finish(std::move(report), source.size);
}

}  // namespace roiflow
