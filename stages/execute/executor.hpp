/// Networks that compute a ModelGraph (stages/model) on one device.
///
/// Inputs and outputs are dense NHWC float32 in the order of the graph's inputs and outputs; a
/// vector is [batch, 1, 1, channels]. A plan (memory layouts, primitives, one arena for all
/// activations) is made once per set of input shapes and cached; `run` then allocates nothing.
///
/// Threads. Every method may be called from several threads at once. One call computes on the
/// calling thread only: speed comes from several images at a time. Debian's oneDNN runs on OpenMP;
/// the CPU network sets the calling thread's OpenMP team to one and leaves it so. The result does
/// not depend on what other threads do.
///
/// Errors: Error{usage} for a graph or shapes that do not fit (all problems at once),
/// Error{bad_data} for weights that do not (all differences at once), Error{device} for an
/// algorithm that was asked for and does not exist on this CPU.
///
/// Example: auto net = make_network_cpu(graphs.box_head, weights, {});
///          net->run({{logits.view(), deltas.view()}}, {{pooled.view()}});
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "stages/core/tensor.hpp"
#include "stages/model/model_graph.hpp"

namespace roiflow {

/// How 3x3 convolutions of stride 1 are computed. Winograd needs fewer multiplications and rounds
/// a little differently (relative error about 1e-6 of a layer's largest value).
enum class ConvAlgorithm {
  direct,     ///< never Winograd
  winograd,   ///< Winograd, or Error{device} where the CPU has none
  automatic,  ///< Winograd where it exists for the layer; decided by rules, never by timing
};

struct ExecutorOptions {
  ConvAlgorithm conv_algorithm = ConvAlgorithm::automatic;
  int cached_plans = 32;  ///< input shapes remembered; the one not used for longest is dropped
};

/// What one step of a plan took; a layer may be several steps (layout changes are named so).
struct StepTime {
  std::string layer;
  std::string implementation;  ///< e.g. "jit:avx2", "reorder", "upsample"
  double seconds = 0;          ///< CPU time of the calling thread, which does all the work
  double flops = 0;
};

class Network {
 public:
  using Outputs = std::span<const TensorView<float, 4>>;
  using Inputs = std::span<const TensorView<const float, 4>>;

  virtual ~Network() = default;

  [[nodiscard]] virtual std::vector<Shape<4>> output_shapes(
      std::span<const Shape<4>> inputs) const = 0;
  /// Makes the plan for these shapes now rather than at the first run.
  virtual void prepare(std::span<const Shape<4>> inputs) const = 0;
  /// Fills `outputs` completely; they must not overlap the inputs.
  virtual void run(Outputs outputs, Inputs inputs) const = 0;
  /// The same, with a clock around every step.
  virtual std::vector<StepTime> profile(Outputs outputs, Inputs inputs) const = 0;
};

/// Folds batch norm, fuses, and takes its own copy of the tensors the graph reads.
std::unique_ptr<Network> make_network_cpu(const ModelGraph& graph, const Weights& weights,
                                          const ExecutorOptions& options = {});

/// A network that takes any number of rows (batch entries, 0 included) and hands them to `network`
/// in chunks of the given sizes, descending, e.g. {256, 64, 16}: as many of the largest as fit,
/// then the smallest one that holds the rest, filled up with zeros. So there are few plans, and
/// equal row counts always give the same bits.
std::unique_ptr<Network> in_chunks(std::unique_ptr<const Network> network,
                                   std::vector<std::int64_t> chunk_sizes);

}  // namespace roiflow
