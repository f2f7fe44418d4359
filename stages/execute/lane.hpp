/// A lane: the memory in which one image at a time is computed, and plans bound to it. Lanes are
/// lent by a pool that grows when all are out, so that nobody ever waits for one.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include <dnnl.hpp>

#include "stages/core/tensor.hpp"
#include "stages/execute/plan.hpp"

namespace roiflow {

/// A plan's operands as oneDNN memory in one arena.
class BoundPlan {
 public:
  BoundPlan(std::shared_ptr<const Plan> plan, const dnnl::engine& engine, std::byte* arena);

  [[nodiscard]] const Plan* plan() const { return plan_.get(); }

  /// `seconds`: nothing, or one number a step, filled with its CPU time.
  void run(const dnnl::stream& stream, std::span<const TensorView<float, 4>> outputs,
           std::span<const TensorView<const float, 4>> inputs, std::span<double> seconds);

 private:
  /// An operand in the caller's memory; its address changes with every run.
  struct External {
    std::size_t memory = 0;
    Place place;
  };
  void run_step(std::size_t index, const dnnl::stream& stream);

  std::shared_ptr<const Plan> plan_;
  std::vector<dnnl::memory> memories_;
  std::vector<std::vector<dnnl_exec_arg_t>> arguments_;  ///< of each step
  std::vector<External> externals_;
};

class Lane {
 public:
  explicit Lane(dnnl::engine engine) : engine_(std::move(engine)), stream_(engine_) {}

  /// `bound_plans`: how many plans stay bound to this lane.
  void run(const std::shared_ptr<const Plan>& plan, std::size_t bound_plans,
           std::span<const TensorView<float, 4>> outputs,
           std::span<const TensorView<const float, 4>> inputs, std::span<double> seconds);

 private:
  BoundPlan& bind(const std::shared_ptr<const Plan>& plan, std::size_t bound_plans);

  dnnl::engine engine_;
  dnnl::stream stream_;
  Tensor<std::byte, 1> arena_;
  std::vector<std::unique_ptr<BoundPlan>> bound_;  ///< last used last
};

class LanePool {
 public:
  explicit LanePool(dnnl::engine engine) : engine_(std::move(engine)) {}

  /// Gives the lane back when it goes.
  class Lease {
   public:
    Lease(LanePool& pool, std::unique_ptr<Lane> lane) : pool_(pool), lane_(std::move(lane)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease();
    Lane* operator->() const { return lane_.get(); }

   private:
    LanePool& pool_;
    std::unique_ptr<Lane> lane_;
  };
  [[nodiscard]] Lease lend();

 private:
  dnnl::engine engine_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Lane>> free_;
};

}  // namespace roiflow
