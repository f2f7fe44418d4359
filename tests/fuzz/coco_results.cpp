// A COCO results file, by both readers: records for files of ours, columns for an evaluation.
#include <cmath>

#include "io/coco/evaluation_json.hpp"
#include "io/coco/results_json.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace roiflow;

namespace {

/// Ground truth with the images 1, 2 and 3.
TruthColumns some_truth() {
  const fuzz::MemoryFile file;
  file.write(
      fuzz::as_bytes(R"({"images":[{"id":1,"height":20,"width":30},{"id":2,"height":8,"width":8},
    {"id":3,"height":100,"width":100}],"annotations":[],"categories":[{"id":1,"name":"a"},{"id":7,"name":"b"}]})"));
  return read_coco_truth(file.path(), {.shapes = true, .keypoints = true}).columns;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::MemoryFile file;
  static const TruthColumns truth = some_truth();
  file.write({data, size});
  fuzz::accepts(file.path(), [&] {
    const ResultsFile results = read_results_json(file.path());
    for (const ResultRecord& record : results.records) {
      fuzz::must(std::isfinite(record.score), "a score is finite");
      for (const IouType type : {IouType::bbox, IouType::segm}) {
        fuzz::accepts({}, [&] { (void)complete(record, results.has_boxes, type, 20, 30); });
      }
    }
  });
  fuzz::accepts(file.path(), [&] { (void)coco_result_kinds(file.path()); });
  for (const RegionContent content :
       {RegionContent{.boxes = true},
        RegionContent{.boxes = false, .shapes = true, .check_shapes = true},
        RegionContent{.boxes = true, .keypoints = true}}) {
    fuzz::accepts(file.path(), [&] {
      const ResultColumns columns = read_coco_results(file.path(), truth, content);
      fuzz::must(columns.scores.size() <= size, "no more detections than bytes");
    });
  }
  return 0;
}
