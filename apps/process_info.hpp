/// What this process and its libraries are; for --version and the reports.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roiflow {

/// Name and version of roiflow itself and of the libraries as loaded.
std::vector<std::pair<std::string, std::string>> library_versions();

/// Where networks can run: a line a device, e.g. "cpu: 2 cores, AVX2".
std::vector<std::string> devices();

/// The widest instructions that oneDNN found here and may use: others round differently.
std::string_view instruction_set();

/// "roiflow eval --gt a.h5 ...", for the reports; arguments with blanks are quoted.
std::string command_line(std::string_view command, const std::vector<std::string>& arguments);

/// Most resident memory that the process had so far.
std::uint64_t peak_memory_bytes();

}  // namespace roiflow
