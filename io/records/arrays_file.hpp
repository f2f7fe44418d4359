/// The arrays of an evaluation in a file (`format` = "roiflow-arrays", version 1; every name is in
/// io/FORMAT.md): what pycocotools calls eval['precision'], eval['scores'] and eval['recall'], bit
/// by bit, with their axes.
///
/// Example, in Python: h5py.File("arrays.h5")["precision"][:, :, k, a, m]
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "stages/evaluate/accumulate.hpp"

namespace roiflow {

inline constexpr std::string_view arrays_format = "roiflow-arrays";
inline constexpr std::int64_t arrays_version = 1;

struct TypedArrays {
  IouType type = IouType::bbox;
  const EvaluationParams* params = nullptr;
  const EvaluationArrays* arrays = nullptr;
};

/// One type is written at the root; several each in a group of the type's name. The file appears
/// when it is complete. Throws Error{cannot_create}, {io}.
void write_arrays(const std::filesystem::path& path, std::span<const TypedArrays> types);

}  // namespace roiflow
