#include "stages/execute/lane.hpp"

#include <algorithm>
#include <ctime>

#include "stages/core/error.hpp"

namespace roiflow {

namespace {

/// What the calling thread has computed so far; waiting for a core does not count.
double thread_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

BoundPlan::BoundPlan(std::shared_ptr<const Plan> plan, const dnnl::engine& engine, std::byte* arena)
    : plan_(std::move(plan)), arguments_(plan_->steps.size()) {
  for (std::size_t index = 0; index < plan_->steps.size(); ++index) {
    for (const Operand& operand : plan_->steps[index].operands) {
      switch (operand.place.kind) {
        case Place::Kind::weights:
          memories_.push_back(operand.weights);
          break;
        case Place::Kind::buffer:
          memories_.emplace_back(operand.layout, engine,
                                 arena + plan_->offsets[operand.place.index]);
          break;
        case Place::Kind::input:
        case Place::Kind::output:
          externals_.push_back({memories_.size(), operand.place});
          memories_.emplace_back(operand.layout, engine, static_cast<void*>(nullptr));
          break;
      }
      arguments_[index].push_back({operand.argument, memories_.back().get()});
    }
  }
}

void BoundPlan::run(const dnnl::stream& stream, std::span<const TensorView<float, 4>> outputs,
                    std::span<const TensorView<const float, 4>> inputs, std::span<double> seconds) {
  for (const External& external : externals_) {
    const std::size_t index = external.place.index;
    // Inputs are only read; oneDNN has no type that says so.
    void* address = external.place.kind == Place::Kind::output
                        ? outputs[index].data
                        : const_cast<float*>(inputs[index].data);
    memories_[external.memory].set_data_handle(address);
  }
  for (std::size_t index = 0; index < plan_->steps.size(); ++index) {
    const double begin = seconds.empty() ? 0 : thread_cpu_seconds();
    run_step(index, stream);
    if (!seconds.empty()) seconds[index] = thread_cpu_seconds() - begin;
  }
}

void BoundPlan::run_step(std::size_t index, const dnnl::stream& stream) {
  const Step& step = plan_->steps[index];
  const std::vector<dnnl_exec_arg_t>& arguments = arguments_[index];
  if (const auto* primitive = std::get_if<dnnl::primitive>(&step.work)) {
    const dnnl_status_t status = dnnl_primitive_execute(
        primitive->get(), stream.get(), static_cast<int>(arguments.size()), arguments.data());
    require(status == dnnl_success, ErrorCode::internal, "layer {}: oneDNN failed with status {}",
            step.layer, static_cast<int>(status));
    return;
  }
  const auto address = [&](int argument) -> float* {
    void* memory = nullptr;
    for (const dnnl_exec_arg_t& bound : arguments) {
      if (bound.arg == argument) dnnl_memory_get_data_handle(bound.memory, &memory);
    }
    return static_cast<float*>(memory);
  };
  float* out = address(DNNL_ARG_DST);
  const float* in = address(DNNL_ARG_SRC);
  if (const auto* upsample = std::get_if<Upsample>(&step.work)) upsample->run(out, in);
  if (const auto* upsample = std::get_if<BilinearUpsample>(&step.work)) upsample->run(out, in);
  if (const auto* convolution = std::get_if<WinogradConvolution>(&step.work)) {
    convolution->run(out, in, address(DNNL_ARG_WEIGHTS), address(DNNL_ARG_BIAS),
                     address(DNNL_ARG_SCRATCHPAD));
  }
}

void Lane::run(const std::shared_ptr<const Plan>& plan, std::size_t bound_plans,
               std::span<const TensorView<float, 4>> outputs,
               std::span<const TensorView<const float, 4>> inputs, std::span<double> seconds) {
  bind(plan, bound_plans).run(stream_, outputs, inputs, seconds);
}

BoundPlan& Lane::bind(const std::shared_ptr<const Plan>& plan, std::size_t bound_plans) {
  const auto found = std::find_if(bound_.begin(), bound_.end(),
                                  [&](const auto& bound) { return bound->plan() == plan.get(); });
  if (found != bound_.end()) {
    std::rotate(found, found + 1, bound_.end());
    return *bound_.back();
  }
  if (static_cast<std::size_t>(arena_.size()) < plan->arena_bytes) {
    bound_.clear();  // they point into the old arena
    arena_ = {};
    arena_ = Tensor<std::byte, 1>({static_cast<std::int64_t>(plan->arena_bytes)});
  }
  if (bound_.size() >= bound_plans) bound_.erase(bound_.begin());
  bound_.push_back(std::make_unique<BoundPlan>(plan, engine_, arena_.view().data));
  return *bound_.back();
}

LanePool::Lease LanePool::lend() {
  {
    const std::scoped_lock lock(mutex_);
    if (!free_.empty()) {
      std::unique_ptr<Lane> lane = std::move(free_.back());
      free_.pop_back();
      return {*this, std::move(lane)};
    }
  }
  return {*this, std::make_unique<Lane>(engine_)};
}

LanePool::Lease::~Lease() {
  const std::scoped_lock lock(pool_.mutex_);
  pool_.free_.push_back(std::move(lane_));
}

}  // namespace roiflow
