#include "stages/synth/synth.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "stages/core/error.hpp"
#include "stages/decode/encode.hpp"
#include "stages/masks/rle.hpp"
#include "stages/synth/scene.hpp"

namespace roiflow {
namespace {

constexpr std::int64_t ids_per_image = 100;  // annotation ids: image id * 100 + 1, 2, ...

ShapeClass random_class(Random& random) {
  return static_cast<ShapeClass>(random.integer(1, shape_classes));
}

/// Square pixels: about 30 % COCO-small, 45 % medium, 25 % large once some of it is hidden.
double random_area(Random& random) {
  const double kind = random.unit();
  double side = 0;
  if (kind < 0.26) {
    side = random.real(16, 31);
  } else if (kind < 0.60) {
    side = random.real(34, 92);
  } else {
    side = random.real(112, 150);
  }
  return side * side;
}

Scene compose(const SynthParams& params, Random& random) {
  int height = random.integer(params.short_side_min, params.short_side_max);
  int width = random.integer(params.long_side_min, params.long_side_max);
  if (random.chance(0.5)) std::swap(height, width);
  Scene scene(height, width, random);
  if (random.chance(params.crowd_share)) scene.add_crowd(random_class(random), random);
  // The large ones first, or they would hide the others.
  std::vector<double> areas(
      static_cast<std::size_t>(random.integer(params.objects_min, params.objects_max)));
  for (double& area : areas) area = random_area(random);
  std::ranges::sort(areas, std::ranges::greater());
  for (const double area : areas) scene.add_shape(random_class(random), area, random);
  return scene;
}

Annotation annotate(const Scene& scene, std::size_t entity) {
  const Image& image = scene.image();
  const Rle mask = encode(scene.mask_of(entity).data(), image.height, image.width);
  Annotation annotation;
  annotation.category_id = static_cast<std::int64_t>(scene.entities()[entity].shape);
  annotation.bbox = bounding_box(mask);
  annotation.area = static_cast<double>(area(mask));
  annotation.iscrowd = scene.entities()[entity].crowd;
  annotation.segmentation = RleText{mask.height, mask.width, to_text(mask)};
  return annotation;
}

}  // namespace

void check(const SynthParams& params) {
  const auto range = [](std::string_view what, int lowest, int low, int high, int highest) {
    require(lowest <= low && low <= high && high <= highest, ErrorCode::usage,
            "synth: {} must be a range within {} .. {}, found {} .. {}", what, lowest, highest, low,
            high);
  };
  range("the short side", 128, params.short_side_min, params.short_side_max, 4096);
  range("the long side", params.short_side_max, params.long_side_min, params.long_side_max, 4096);
  range("the number of objects", 1, params.objects_min, params.objects_max, 90);
  range("the JPEG quality", 1, params.jpeg_quality, params.jpeg_quality, 100);
  require(params.crowd_share >= 0 && params.crowd_share <= 1, ErrorCode::usage,
          "synth: the share of crowd images must be 0 .. 1, found {}", params.crowd_share);
}

Sample synthesize(const SynthParams& params, std::int64_t index) {
  check(params);
  require(index >= 0, ErrorCode::usage, "synth: the index must not be negative, found {}", index);
  Random random(params.seed, static_cast<std::uint64_t>(index));
  const Scene scene = compose(params, random);

  Sample sample;
  sample.record.index = index;
  sample.record.id = index + 1;
  sample.record.file_name = fmt::format("shapes_{:06}.jpg", index);
  sample.record.width = scene.image().width;
  sample.record.height = scene.image().height;
  sample.encoded = encode_jpeg(scene.image(), params.jpeg_quality);
  sample.label_map = encode_png(scene.label_map());
  for (std::size_t i = 0; i < scene.entities().size(); ++i) {
    Annotation annotation = annotate(scene, i);
    annotation.id = sample.record.id * ids_per_image + static_cast<std::int64_t>(i) + 1;
    sample.annotations.push_back(std::move(annotation));
  }
  return sample;
}

std::vector<Category> synth_categories() {
  std::vector<Category> categories;
  for (const std::string_view name : {"circle", "rectangle", "triangle", "star", "cross"}) {
    categories.push_back({std::ssize(categories) + 1, std::string(name), "shape", ""});
  }
  return categories;
}

}  // namespace roiflow
