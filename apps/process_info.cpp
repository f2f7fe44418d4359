#include "apps/process_info.hpp"

#include <string_view>
#include <thread>

#include <dnnl.h>
#include <fmt/format.h>
#include <oneapi/tbb/version.h>
#include <sys/resource.h>

#include "io/hdf5/hdf5.hpp"

namespace roiflow {

std::string_view instruction_set() {
  switch (dnnl_get_effective_cpu_isa()) {
    case dnnl_cpu_isa_sse41:
      return "SSE4.1";
    case dnnl_cpu_isa_avx:
      return "AVX";
    case dnnl_cpu_isa_avx2:
      return "AVX2";
    case dnnl_cpu_isa_avx2_vnni:
      return "AVX2 with VNNI";
    case dnnl_cpu_isa_avx512_mic:
      return "AVX-512 (Knights Landing)";
    case dnnl_cpu_isa_avx512_mic_4ops:
      return "AVX-512 (Knights Mill)";
    case dnnl_cpu_isa_avx512_core:
      return "AVX-512";
    case dnnl_cpu_isa_avx512_core_vnni:
      return "AVX-512 with VNNI";
    case dnnl_cpu_isa_avx512_core_bf16:
      return "AVX-512 with VNNI and bfloat16";
    case dnnl_cpu_isa_avx512_core_amx:
      return "AVX-512 with AMX";
    default:
      return "no special instructions";
  }
}

std::vector<std::string> devices() {
  return {fmt::format("cpu: {} cores, {}", std::thread::hardware_concurrency(), instruction_set())};
}

std::vector<std::pair<std::string, std::string>> library_versions() {
  const dnnl_version_t* dnnl = dnnl_version();
  return {{"roiflow", ROIFLOW_VERSION},
          {"oneDNN", fmt::format("{}.{}.{}", dnnl->major, dnnl->minor, dnnl->patch)},
          {"oneTBB", TBB_runtime_version()},
          {"HDF5", hdf5::library_version()}};
}

std::string command_line(std::string_view command, const std::vector<std::string>& arguments) {
  std::string line = fmt::format("roiflow {}", command);
  for (const std::string& argument : arguments) {
    const bool plain =
        !argument.empty() && argument.find_first_of(" \t\n'\"\\$*?") == std::string::npos;
    line += plain ? ' ' + argument : fmt::format(" '{}'", argument);
  }
  return line;
}

std::uint64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;  // Linux counts in KiB
}

}  // namespace roiflow
