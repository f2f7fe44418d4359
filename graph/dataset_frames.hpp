/// How every graph over a data set begins: its images as frames, and what decodes them.
#pragma once

#include "graph/dataset_part.hpp"
#include "graph/frame_source.hpp"
#include "graph/lift.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/core/image.hpp"
#include "stages/decode/decode_limits.hpp"

namespace roiflow {

/// The data set must live as long. Frame 0 is the part's first image.
FrameSource<EncodedImage> frames_of(const DatasetReader& data, const DatasetPart& part);

/// The stage that decodes, as decode_annotated: against the annotated size. Notes also a file name
/// that promises another format.
class DecodeFrame {
 public:
  explicit DecodeFrame(const DecodeLimits& limits) : limits_(limits) {}
  Noted<Image> operator()(const EncodedImage& image, const Source& source) const;

 private:
  DecodeLimits limits_;
};

/// The frame's own label map; throws Error{bad_data} saying that it is the ground truth's.
LabelMap decode_truth(const Source& source, const DecodeLimits& limits);

}  // namespace roiflow
