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
#include "stages/gpu/lane_memory.hpp"
#include "stages/gpu/mask_lane.hpp"
#include "stages/preprocess/preprocess_batch.hpp"

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
  /// Such a batch twice, the second time with a clock around every stage.
  std::vector<StageTime> profile(std::span<const BatchImage> images);

 private:
  /// What is known of the batch under way.
  struct Batch {
    std::vector<ImageGeometry> geometry;
    PreprocessBatch staged;
    std::size_t geometry_offset = 0;  ///< in the input block, as the next three
    std::size_t boxes_offset = 0, counts_offset = 0, images_offset = 0;
    std::size_t bytes = 0;

    [[nodiscard]] int images() const { return static_cast<int>(geometry.size()); }
  };
  void upload_constants();
  void stage(std::span<const BatchImage> images);
  void stage_regions(std::span<const BatchImage> images);
  void run_trunk();
  void propose();
  void run_box_head();
  void find_detections();

  [[nodiscard]] std::vector<DeviceDetections> found() const;

  [[nodiscard]] const ImageGeometry* geometry() const {
    return reinterpret_cast<const ImageGeometry*>(input_.on_device() + batch_.geometry_offset);
  }
  [[nodiscard]] ProposalRows region_rows();

  std::shared_ptr<const DetectorLaneSetup> setup_;
  std::unique_ptr<LaneDevice<T>> device_;
  DetectorLaneNetworks<T> networks_;
  BatchStager stager_;
  std::optional<Anchors> anchors_;
  MirroredBlock<T> input_;      ///< pixels, tables, geometry, regions of Fast R-CNN
  MirroredBlock<T> constants_;  ///< cell anchors
  MirroredBlock<T> found_;      ///< ScoredBox [batch][detections], counts [batch]
  LaneBlock image_scratch_, proposal_scratch_, result_scratch_;
  LaneBlock regions_;
  std::vector<std::size_t> cell_offsets_;  ///< in constants_, of each level
  std::optional<MaskLane<T>> masks_;
  Batch batch_;
};

}  // namespace roiflow
