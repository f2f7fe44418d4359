/// One batch of images through a segmenter on a device, from pixels to label maps:
///
///   submit:  pixels and tables up -> preprocess -> network -> enlarge and choose -> maps down
///   finish:  wait, cut the maps apart
///
/// Scores of all classes are never made at full size (stages/label_map). The network runs with the
/// same number of images whatever the batch holds.
///
/// Reference: the CPU's stages (stages/segmenter/segmenter.hpp).
/// Errors: Error{device}; Error{bad_data} for an image that cannot be the network's input.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "stages/gpu/batch_engine.hpp"
#include "stages/gpu/lane_input.hpp"
#include "stages/gpu/lane_memory.hpp"
#include "stages/model/fcn.hpp"

namespace roiflow {

/// What the lanes of all devices have in common.
struct SegmenterLaneSetup {
  ScoreUpsampling upsampling;
  Preprocess preprocess;
  std::vector<std::uint8_t> values;  ///< [classes] of the label maps
  int batch = 1;                     ///< images

  SegmenterLaneSetup(const ModelDescription& d, int batch_size);
};

template <class T>
class SegmenterLane {
 public:
  using Result = LabelMap;

  SegmenterLane(std::shared_ptr<const SegmenterLaneSetup> setup,
                std::unique_ptr<LaneDevice<T>> device, std::unique_ptr<LaneNetwork<T>> network);
  SegmenterLane(const SegmenterLane&) = delete;
  SegmenterLane& operator=(const SegmenterLane&) = delete;
  ~SegmenterLane() = default;

  /// 1 .. batch images of one bucket; their pixels are copied before this returns.
  void submit(std::span<const BatchImage> images);
  std::vector<LabelMap> finish();
  [[nodiscard]] LaneDevice<T>& device() const { return *device_; }

 private:
  void make_maps();

  std::shared_ptr<const SegmenterLaneSetup> setup_;
  std::unique_ptr<LaneDevice<T>> device_;
  std::unique_ptr<LaneNetwork<T>> network_;
  LaneInput<T> input_;
  MirroredBlock<T> tables_;  ///< of the label maps
  MirroredBlock<T> labels_;
};

}  // namespace roiflow
