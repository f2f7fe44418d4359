#include "apps/pictures.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "stages/masks/rle.hpp"

namespace roiflow {
namespace {

Box to_box(const std::array<double, 4>& xywh) {
  return {static_cast<float>(xywh[0]), static_cast<float>(xywh[1]),
          static_cast<float>(xywh[0] + xywh[2]), static_cast<float>(xywh[1] + xywh[3])};
}

std::string name_of(const CategoryNames& names, std::int64_t category_id) {
  const auto found = names.find(category_id);
  return found != names.end() ? found->second : fmt::format("category {}", category_id);
}

/// First and one-past-last source pixel of a destination pixel.
struct Range {
  int begin = 0, end = 0;
};
Range covered(int at, int from, int to) {
  const auto scaled_down = [&](int edge) {
    return static_cast<int>(static_cast<std::int64_t>(edge) * from / to);
  };
  return {scaled_down(at), std::max(scaled_down(at) + 1, scaled_down(at + 1))};
}

/// Column-major, one byte a pixel.
std::vector<std::uint8_t> pixels_of(const Rle& mask) {
  std::vector<std::uint8_t> pixels;
  pixels.reserve(static_cast<std::size_t>(mask.height) * static_cast<std::size_t>(mask.width));
  bool inside = false;
  for (const std::uint32_t run : mask.runs) {
    pixels.insert(pixels.end(), run, inside ? 1 : 0);
    inside = !inside;
  }
  return pixels;
}

Rle scaled_mask(const Rle& mask, int height, int width) {
  const std::vector<std::uint8_t> pixels = pixels_of(mask);
  const auto source = [](int at, int from, int to) {
    return static_cast<std::size_t>((2 * std::int64_t{at} + 1) * from / (std::int64_t{2} * to));
  };
  Rle out{height, width, {0}};
  bool inside = false;
  for (int x = 0; x < width; ++x) {
    const std::size_t column = source(x, mask.width, width) * static_cast<std::size_t>(mask.height);
    for (int y = 0; y < height; ++y) {
      if ((pixels[column + source(y, mask.height, height)] != 0) != inside) {
        out.runs.push_back(0);
        inside = !inside;
      }
      ++out.runs.back();
    }
  }
  return out;
}

}  // namespace

CategoryNames category_names(std::span<const Category> categories) {
  CategoryNames names;
  for (const Category& category : categories) names[category.id] = category.name;
  return names;
}

std::vector<DrawnObject> annotated_objects(const CategoryNames& names,
                                           std::span<const Annotation> annotations, int height,
                                           int width) {
  std::vector<DrawnObject> objects;
  for (const Annotation& annotation : annotations) {
    DrawnObject object{to_box(annotation.bbox), annotation.category_id,
                       name_of(names, annotation.category_id), annotation.iscrowd, std::nullopt};
    if (annotation.iscrowd) object.label += " (crowd)";
    if (annotation.segmentation.index() != 0) {
      object.mask = to_rle(annotation.segmentation, height, width);
    }
    objects.push_back(std::move(object));
  }
  return objects;
}

std::vector<DrawnObject> found_objects(const CategoryNames& names,
                                       std::vector<DetectionResult> detections,
                                       const std::function<bool(const DetectionResult&)>& keep) {
  std::ranges::stable_sort(detections, {}, &DetectionResult::score);
  std::vector<DrawnObject> objects;
  for (DetectionResult& detection : detections) {
    if (!keep(detection)) continue;
    objects.push_back(
        {to_box(detection.bbox), detection.category_id,
         fmt::format("{} {:.2f}", name_of(names, detection.category_id), detection.score), false,
         std::move(detection.mask)});
  }
  return objects;
}

Image shrunk(const Image& image, int most) {
  const int longer = std::max(image.height, image.width);
  if (longer <= most) return image;
  const auto side = [&](int length) {
    return std::max(1, static_cast<int>(static_cast<std::int64_t>(length) * most / longer));
  };
  Image out{side(image.height), side(image.width), {}};
  out.rgb.reserve(static_cast<std::size_t>(out.height) * static_cast<std::size_t>(out.width) * 3);
  for (int y = 0; y < out.height; ++y) {
    const Range rows = covered(y, image.height, out.height);
    for (int x = 0; x < out.width; ++x) {
      const Range columns = covered(x, image.width, out.width);
      const auto count =
          static_cast<std::uint32_t>((rows.end - rows.begin) * (columns.end - columns.begin));
      for (std::size_t c = 0; c < 3; ++c) {
        std::uint32_t sum = 0;
        for (int v = rows.begin; v < rows.end; ++v) {
          for (int u = columns.begin; u < columns.end; ++u) {
            sum += image.rgb[(static_cast<std::size_t>(v) * static_cast<std::size_t>(image.width) +
                              static_cast<std::size_t>(u)) *
                                 3 +
                             c];
          }
        }
        out.rgb.push_back(static_cast<std::uint8_t>((sum + count / 2) / count));
      }
    }
  }
  return out;
}

DrawnObject scaled(const DrawnObject& object, const Image& from, const Image& to) {
  if (from.height == to.height && from.width == to.width) return object;
  const float x = static_cast<float>(to.width) / static_cast<float>(from.width);
  const float y = static_cast<float>(to.height) / static_cast<float>(from.height);
  DrawnObject out{{object.box.x0 * x, object.box.y0 * y, object.box.x1 * x, object.box.y1 * y},
                  object.category_id,
                  object.label,
                  object.crowd,
                  std::nullopt};
  if (object.mask) out.mask = scaled_mask(*object.mask, to.height, to.width);
  return out;
}

}  // namespace roiflow
