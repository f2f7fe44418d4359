/// Predictions as columns, for an evaluation: the file is read a column at a time, and written from
/// columns. The same content gives the same columns as COCO results do.
///
/// The area of a detection is the box's when boxes are compared. When masks are compared it is the
/// mask's, unless the file has the optional column `/detections/area`: a file made from COCO
/// results that have a box and a mask needs it, since the COCO API takes the box's area for them.
///
/// Example: ResultColumns found = read_prediction_columns("predictions.h5", truth.columns, {});
#pragma once

#include <filesystem>

#include "stages/evaluate/evaluation_rows.hpp"

namespace roiflow {

/// Images that the file does not have, or marks as failed, are not processed. Error{no_input};
/// Error{bad_data} as PredictionsReader, for an image that the ground truth does not have, and if
/// `content` asks for keypoints: the file has none.
[[nodiscard]] ResultColumns read_prediction_columns(const std::filesystem::path& path,
                                                    const TruthColumns& truth,
                                                    const RegionContent& content);

/// All that ResultColumns hold but keypoints; images in the order of the ground truth, those that
/// were not processed as failed. Scores and boxes are stored as float32 if that loses nothing, else
/// as float64. Polygons are stored as masks. Error{cannot_create}, Error{io}.
void write_prediction_columns(const std::filesystem::path& path, const TruthColumns& truth,
                              const ResultColumns& results);

}  // namespace roiflow
