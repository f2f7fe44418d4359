/// The records of a semantic evaluation (`format` = "roiflow-semantic-records", version 1; every
/// name is in io/FORMAT.md): the histogram, the classes and the images covered. Parts that were
/// evaluated apart are stored, read and merged.
///
/// Errors: Error{no_input}; Error{bad_data} for another format or version and for values that do
/// not belong together (counts, classes, order of images); Error{cannot_create}, Error{io}.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "stages/semantic/semantic_records.hpp"

namespace roiflow {

inline constexpr std::string_view semantic_records_format = "roiflow-semantic-records";
inline constexpr std::int64_t semantic_records_version = 1;

/// The file appears when it is complete.
void write_semantic_records(const std::filesystem::path& path, const SemanticRecords& records);
[[nodiscard]] SemanticRecords read_semantic_records(const std::filesystem::path& path);

}  // namespace roiflow
