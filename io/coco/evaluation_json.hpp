/// COCO annotations and results for an evaluation: JSON to columns in one pass, with the meaning
/// that pycocotools 2.0.11 gives to it. (`coco_json.hpp` is the strict reader that packs data
/// sets.)
///
/// Where pycocotools defines a behaviour, it is this one, however odd: ids of 64 bits, 3.0 for the
/// id 3, images and annotations whose ids come twice, annotations of unknown images and categories,
/// members that nobody asks for, negative sizes, masks of another size than their image's, polygons
/// that cross themselves or have a number too many, the area rules of results
/// (evaluation_columns.hpp). Where it would stop with an exception or compute from undefined
/// memory, the file is refused: Error{bad_data} names file, JSON pointer, what was expected and
/// what was found.
///
/// Refused so: an annotation without id, image_id, category_id, area or iscrowd, or without what
/// `content` asks for; a segmentation whose first ring has four numbers (pycocotools takes it for a
/// box, and fails) or fewer; run lengths that do not fill their mask (of results: found when they
/// are compared); results of an unknown image. The arrays images, annotations and categories must
/// be there.
///
/// Stricter than there: a member that comes twice in an object (there: the last one counts) and
/// nesting beyond 64 levels are refused. Two things are easier than in pycocotools: an empty list
/// of results means that nothing was detected (there: IndexError), and NaN or Infinity are refused
/// (there: read).
///
/// Example: EvaluationTruth truth = read_coco_truth("instances_val2017.json", {.shapes = true});
///          ResultColumns found = read_coco_results("results.json", truth.columns, {.shapes =
///          true});
#pragma once

#include <filesystem>

#include "stages/evaluate/evaluation_rows.hpp"

namespace roiflow {

/// Error{no_input}, Error{bad_data}.
[[nodiscard]] EvaluationTruth read_coco_truth(const std::filesystem::path& path,
                                              const RegionContent& content);

/// The members of the first record of a results file: by the first of them, in this order,
/// pycocotools completes all records. An empty "bbox" is none. All false for an empty list.
struct ResultKinds {
  bool boxes = false, shapes = false, keypoints = false;
};
[[nodiscard]] ResultKinds coco_result_kinds(const std::filesystem::path& path);

/// Error{no_input}, Error{bad_data}.
[[nodiscard]] ResultColumns read_coco_results(const std::filesystem::path& path,
                                              const TruthColumns& truth,
                                              const RegionContent& content);

}  // namespace roiflow
