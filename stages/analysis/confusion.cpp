#include "stages/analysis/confusion.hpp"

#include <cstddef>

namespace roiflow {
namespace {

/// Index of the object that a detection takes, or objects.size().
std::size_t choose(std::span<const double> overlaps, std::uint16_t category,
                   std::span<const Region> objects, const std::vector<bool>& taken) {
  std::size_t chosen = objects.size();
  for (std::size_t g = 0; g < objects.size(); ++g) {
    if (taken[g] || !(overlaps[g] >= confusion_iou)) continue;
    if (chosen == objects.size() || overlaps[g] > overlaps[chosen] ||
        (overlaps[g] == overlaps[chosen] && objects[g].category == category &&
         objects[chosen].category != category)) {
      chosen = g;
    }
  }
  return chosen;
}

}  // namespace

void take_over_all_categories(std::span<DetectionRecord> detections, const ImageOverlaps& overlaps,
                              std::span<const Region> objects) {
  std::vector<bool> taken(objects.size());
  for (std::size_t d = 0; d < detections.size(); ++d) {
    DetectionRecord& detection = detections[d];
    if (!detection.in_limit) continue;
    const std::size_t g = choose(overlaps.row(d), detection.category, objects, taken);
    if (g < objects.size()) {
      taken[g] = true;
      detection.took = objects[g].category;
    } else if (overlaps.in_crowd(d) >= confusion_iou) {
      detection.took = took_crowd;
    }
  }
}

ConfusionMatrix empty_confusion(std::vector<std::string> labels, double score_threshold) {
  ConfusionMatrix matrix;
  matrix.iou_threshold = confusion_iou;
  matrix.score_threshold = score_threshold;
  matrix.labels = std::move(labels);
  const std::size_t side = matrix.labels.size() + 1;
  matrix.counts.assign(side * side, 0);
  return matrix;
}

void add_image(ConfusionMatrix& matrix, const ImageAnalysisRecord& image) {
  const std::size_t background = matrix.labels.size(), side = background + 1;
  for (const ObjectRecord& objects : image.objects) {
    matrix.counts[objects.category * side + background] += objects.objects;  // until found
  }
  for (const DetectionRecord& detection : image.detections) {
    if (!detection.in_limit || detection.took == took_crowd) continue;
    if (!(detection.score >= matrix.score_threshold)) continue;
    const bool found = detection.took != took_nothing;
    const std::size_t row = found ? detection.took : background;
    ++matrix.counts[row * side + detection.category];
    if (found) --matrix.counts[row * side + background];
  }
}

}  // namespace roiflow
