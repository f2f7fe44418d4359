/// Plans by input shapes: made once, also when several threads ask at the same time (the others
/// wait), and at most `capacity` of them, the one not asked for longest making room.
#pragma once

#include <functional>
#include <future>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "stages/core/tensor.hpp"
#include "stages/execute/plan.hpp"

namespace roiflow {

class PlanCache {
 public:
  using Made = std::shared_ptr<const Plan>;
  using Make = std::function<Made(std::span<const Shape<4>>)>;

  PlanCache(std::size_t capacity, Make make) : capacity_(capacity), make_(std::move(make)) {}

  /// Passes on what `make` throws; a plan that could not be made is tried again next time.
  Made get(std::span<const Shape<4>> shapes);

 private:
  struct Entry {
    std::vector<Shape<4>> shapes;
    std::shared_future<Made> plan;
  };

  std::size_t capacity_;
  Make make_;
  std::mutex mutex_;
  std::list<Entry> entries_;  ///< last used first
};

}  // namespace roiflow
