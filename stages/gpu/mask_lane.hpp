/// The masks of a batch's detections on a device:
///
///   detections of all images, 128 at a time: pool -> mask head -> own class's probabilities;
///   then all masks -> packed words of their parts -> down -> wait
///
/// It begins when the host knows the detections, and the mask head runs on just so many of them;
/// always 128 rows, so that a mask does not depend on how many others there are. The host lays out
/// the words, and no more of them travel than there are.
///
/// Reference: DetectorNetworks::mask_head and paste_mask, on the CPU. Errors: Error{device}.
#pragma once

#include <span>
#include <vector>

#include "stages/detector/region_pool.hpp"
#include "stages/gpu/detector_lane_setup.hpp"
#include "stages/gpu/gpu.hpp"
#include "stages/gpu/lane_memory.hpp"

namespace roiflow {

template <class T>
class MaskLane {
 public:
  /// All of them live as long. `hidden`: the mask head up to its last hidden layer.
  MaskLane(const DetectorLaneSetup& setup, LaneDevice<T>& device, LaneNetwork<T>& hidden);

  /// Fills in the masks of the detections of a batch whose feature maps `trunk` still holds.
  void add_masks(std::vector<DeviceDetections>& found, const LaneNetwork<T>& trunk);

 private:
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

  void upload_predictor(const DetectorLaneSetup& setup);
  [[nodiscard]] static MaskRows rows_of(std::span<const DeviceDetections> found);
  UploadedRows upload(const MaskRows& rows);
  void predict(const UploadedRows& rows, int count, const LaneNetwork<T>& trunk,
               const ImageGeometry& geometry);
  void paste(std::vector<DeviceDetections>& found, const MaskRows& rows,
             const UploadedRows& uploaded);
  [[nodiscard]] int side() const { return predictor_.side * predictor_.height; }

  RegionPoolParams pool_;
  MaskHeadDescription description_;
  LaneDevice<T>& device_;
  LaneNetwork<T>& hidden_;
  MirroredBlock<T> weights_;  ///< of the predictor
  MirroredBlock<T> rows_;
  MirroredBlock<T> words_;  ///< of the masks, behind their offsets
  LaneBlock probabilities_;
  MaskPredictorLayer predictor_;
};

}  // namespace roiflow
