/// The numbers of a semantic segmentation under a named convention: the same histogram, but tools
/// disagree about classes that do not occur, and about values that are no class.
///
/// n[g, p]: pixels of ground truth g predicted as p, without pixels whose ground truth is the
/// ignore label: these count nowhere, whatever was predicted there (so they make no false
/// positives). t = sum over p of n[k, p], c = sum over g of n[g, k], d = n[k, k]; accuracy = d / t,
/// IU = d / (t + c - d).
///
///   fcn          FCN's score.py, the default. 0 / 0 is NaN, and means leave NaN out (np.nanmean:
///   NaN
///                replaced by 0, all K summed, divided by how many are not NaN). So a class that is
///                predicted but not in the ground truth counts with IU 0, and one that is in
///                neither is left out. fwIU = sum over t > 0 of (t / sum of t) * IU. Ground truth
///                that is no class drops out like the ignore label, but is counted
///                (unknown_truth_pixels). Predictions that are no class are wrong pixels: part of
///                t, of no c. (score.py itself would put them into the row of the next class.)
///   detectron2   sem_seg_evaluation.py: classes without ground truth are left out of everything,
///                also if predicted. Pixels predicted as no class drop out of t (its last row;
///                it knows one such value).
///                Ground truth that is no class is an error (there it corrupts the matrix).
///   voc          VOCevalseg.m: mean IU is the plain mean over all K, hence NaN if a class is in
///                neither. Class accuracy is the diagonal of its `conf`: 0 without ground truth;
///                mean accuracy, which it does not print, is the plain mean of these. Means add
///                left to right (MATLAB itself was not run). Any predicted value that is no class
///                is an error, also on ignored pixels; so is such ground truth. Pixel accuracy as
///                in its comment, fwIU as for fcn.
///   cityscapes   evalPixelLevelSemanticLabeling.py: IU = d / (d + fp + fn), NaN if the denominator
///                is 0; the mean adds up the others from the first class to the last. Predictions
///                that are no class are misses; such ground truth is an error. Its labels that are
///                "ignored in evaluation" must be given the ignore label. The script has no other
///                numbers; they are as for fcn.
///
/// Sums and divisions are done in the reference's order: equal to the last bit below 2^53 pixels.
/// (torchmetrics' segmentation.MeanIoU averages over images, not pixels, so it has no place here.)
#pragma once

#include <array>
#include <string_view>

#include "stages/semantic/semantic_confusion.hpp"
#include "stages/semantic/semantic_metrics.hpp"

namespace roiflow {

enum class AbsentClasses { fcn, detectron2, voc, cityscapes };
inline constexpr std::array all_policies = {AbsentClasses::fcn, AbsentClasses::detectron2,
                                            AbsentClasses::voc, AbsentClasses::cityscapes};

[[nodiscard]] std::string_view name(AbsentClasses policy);
/// Error{usage} for another name; names the option --absent-classes.
[[nodiscard]] AbsentClasses absent_classes(std::string_view name);

/// Why the policy's reference would not evaluate these counts, or "".
[[nodiscard]] std::string_view refusal(AbsentClasses policy, const SemanticConfusion& confusion);

/// Error{bad_data} if the policy's reference refuses values of this pair of maps: names the first
/// such value and where it stands. `image` is the confusion of these two maps.
void require_allowed(AbsentClasses policy, const SemanticConfusion& image, const LabelMap& truth,
                     const LabelMap& predicted);

[[nodiscard]] SemanticMetrics semantic_metrics(const SemanticConfusion& confusion,
                                               AbsentClasses policy);

}  // namespace roiflow
