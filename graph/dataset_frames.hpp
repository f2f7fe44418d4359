/// How every graph over a data set begins: its images as frames, and the node that decodes them.
#pragma once

#include "graph/frame_source.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/core/image.hpp"

namespace roiflow {

/// The first `images` of the data set, which must live as long.
FrameSource<EncodedImage> frames_of(const DatasetReader& data, std::int64_t images);

/// As decode_annotated: against the annotated size.
Image decode_frame(const EncodedImage& image, const Source& source);

}  // namespace roiflow
