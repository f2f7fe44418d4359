#include "apps/evaluation/eval_pictures.hpp"

#include <fmt/format.h>

#include "apps/evaluation/stored_evaluation.hpp"
#include "apps/overlays.hpp"
#include "io/input_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

void draw(Report& report, const EvaluationFiles& files, IouType type, const DecodeLimits& decode) {
  const DatasetReader data(files.truth);
  const StoredDetections detections(files.detections);
  const OverlaySource source{data, rows_of(data, worst_images(report)),
                             [&](const ImageRecord& image) { return detections.read(image, type); },
                             decode};
  add_overlays(report, source);
}

}  // namespace

void draw_worst_images(Report& report, const EvaluationFiles& files, IouType type,
                       const DecodeLimits& decode) {
  if (report.types.empty() || type == IouType::keypoints) return;
  if (!is_hdf5(files.truth)) {
    report.overlays.emplace().note =
        "No pictures: the ground truth is COCO JSON, which has no images. With a data set (roiflow "
        "pack) as --gt the images with most errors are drawn here.";
    return;
  }
  try {
    draw(report, files, type, decode);
  } catch (const Error& error) {
    // The evaluation takes what the reference takes; drawing reads more strictly.
    report.overlays.emplace().note = fmt::format("No pictures: {}", error.what());
  }
}

}  // namespace roiflow
