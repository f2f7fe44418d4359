#include "apps/device.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/ranges.h>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::array<std::pair<std::string_view, Precision>, 4> precisions = {{
    {"f32", Precision::f32},
    {"tf32", Precision::tf32},
    {"f16", Precision::f16},
    {"bf16", Precision::bf16},
}};

constexpr int most_batch = 1024, most_lanes = 16, most_device = 1023;

Precision parse_precision(const std::string& text) {
  const auto* found = std::ranges::find(precisions, text, [](const auto& p) { return p.first; });
  require(found != precisions.end(), ErrorCode::usage,
          "--precision: expected f32, tf32, f16 or bf16, found '{}'", text);
  return found->second;
}

/// Of an option that is a number or a list of numbers.
int first_number(const ParsedOptions& options, const std::string& name, int otherwise, int most) {
  if (!options.has(name)) return otherwise;
  const std::vector<int> numbers = numbers_of(options, name);
  for (const int number : numbers) {
    require(number >= 1 && number <= most, ErrorCode::usage, "--{} must be 1 .. {}, found {}", name,
            most, number);
  }
  return numbers.front();
}

void refuse_without_effect(const ParsedOptions& options) {
  for (const char* option : {"batch", "lanes", "plans", "tune", "cuda-graphs"}) {
    require(!options.given(option), ErrorCode::usage,
            "--{} has no effect on --device cpu and cannot be given", option);
  }
}

}  // namespace

std::string_view name(Precision precision) {
  return std::ranges::find(precisions, precision, [](const auto& p) { return p.second; })->first;
}

std::string DeviceChoice::device() const {
  return cuda ? fmt::format("cuda:{}", fmt::join(gpu.devices, ",")) : "cpu";
}

std::string DeviceChoice::precision() const {
  return std::string(cuda ? name(gpu.precision) : name(Precision::f32));
}

std::vector<int> numbers_of(const ParsedOptions& options, const std::string& name) {
  return options.is<int>(name) ? std::vector{options.get<int>(name)}
                               : options.get<std::vector<int>>(name);
}

void add_device_options(Options& options, bool lists) {
  options.add()("device", po::value<std::string>()->value_name("NAME")->default_value("cpu"),
                "where the network runs: cpu, cuda (GPU 0) or cuda:N[,M...]")(
      "precision", po::value<std::string>()->value_name("TYPE"),
      "of the network's arithmetic; cpu: f32; cuda: f32, tf32, f16 (default) or bf16")(
      "plans", po::value<std::string>()->value_name("FILE"),
      "cuda: where the choice of cuDNN's engines is kept; read if it exists, written with --tune")(
      "tune", po::bool_switch(),
      "cuda: time the engines that cuDNN offers and keep the fastest; takes minutes once")(
      "cuda-graphs", po::bool_switch(),
      "cuda: start a network by one call instead of a hundred; pays for small batches");
  const std::string batch = "cuda: most images of a batch; default 4";
  const std::string lanes = "cuda: batches under way at once on every GPU; default 2";
  if (lists) {
    options.add()("batch", po::value<std::vector<int>>()->multitoken()->value_name("N..."),
                  (batch + ". Several: rows of the sweep").c_str())(
        "lanes", po::value<std::vector<int>>()->multitoken()->value_name("N..."),
        (lanes + ". Several: rows of the sweep").c_str());
  } else {
    options.add()("batch", po::value<int>()->value_name("N"), batch.c_str())(
        "lanes", po::value<int>()->value_name("N"), lanes.c_str());
  }
}

std::vector<int> parse_device(const std::string& text) {
  if (text == "cpu") return {};
  if (text == "cuda") return {0};
  const auto refuse = [&] {
    fail(ErrorCode::usage, "--device: expected cpu, cuda or cuda:N[,M...], found '{}'", text);
  };
  constexpr std::string_view prefix = "cuda:";
  if (!text.starts_with(prefix)) refuse();
  std::vector<int> devices;
  const char* at = text.data() + prefix.size();
  const char* const end = text.data() + text.size();
  for (;; ++at) {  // past the comma
    int device = -1;
    const auto [stop, error] = std::from_chars(at, end, device);
    if (error != std::errc() || device < 0 || device > most_device) refuse();
    require(std::ranges::count(devices, device) == 0, ErrorCode::usage,
            "--device {}: GPU {} is named twice", text, device);
    devices.push_back(device);
    at = stop;
    if (at == end) return devices;
    if (*at != ',') refuse();
  }
}

DeviceChoice device_choice(const ParsedOptions& options) {
  DeviceChoice choice;
  const std::vector<int> devices = parse_device(options.get<std::string>("device"));
  choice.cuda = !devices.empty();
  if (options.has("precision")) {
    choice.gpu.precision = parse_precision(options.get<std::string>("precision"));
    require(choice.cuda || choice.gpu.precision == Precision::f32, ErrorCode::usage,
            "--precision {}: not available on --device cpu, which knows f32",
            name(choice.gpu.precision));
  }
  if (!choice.cuda) {
    refuse_without_effect(options);
    return choice;
  }
  choice.gpu.devices = devices;
  choice.gpu.batch = first_number(options, "batch", choice.gpu.batch, most_batch);
  choice.gpu.lanes = first_number(options, "lanes", choice.gpu.lanes, most_lanes);
  if (options.has("plans")) choice.plans = options.get<std::string>("plans");
  choice.gpu.tune = options.flag("tune");
  choice.gpu.graphs = options.flag("cuda-graphs");
  return choice;
}

void require_gpus(const DeviceChoice& choice, std::span<const GpuInfo> found,
                  std::string_view backend) {
  if (!choice.cuda) return;
  for (const int device : choice.gpu.devices) {
    const bool known = std::ranges::find(found, device, &GpuInfo::index) != found.end();
    require(
        known, ErrorCode::device,
        "--device {}: looked for GPU {}; found {}. This program's GPU backend: {}. --device cpu "
        "needs none",
        choice.device(), device,
        found.empty() ? "no GPU" : fmt::format("{}", fmt::join(describe(found), "; ")), backend);
  }
}

std::vector<std::string> describe(std::span<const GpuInfo> gpus) {
  std::vector<std::string> lines;
  for (const GpuInfo& gpu : gpus) {
    lines.push_back(fmt::format("cuda:{}: {}, {:.0f} GB, compute capability {}.{}", gpu.index,
                                gpu.name, 1e-9 * static_cast<double>(gpu.memory_bytes), gpu.major,
                                gpu.minor));
  }
  return lines;
}

}  // namespace roiflow
