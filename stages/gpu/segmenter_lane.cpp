#include "stages/gpu/segmenter_lane.hpp"

#include "stages/preprocess/described_preprocess.hpp"
#include "stages/segmenter/enlargement.hpp"

namespace roiflow {

SegmenterLaneSetup::SegmenterLaneSetup(const ModelDescription& d, int batch_size)
    : upsampling(build_fcn(d).upsampling),
      preprocess(described_preprocess(d.preprocess)),
      values(label_map_values(d)),
      batch(batch_size) {}

}  // namespace roiflow
