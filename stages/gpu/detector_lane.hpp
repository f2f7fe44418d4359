/// One batch of images through a detector on a device, from pixels to boxes and packed masks:
///
///   submit:  pixels up -> preprocess -> trunk -> proposals -> pool -> box head -> detections down
///   finish:  wait -> (only with masks) detections of the batch, 128 at a time: pool -> mask head
///            -> own class's probabilities;  then all masks -> words down -> wait
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
#include "stages/preprocess/preprocess_batch.hpp"

namespace roiflow {

/// What the lanes of all devices have in common.
struct DetectorLaneSetup {
  ModelDescription description;
  Preprocess preprocess;
  int batch = 1;                               ///< images
  std::vector<float> mask_weights, mask_bias;  ///< [classes, channels] and [classes], or empty

  DetectorLaneSetup(const ModelDescription& d, const Weights& weights, int batch_size);
  /// Rows of the box head that belong to one image.
  [[nodiscard]] int regions_per_image() const;
};

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
  /// Detections of the whole batch one behind the other, on the host.
  struct MaskRows {
    std::vector<Box> boxes;           ///< of the resized images
    std::vector<Box> original_boxes;  ///< of the original ones
    std::vector<int> images, labels;
    std::vector<ImageSize> sizes;  ///< [images of the batch]
  };
  /// The same on the device.
  struct UploadedRows {
    const Box *boxes = nullptr, *original_boxes = nullptr;
    const int *images = nullptr, *labels = nullptr;
    const ImageSize* sizes = nullptr;
  };

  void upload_constants();
  void stage(std::span<const BatchImage> images);
  void stage_regions(std::span<const BatchImage> images);
  void run_trunk();
  void propose();
  void pool(DeviceTensor<T> out, const RegionPoolParams& params, const Box* boxes,
            const int* images, int regions);
  void run_box_head();
  void find_detections();

  [[nodiscard]] std::vector<DeviceDetections> found() const;
  [[nodiscard]] MaskRows mask_rows(std::span<const DeviceDetections> found) const;
  UploadedRows upload(const MaskRows& rows);
  void predict_masks(const UploadedRows& rows, int count);
  void paste(std::vector<DeviceDetections>& found, const MaskRows& rows,
             const UploadedRows& uploaded);
  [[nodiscard]] int mask_side() const;

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
  MirroredBlock<T> constants_;  ///< cell anchors, mask weights
  MirroredBlock<T> found_;      ///< ScoredBox [batch][detections], counts [batch]
  MirroredBlock<T> mask_rows_;  ///< what finish() uploads
  MirroredBlock<T> words_;      ///< of the masks
  LaneBlock image_scratch_, proposal_scratch_, result_scratch_;
  LaneBlock regions_, probabilities_;
  std::vector<std::size_t> cell_offsets_;  ///< in constants_, of each level
  MaskPredictorLayer mask_layer_;
  Batch batch_;
};

}  // namespace roiflow
