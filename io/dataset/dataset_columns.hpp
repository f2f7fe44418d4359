/// The annotations of a whole data set as columns, for an evaluation: whole columns at a time, no
/// image is read. The same content gives the same columns as read_coco_truth() of the JSON that it
/// was packed from.
///
/// Keypoints are members of the annotations' `extra` ("keypoints", "num_keypoints"), as `pack`
/// keeps them.
///
/// Errors: as DatasetReader; Error{bad_data} naming file, column and row if a segmentation cannot
/// be evaluated or if what `content` asks for is missing.
///
/// Example: EvaluationTruth truth = read_dataset_columns("shapes.h5", {.shapes = true});
#pragma once

#include <filesystem>

#include "stages/evaluate/evaluation_rows.hpp"

namespace roiflow {

[[nodiscard]] EvaluationTruth read_dataset_columns(const std::filesystem::path& path,
                                                   const RegionContent& content);

}  // namespace roiflow
