#include "apps/evaluation/evaluation_report.hpp"

#include "apps/evaluation/stored_evaluation.hpp"
#include "apps/overlays.hpp"

namespace roiflow {

void add_stored_overlays(Report& report, const EvaluationFiles& files) {
  if (report.types.empty()) return;
  if (!is_hdf5(files.truth)) {
    report.overlays = no_overlays_of_json();
    return;
  }
  const DatasetReader data(files.truth);
  const StoredDetections detections(files.detections);
  const IouType type = report.types.back().type == "segm" ? IouType::segm : IouType::bbox;
  add_overlays(report, {data, rows_of(data, worst_images(report)),
                        [&](const ImageRecord& record) { return detections.read(record, type); }});
}

}  // namespace roiflow
