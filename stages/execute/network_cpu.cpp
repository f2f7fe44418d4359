#include <algorithm>

#include "stages/core/error.hpp"
#include "stages/execute/executor.hpp"
#include "stages/execute/lane.hpp"
#include "stages/execute/openmp_threads.hpp"
#include "stages/execute/plan_builder.hpp"
#include "stages/execute/plan_cache.hpp"
#include "stages/execute/prepare_model.hpp"
#include "stages/model/shape_rules.hpp"

namespace roiflow {

namespace {

template <class View>
std::vector<Shape<4>> shapes_of(std::span<const View> views) {
  std::vector<Shape<4>> shapes;
  for (const View& view : views) shapes.push_back(view.shape);
  return shapes;
}

class NetworkCpu final : public Network {
 public:
  NetworkCpu(const ModelGraph& graph, const Weights& weights, const ExecutorOptions& options)
      : engine_(dnnl::engine::kind::cpu, 0),
        capacity_(static_cast<std::size_t>(std::max(options.cached_plans, 1))),
        graph_(graph),
        lanes_(engine_) {
    Model model = prepare_model(graph, weights);
    lowered_ = std::move(model.graph);
    weights_ = std::make_unique<PackedWeights>(engine_, std::move(model.weights));
    plans_ = std::make_unique<PlanCache>(
        capacity_, [this, algorithm = options.conv_algorithm](std::span<const Shape<4>> inputs) {
          return PlanBuilder(lowered_, *weights_, engine_, algorithm, inputs).build();
        });
  }

  [[nodiscard]] std::vector<Shape<4>> output_shapes(
      std::span<const Shape<4>> inputs) const override {
    const ValueShapes shapes = infer_shapes(graph_, inputs);
    std::vector<Shape<4>> outputs;
    for (const GraphOutput& output : graph_.outputs) {
      outputs.push_back(shapes.find(output.value)->second);
    }
    return outputs;
  }

  void prepare(std::span<const Shape<4>> inputs) const override {
    use_one_thread_per_call();
    plans_->get(inputs);
  }

  void run(Outputs outputs, Inputs inputs) const override {
    use_one_thread_per_call();
    run_plan(*this, outputs, inputs, {});
  }

  [[nodiscard]] std::vector<StepTime> profile(Outputs outputs, Inputs inputs) const override {
    use_one_thread_per_call();
    const std::vector<Shape<4>> shapes = shapes_of(inputs);
    const std::shared_ptr<const Plan> plan = plans_->get(shapes);
    std::vector<double> seconds(plan->steps.size());
    run_plan(*this, outputs, inputs, seconds);
    std::vector<StepTime> times;
    for (std::size_t i = 0; i < seconds.size(); ++i) {
      const Step& step = plan->steps[i];
      times.push_back({step.layer, step.implementation, seconds[i], step.flops});
    }
    return times;
  }

 private:
  static void run_plan(const NetworkCpu& network, Outputs outputs, Inputs inputs,
                       std::span<double> seconds) {
    const std::vector<Shape<4>> shapes = shapes_of(inputs);
    const std::shared_ptr<const Plan> plan = network.plans_->get(shapes);
    require(outputs.size() == plan->output_shapes.size(), ErrorCode::usage,
            "expected room for {} outputs, found {}", plan->output_shapes.size(), outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      require(outputs[i].shape == plan->output_shapes[i], ErrorCode::usage,
              "output {}: expected shape {}, found {}", network.graph_.outputs[i].name,
              to_text(plan->output_shapes[i]), to_text(outputs[i].shape));
    }
    network.lanes_.lend()->run(plan, network.capacity_, outputs, inputs, seconds);
  }

  dnnl::engine engine_;
  std::size_t capacity_;
  ModelGraph graph_;    ///< as given
  ModelGraph lowered_;  ///< as computed
  std::unique_ptr<PackedWeights> weights_;
  std::unique_ptr<PlanCache> plans_;
  mutable LanePool lanes_;
};

}  // namespace

std::unique_ptr<Network> make_network_cpu(const ModelGraph& graph, const Weights& weights,
                                          const ExecutorOptions& options) {
  return std::make_unique<NetworkCpu>(graph, weights, options);
}

}  // namespace roiflow
