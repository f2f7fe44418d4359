#include "graph/dataset_frames.hpp"

#include "stages/decode/decode.hpp"
#include "stages/decode/decode_annotated.hpp"

namespace roiflow {

FrameSource<EncodedImage> frames_of(const DatasetReader& data, const DatasetPart& part) {
  return {part.count,
          [&data, first = part.first](std::int64_t frame) {
            Sample sample = data.read(first + frame);
            return std::pair(Source{std::move(sample.record), std::move(sample.annotations),
                                    std::move(sample.proposals), std::move(sample.label_map)},
                             EncodedImage{std::move(sample.encoded)});
          },
          [&data, first = part.first](std::int64_t frame) { return data.record(first + frame); },
          part.stop};
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
