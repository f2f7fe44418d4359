/// How every graph over a data set begins: its images as frames, and what decodes them.
#pragma once

#include "graph/frame_source.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/core/image.hpp"

namespace roiflow {

/// The first `images` of the data set, which must live as long.
FrameSource<EncodedImage> frames_of(const DatasetReader& data, std::int64_t images);

/// As decode_annotated: against the annotated size.
Image decode_frame(const EncodedImage& image, const Source& source);

/// The frame's own label map; throws Error{bad_data} saying that it is the ground truth's.
LabelMap decode_truth(const Source& source);

}  // namespace roiflow
