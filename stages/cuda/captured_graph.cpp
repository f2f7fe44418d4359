#include "stages/cuda/captured_graph.hpp"

#include "stages/cuda/cuda_check.hpp"

namespace roiflow {
namespace {

struct DestroyGraph {
  void operator()(CUgraph_st* graph) const noexcept { cudaGraphDestroy(graph); }
};
using Graph = std::unique_ptr<CUgraph_st, DestroyGraph>;

Graph record(cudaStream_t stream, const std::function<void()>& enqueue) {
  // Of this thread only: other lanes may make memory meanwhile.
  cuda_check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal),
             "a graph could not be recorded");
  try {
    enqueue();
  } catch (...) {
    CUgraph_st* broken = nullptr;
    cudaStreamEndCapture(stream, &broken);
    cudaGetLastError();
    const Graph owner(broken);
    throw;
  }
  CUgraph_st* recorded = nullptr;
  cuda_check(cudaStreamEndCapture(stream, &recorded), "a graph could not be recorded");
  return Graph(recorded);
}

}  // namespace

CapturedGraph::CapturedGraph(cudaStream_t stream, const std::function<void()>& enqueue) {
  const Graph recorded = record(stream, enqueue);
  CUgraphExec_st* graph = nullptr;
  cuda_check(cudaGraphInstantiate(&graph, recorded.get(), 0), "a graph could not be made ready");
  graph_.reset(graph);
}

void CapturedGraph::launch(cudaStream_t stream) const {
  cuda_check(cudaGraphLaunch(graph_.get(), stream), "a graph could not be started");
}

}  // namespace roiflow
