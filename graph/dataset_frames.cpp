#include "graph/dataset_frames.hpp"

#include "stages/decode/decode_annotated.hpp"

namespace roiflow {

FrameSource<EncodedImage> frames_of(const DatasetReader& data, std::int64_t images) {
  return {images,
          [&data](std::int64_t index) {
            Sample sample = data.read(index);
            return std::pair(Source{std::move(sample.record), std::move(sample.annotations),
                                    std::move(sample.proposals), std::move(sample.label_map)},
                             EncodedImage{std::move(sample.encoded)});
          },
          [&data](std::int64_t index) { return data.record(index); }};
}

Image decode_frame(const EncodedImage& image, const Source& source) {
  return decode_annotated(image.bytes, source.record.width, source.record.height);
}

}  // namespace roiflow
