/// Detectors and segmenters on GPUs, and which GPUs there are. The only door to the GPU code: a
/// build without CUDA has the same functions; they know no GPU and refuse to make anything.
///
/// Example: GpuOptions options{.devices = {0}, .precision = Precision::f16};
///          BatchDetector detector = make_detector_cuda(description, weights, options);
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stages/core/detection.hpp"
#include "stages/core/image.hpp"
#include "stages/cudnn/engine_choices.hpp"
#include "stages/detector/payloads.hpp"
#include "stages/gpu/batch_engine.hpp"
#include "stages/heads/box_result.hpp"
#include "stages/kernels/element.hpp"
#include "stages/model/model_description.hpp"
#include "stages/model/weights.hpp"
#include "stages/paste_masks/box_mask.hpp"

namespace roiflow {

struct GpuInfo {
  int index = 0;
  std::string name;          ///< e.g. "NVIDIA H200"
  int major = 0, minor = 0;  ///< compute capability
  std::size_t memory_bytes = 0;
};

/// Whether this program was built with CUDA.
[[nodiscard]] bool gpu_backend_is_built();
/// "CUDA 13.0, cuDNN 9.19" or "none".
[[nodiscard]] std::string gpu_backend_text();
/// Empty where there is no GPU, no driver, or no CUDA in this build.
[[nodiscard]] std::vector<GpuInfo> find_gpus();
/// Why find_gpus() is empty, e.g. "CUDA driver version is insufficient for CUDA runtime version".
[[nodiscard]] std::string why_no_gpu();

struct GpuOptions {
  std::vector<int> devices{0};  ///< one engine each
  Precision precision = Precision::f16;
  /// Images. Engines take as long for a batch that is not full, and images of one size have to
  /// meet: eight are a little faster when full (1.25 against 1.27 ms an image by the roofline), but
  /// hold 6.0 on average where four hold 3.7.
  int batch = 4;
  int lanes = 2;  ///< batches under way on each device
  /// Read first; what `tune` found is put there. Must live as long as the engines. Or null.
  EngineChoices* choices = nullptr;
  /// Time the engines that cuDNN offers and keep the fastest. Without: the first that its
  /// heuristics name and that is allowed, the same in every run.
  bool tune = false;
  /// Networks are started as CUDA graphs: one call instead of a hundred, which pays for small
  /// batches.
  bool graphs = false;
};

/// What a device found in one image.
struct DeviceDetections {
  ImageGeometry geometry;
  std::vector<ScoredBox> boxes;  ///< best first, pixels of the resized image
  std::vector<BoxMask> masks;    ///< one a box, or none at all
};

struct BatchDetector {
  std::vector<std::unique_ptr<BatchEngine<DeviceDetections>>> engines;  ///< one a device
  /// What is left for the host: boxes of the original image, run lengths. Any thread.
  std::function<ImageDetections(const DeviceDetections&)> finish;
  bool has_masks = false;
  /// As DetectorStages::find_regions: of Fast R-CNN only.
  std::function<ProposedImage(const Image&, std::span<const Proposal>)> find_regions;
};

struct BatchSegmenter {
  std::vector<std::unique_ptr<BatchEngine<LabelMap>>> engines;
  std::vector<std::uint8_t> values;  ///< [classes] of the label maps
};

/// Throws Error{device} if this build or machine has no such GPU or too little memory, Error{usage}
/// for options or a description that make no sense, Error{bad_data} for weights of another model.
BatchDetector make_detector_cuda(const ModelDescription& description, const Weights& weights,
                                 const GpuOptions& options);
BatchSegmenter make_segmenter_cuda(const ModelDescription& description, const Weights& weights,
                                   const GpuOptions& options);

}  // namespace roiflow
