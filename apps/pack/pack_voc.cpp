#include "apps/pack/pack_voc.hpp"

#include <memory>

#include "io/voc/voc_devkit.hpp"
#include "stages/core/error.hpp"
#include "stages/decode/decode.hpp"

namespace roiflow {
namespace {

void check_map(const std::vector<std::uint8_t>& png, const Sample& sample, const char* folder,
               const DecodeLimits& limits) {
  if (png.empty()) return;
  const std::string& name = sample.record.file_name;
  try {
    const LabelMap map = decode_label_map(png, limits);
    const ImageInfo image = probe(sample.encoded, limits);
    require(map.width == image.width && map.height == image.height, ErrorCode::bad_data,
            "expected the image's {} x {} pixels, found {} x {}", image.width, image.height,
            map.width, map.height);
  } catch (const Error& error) {
    fail(error.code(), "{}: label map of {}: {} (--skip-bad leaves such images out)", folder, name,
         error.what());
  }
}

}  // namespace

PackSource voc_source(const std::filesystem::path& folder, const std::string& split, SkipLog& skips,
                      const DecodeLimits& decode) {
  PackSource source;
  const auto on_bad = [&](const Error& error) { skips.image(error); };
  auto set = std::make_shared<VocSet>(
      read_voc(folder, split, skips.allowed() ? on_bad : std::function<void(const Error&)>{}));
  source.folder = set->image_folder;
  source.images = std::move(set->images);
  source.annotations = std::move(set->annotations);
  source.info = {.categories = set->categories,
                 .extra = set->extra,
                 .has_label_maps = set->has_label_maps || set->has_object_maps,
                 .has_object_maps = set->has_object_maps};
  source.complete = [set, decode](Sample& sample) {
    read_voc_maps(*set, sample);
    check_map(sample.label_map, sample, "SegmentationClass", decode);
    check_map(sample.object_map, sample, "SegmentationObject", decode);
  };
  return source;
}

}  // namespace roiflow
