#include <fmt/format.h>

#include "stages/core/error.hpp"
#include "stages/gpu/cuda_detector.hpp"
#include "stages/gpu/cuda_lane_device.hpp"
#include "stages/gpu/detector_lane_body.hpp"
#include "stages/gpu/finish_detections.hpp"
#include "stages/gpu/gpu.hpp"
#include "stages/gpu/lane_engine.hpp"
#include "stages/gpu/segmenter_lane_body.hpp"
#include "stages/kernels/element.cuh"

namespace roiflow {
namespace {

/// All that follows on this thread is meant for this device.
void use_device(int device) {
  cuda_check(cudaSetDevice(device), fmt::format("device {} cannot be used", device));
}

struct GpuCount {
  int count = 0;
  cudaError_t status = cudaSuccess;
};

/// No driver, or none that is new enough, is no error here.
GpuCount count_gpus() {
  GpuCount found;
  found.status = cudaGetDeviceCount(&found.count);
  if (found.status != cudaSuccess) {
    found.count = 0;
    cudaGetLastError();  // or the next call would report it as its own
  }
  return found;
}

/// The oldest architecture that there is machine code for.
constexpr int least_major = 8;

void check(const GpuOptions& options) {
  require(!options.devices.empty() && options.batch > 0 && options.lanes > 0, ErrorCode::usage,
          "a GPU run needs at least one device, one lane and one image a batch");
  const std::vector<GpuInfo> gpus = find_gpus();
  for (const int device : options.devices) {
    require(device >= 0 && device < std::ssize(gpus), ErrorCode::device,
            "--device cuda:{}: this machine has {} CUDA devices{}", device, gpus.size(),
            gpus.empty() ? fmt::format(" ({})", why_no_gpu()) : "");
    const GpuInfo& gpu = gpus[static_cast<std::size_t>(device)];
    require(
        gpu.major >= least_major, ErrorCode::device,
        "--device cuda:{}: {} has compute capability {}.{}, {}.0 is the least that is supported",
        device, gpu.name, gpu.major, gpu.minor, least_major);
  }
}

CudaExecutorOptions executor_options(const GpuOptions& options) {
  return {.precision = options.precision, .choices = options.choices, .tune = options.tune};
}

template <class T>
std::unique_ptr<BatchEngine<DeviceDetections>> detector_engine(
    const std::shared_ptr<const DetectorLaneSetup>& setup, const Weights& weights,
    const GpuOptions& options, int device) {
  use_device(device);
  const CudaDetector<T> networks(build_detector(setup->description), weights,
                                 executor_options(options), options.graphs);
  std::vector<std::unique_ptr<DetectorLane<T>>> lanes;
  for (int i = 0; i < options.lanes; ++i) {
    const auto lane = std::make_shared<CudaLane>();
    lanes.push_back(std::make_unique<DetectorLane<T>>(setup, make_cuda_lane_device<T>(lane),
                                                      networks.on(lane)));
  }
  return std::make_unique<LaneEngine<DetectorLane<T>>>(
      setup->preprocess, setup->batch, std::move(lanes), [device] { use_device(device); });
}

template <class T>
std::unique_ptr<BatchEngine<LabelMap>> segmenter_engine(
    const std::shared_ptr<const SegmenterLaneSetup>& setup, const ModelGraph& graph,
    const Weights& weights, const GpuOptions& options, int device) {
  use_device(device);
  const auto network = std::make_shared<NetworkCuda<T>>(graph, weights, executor_options(options));
  std::vector<std::unique_ptr<SegmenterLane<T>>> lanes;
  for (int i = 0; i < options.lanes; ++i) {
    const auto lane = std::make_shared<CudaLane>();
    lanes.push_back(std::make_unique<SegmenterLane<T>>(
        setup, make_cuda_lane_device<T>(lane),
        std::make_unique<CudaLaneNetwork<T>>(lane, network, options.graphs)));
  }
  return std::make_unique<LaneEngine<SegmenterLane<T>>>(
      setup->preprocess, setup->batch, std::move(lanes), [device] { use_device(device); });
}

/// Calls `make` with a value of the precision's element type.
template <class Make>
auto with_element(Precision precision, const Make& make) {
  switch (precision) {
    case Precision::f16:
      return make(__half());
    case Precision::bf16:
      return make(__nv_bfloat16());
    case Precision::f32:
    case Precision::tf32:
      break;
  }
  return make(float());
}

}  // namespace

bool gpu_backend_is_built() {
  return true;
}

std::string gpu_backend_text() {
  int runtime = 0;
  cudaRuntimeGetVersion(&runtime);
  const std::size_t cudnn = cudnnGetVersion();
  return fmt::format("CUDA {}.{}, cuDNN {}.{}.{}", runtime / 1000, runtime % 1000 / 10,
                     cudnn / 10000, cudnn % 10000 / 100, cudnn % 100);
}

std::vector<GpuInfo> find_gpus() {
  const int count = count_gpus().count;
  std::vector<GpuInfo> gpus;
  for (int i = 0; i < count; ++i) {
    cudaDeviceProp properties{};
    cuda_check(cudaGetDeviceProperties(&properties, i), "a device could not be asked");
    gpus.push_back(
        {i, properties.name, properties.major, properties.minor, properties.totalGlobalMem});
  }
  return gpus;
}

std::string why_no_gpu() {
  return cudaGetErrorString(count_gpus().status);
}

BatchDetector make_detector_cuda(const ModelDescription& d, const Weights& weights,
                                 const GpuOptions& options) {
  check(options);
  const auto setup = std::make_shared<const DetectorLaneSetup>(d, weights, options.batch);
  BatchDetector detector = without_engines(d);
  for (const int device : options.devices) {
    detector.engines.push_back(with_element(options.precision, [&]<class T>(T) {
      return detector_engine<T>(setup, weights, options, device);
    }));
  }
  return detector;
}

BatchSegmenter make_segmenter_cuda(const ModelDescription& d, const Weights& weights,
                                   const GpuOptions& options) {
  check(options);
  const auto setup = std::make_shared<const SegmenterLaneSetup>(d, options.batch);
  const ModelGraph graph = build_fcn(d).graph;
  BatchSegmenter segmenter{.engines = {}, .values = setup->values};
  for (const int device : options.devices) {
    segmenter.engines.push_back(with_element(options.precision, [&]<class T>(T) {
      return segmenter_engine<T>(setup, graph, weights, options, device);
    }));
  }
  return segmenter;
}

}  // namespace roiflow
