/// A small labelled set and detections on it, as a detector would give them: float32 boxes with
/// fractions, float32 scores, masks. The same seed gives the same set.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "stages/core/annotation.hpp"
#include "stages/core/detection.hpp"
#include "stages/masks/polygon.hpp"

namespace roiflow::test {

struct LabelledImage {
  ImageRecord record;
  std::vector<Annotation> annotations;
  std::vector<Detection> detections;
};

inline std::vector<LabelledImage> random_detections(unsigned seed, int images) {
  std::mt19937 random(seed);
  // Not std::uniform_real_distribution: its sequence differs between standard libraries.
  const auto uniform = [&](double low, double high) {
    return low + (high - low) * static_cast<double>(random()) / 4294967296.0;
  };
  std::vector<LabelledImage> set;
  std::int64_t next_id = 1;
  for (int i = 0; i < images; ++i) {
    LabelledImage& image = set.emplace_back();
    image.record = {i, 1000 - 7 * i, std::to_string(i) + ".jpg", 160, 120, {}};
    for (int j = static_cast<int>(random() % 6); j > 0; --j) {
      Annotation a;
      a.id = next_id++;
      a.category_id = 1 + static_cast<std::int64_t>(random() % 3);
      a.bbox = {uniform(0, 90), uniform(0, 60), uniform(8, 60), uniform(8, 55)};
      a.area = a.bbox[2] * a.bbox[3];
      const double x1 = a.bbox[0] + a.bbox[2], y1 = a.bbox[1] + a.bbox[3];
      a.segmentation = Polygons{{{a.bbox[0], a.bbox[1], x1, a.bbox[1], x1, y1, a.bbox[0], y1}}};
      for (int k = static_cast<int>(random() % 4); k > 0; --k) {
        const auto near = [&](double v) { return static_cast<float>(v + uniform(-4, 4)); };
        Detection d{{near(a.bbox[0]), near(a.bbox[1]), near(x1), near(y1)},
                    static_cast<float>(uniform(0.05, 1)),
                    a.category_id,
                    std::nullopt};
        const Box& b = d.box;
        d.mask = rasterise_box({static_cast<double>(b.x0), static_cast<double>(b.y0),
                                static_cast<double>(width(b)), static_cast<double>(height(b))},
                               image.record.height, image.record.width);
        image.detections.push_back(std::move(d));
      }
      image.annotations.push_back(std::move(a));
    }
  }
  return set;
}

}  // namespace roiflow::test
