/// A sequence of kernels and copies as one CUDA graph: recorded once, then started by one call
/// instead of one for each. What was recorded keeps its addresses: whoever moves memory records
/// again.
///
/// Recording runs nothing. It must not make memory or wait; kernels that are loaded at their first
/// use should have run before. Errors: Error{device}.
///
/// Example: CapturedGraph graph(stream, [&] { network.run(lane, memory, plan); });
///          graph.launch(stream);
#pragma once

#include <functional>
#include <memory>

#include <cuda_runtime_api.h>

namespace roiflow {

class CapturedGraph {
 public:
  CapturedGraph(cudaStream_t stream, const std::function<void()>& enqueue);
  void launch(cudaStream_t stream) const;

 private:
  struct Destroy {
    void operator()(CUgraphExec_st* graph) const noexcept { cudaGraphExecDestroy(graph); }
  };
  std::unique_ptr<CUgraphExec_st, Destroy> graph_;
};

}  // namespace roiflow
