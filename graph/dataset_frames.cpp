#include "graph/dataset_frames.hpp"

#include "stages/decode/decode.hpp"
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

LabelMap decode_truth(const Source& source) {
  try {
    return decode_label_map(source.label_map);
  } catch (const Error& error) {
    fail(error.code(), "ground truth: {}", error.what());
  }
}

}  // namespace roiflow
