/// A BatchEngine made of lanes: DetectorLane or SegmenterLane, on whatever device.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "stages/gpu/batch_engine.hpp"
#include "stages/preprocess/preprocess.hpp"

namespace roiflow {

template <class Lane>
class LaneEngine final : public BatchEngine<typename Lane::Result> {
 public:
  using Result = typename Lane::Result;

  /// `make_current` is called on every thread before it touches a lane, and may be empty.
  LaneEngine(const Preprocess& preprocess, int batch, std::vector<std::unique_ptr<Lane>> lanes,
             std::function<void()> make_current)
      : preprocess_(preprocess),
        batch_(batch),
        make_current_(std::move(make_current)),
        lanes_(std::move(lanes)) {}
  ~LaneEngine() override {
    // Memory is given back to the device that it came from; what fails then has been reported.
    try {
      enter();
    } catch (const std::exception&) {
    }
    lanes_.clear();
  }
  LaneEngine(const LaneEngine&) = delete;
  LaneEngine& operator=(const LaneEngine&) = delete;

  [[nodiscard]] int batch_size() const override { return batch_; }
  [[nodiscard]] int lanes() const override { return static_cast<int>(lanes_.size()); }
  [[nodiscard]] Shape<2> bucket(int height, int width) const override {
    const ImageGeometry geometry = preprocess_.checked_geometry(height, width);
    return {geometry.padded_height, geometry.padded_width};
  }
  void submit(int lane, std::span<const BatchImage> images) override {
    enter();
    lanes_[static_cast<std::size_t>(lane)]->submit(images);
  }
  std::vector<Result> finish(int lane) override {
    enter();
    return lanes_[static_cast<std::size_t>(lane)]->finish();
  }
  std::vector<StageTime> profile(std::span<const BatchImage> images) override {
    enter();
    Lane& lane = *lanes_.front();
    lane.submit(images);  // plans are made, memory has grown
    lane.finish();
    lane.device().time_stages();
    lane.submit(images);
    lane.finish();
    return lane.device().stage_times();
  }

 private:
  void enter() const {
    if (make_current_) make_current_();
  }

  Preprocess preprocess_;
  int batch_;
  std::function<void()> make_current_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace roiflow
