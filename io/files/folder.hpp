/// Folders that results are written to.
#pragma once

#include <filesystem>

namespace roiflow {

/// Makes folder and parents, if they are not there; Error{cannot_create}.
void create_folder(const std::filesystem::path& folder);

}  // namespace roiflow
