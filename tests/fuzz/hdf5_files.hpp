/// One small file of each of our HDF5 formats, made by our writers, and a reader of them all: what
/// the two HDF5 targets begin with and end with.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace roiflow::fuzz {

/// Data set, predictions of a detector, predictions of a segmenter, model, match records, semantic
/// records; written into `folder`.
[[nodiscard]] std::vector<std::filesystem::path> make_hdf5_files(
    const std::filesystem::path& folder);

/// Every reader of ours, to the last row. Each may refuse the file with Error{bad_data}.
void read_hdf5_file(const std::filesystem::path& path);

}  // namespace roiflow::fuzz
