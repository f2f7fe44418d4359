// COCO annotations as an evaluation reads them: with pycocotools' meaning, in one pass.
#include "io/coco/evaluation_json.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace roiflow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::MemoryFile file;
  file.write({data, size});
  for (const RegionContent content :
       {RegionContent{.boxes = true}, RegionContent{.boxes = true, .shapes = true},
        RegionContent{.boxes = true, .keypoints = true}}) {
    fuzz::accepts(file.path(), [&] {
      const EvaluationTruth truth = read_coco_truth(file.path(), content);
      const TruthColumns& columns = truth.columns;
      fuzz::must(columns.image_ids.size() <= size, "no more images than bytes");
      fuzz::must(columns.heights.size() == columns.image_ids.size() &&
                     columns.first.size() == columns.image_ids.size() + 1,
                 "columns belong together");
      fuzz::must(truth.categories.size() == columns.category_ids.size(),
                 "a name for each category");
    });
  }
  return 0;
}
