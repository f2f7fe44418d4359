/// One batch of images through a detector on a device, from pixels to boxes and packed masks:
///
///   submit:  pixels up -> preprocess -> trunk -> proposals -> pool -> box head -> detections down
///   finish:  wait -> (only with masks) mask_lane.hpp
///
/// Between submit and the first wait the host looks at nothing: counts stay on the device. The mask
/// part needs to know how many detections there are; that is the one look in the middle, and it
/// happens in finish(), while other lanes keep the device busy.
///
/// Every network runs with the same number of rows whatever the batch holds (batch images, their
/// proposals, 128 masks), so that an image's result cannot depend on what else is in the batch.
/// Rows not in use hold whatever was there; nothing reads their results.
///
/// Reference: the CPU's stages (stages/detector/detector.hpp), step by step.
/// Errors: Error{device}; Error{bad_data} for an image that cannot be the network's input.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "stages/detector/described_params.hpp"
#include "stages/gpu/gpu.hpp"
#include "stages/gpu/lane_input.hpp"
#include "stages/gpu/lane_memory.hpp"
#include "stages/gpu/mask_lane.hpp"

namespace roiflow {

template <class T>
struct DetectorLaneNetworks {
  std::unique_ptr<LaneNetwork<T>> trunk, box_head;
  std::unique_ptr<LaneNetwork<T>> mask_hidden;  ///< or null
};

template <class T>
class DetectorLane {
 public:
  using Result = DeviceDetections;

  DetectorLane(std::shared_ptr<const DetectorLaneSetup> setup,
               std::unique_ptr<LaneDevice<T>> device, DetectorLaneNetworks<T> networks);
  DetectorLane(const DetectorLane&) = delete;
  DetectorLane& operator=(const DetectorLane&) = delete;
  ~DetectorLane() = default;

  /// 1 .. batch images of one bucket; their pixels are copied before this returns.
  void submit(std::span<const BatchImage> images);
  std::vector<DeviceDetections> finish();
  [[nodiscard]] LaneDevice<T>& device() const { return *device_; }

 private:
  /// Where the tables of the batch under way lie in the input block, behind the pixels.
  struct Tables {
    std::size_t geometry_offset = 0;
    std::size_t boxes_offset = 0, counts_offset = 0, images_offset = 0;
    std::size_t bytes = 0;  ///< of the block that are in use
  };

  void upload_constants();
  void stage(std::span<const BatchImage> images);
  void stage_regions(std::span<const BatchImage> images);
  void propose();
  void run_box_head();
  void find_detections();

  [[nodiscard]] std::vector<DeviceDetections> found() const;

  [[nodiscard]] const ImageGeometry* geometry() const {
    return reinterpret_cast<const ImageGeometry*>(input_.block().on_device() +
                                                  tables_.geometry_offset);
  }
  /// Of the batch under way.
  [[nodiscard]] int images() const { return static_cast<int>(input_.geometry().size()); }
  [[nodiscard]] ProposalRows region_rows();

  std::shared_ptr<const DetectorLaneSetup> setup_;
  std::unique_ptr<LaneDevice<T>> device_;
  DetectorLaneNetworks<T> networks_;
  std::optional<Anchors> anchors_;
  LaneInput<T> input_;          ///< pixels, tables, geometry, regions of Fast R-CNN
  MirroredBlock<T> constants_;  ///< cell anchors
  MirroredBlock<T> found_;      ///< ScoredBox [batch][detections], counts [batch]
  LaneBlock proposal_scratch_, result_scratch_;
  LaneBlock regions_;
  std::vector<std::size_t> cell_offsets_;  ///< in constants_, of each level
  std::optional<MaskLane<T>> masks_;
  Tables tables_;
};

}  // namespace roiflow
