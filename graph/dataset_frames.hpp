/// How every graph over a data set begins: its images as frames, and what decodes them.
#pragma once

#include "graph/dataset_part.hpp"
#include "graph/frame_source.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/core/image.hpp"

namespace roiflow {

/// The data set must live as long. Frame 0 is the part's first image.
FrameSource<EncodedImage> frames_of(const DatasetReader& data, const DatasetPart& part);

/// As decode_annotated: against the annotated size.
Image decode_frame(const EncodedImage& image, const Source& source);

/// The frame's own label map; throws Error{bad_data} saying that it is the ground truth's.
LabelMap decode_truth(const Source& source);

}  // namespace roiflow
