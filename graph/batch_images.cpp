#include "graph/batch_images.hpp"

#include "graph/dataset_frames.hpp"

namespace roiflow {

PipelineNode<EncodedImage, BatchImage> add_batch_images(Pipeline& graph, int slots,
                                                        const DeviceHealth& health,
                                                        const FindRegions& find_regions) {
  auto decode = graph.node<EncodedImage>(
      "decode", slots,
      [&health, decode_frame = DecodeFrame(graph.limits().decode)](const EncodedImage& image,
                                                                   const Source& source) {
        health.check();
        Noted<Image> decoded = decode_frame(image, source);
        return Noted<BatchImage>{{std::make_shared<const Image>(std::move(decoded.value)), {}},
                                 std::move(decoded.notes)};
      });
  if (!find_regions) return decode;
  auto regions = graph.node<BatchImage>(
      "regions", slots, [&health, find_regions](const BatchImage& image, const Source& source) {
        health.check();
        ProposedImage found = find_regions(*image.image, source.proposals);
        return BatchImage{std::make_shared<const Image>(std::move(found.image)),
                          std::move(found.boxes)};
      });
  graph.connect(decode, regions);
  return {decode.in, regions.out, decode.entry, regions.exit};
}

}  // namespace roiflow
