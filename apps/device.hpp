/// Where a network runs and in what arithmetic: the options that say so, and the GPUs there are.
///
///   --device cpu                f32; the other options have no effect and are refused
///   --device cuda[:N[,M...]]    f32, tf32, f16 (default) or bf16; batches of --batch images,
///                               --lanes of them under way on every GPU
///
/// Example: --device cuda:0,1 --precision bf16 --batch 16 runs on two GPUs.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/options.hpp"
#include "stages/gpu/gpu.hpp"

namespace roiflow {

struct DeviceChoice {
  bool cuda = false;
  GpuOptions gpu;  ///< of cuda
  /// Where the choice of cuDNN's engines is kept: read if it exists, written after tuning.
  std::optional<std::filesystem::path> plans;

  [[nodiscard]] std::string device() const;     ///< "cpu", "cuda:0,1"
  [[nodiscard]] std::string precision() const;  ///< "f32", "f16", ...
};

/// --device, --precision, --plans and --tune; --batch and --lanes as numbers, or for benchmarks as
/// lists of numbers.
void add_device_options(Options& options, bool lists = false);

/// Throws Error{usage} for what makes no sense, for a precision that the device has not, and for
/// options that have no effect on it. Of lists the first number.
DeviceChoice device_choice(const ParsedOptions& options);

/// Of an option that is a number or a list of numbers.
std::vector<int> numbers_of(const ParsedOptions& options, const std::string& name);

/// "cpu" is empty, "cuda" is GPU 0. Throws Error{usage}.
std::vector<int> parse_device(const std::string& text);

std::string_view name(Precision precision);

/// Throws Error{device} that says what was looked for and what there is, unless all are there.
void require_gpus(const DeviceChoice& choice, std::span<const GpuInfo> found,
                  std::string_view backend);

/// A line a GPU: "cuda:0: NVIDIA H200, 140 GB, compute capability 9.0".
std::vector<std::string> describe(std::span<const GpuInfo> gpus);

}  // namespace roiflow
