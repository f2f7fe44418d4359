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

Noted<Image> DecodeFrame::operator()(const EncodedImage& image, const Source& source) const {
  const ImageRecord& record = source.record;
  Decoded decoded = decode_annotated(image.bytes, record.width, record.height, limits_);
  const auto found = contradiction(record.file_name, decoded.format);
  if (!found.empty()) decoded.notes.texts.push_back(fmt::format("the file is {}", found));
  return {std::move(decoded.image), std::move(decoded.notes)};
}

LabelMap decode_truth(const Source& source, const DecodeLimits& limits) {
  try {
    return decode_label_map(source.label_map, limits);
  } catch (const Error& error) {
    fail(error.code(), "ground truth: {}", error.what());
  }
}

}  // namespace roiflow
