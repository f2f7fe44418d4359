#include "stages/voc/voc_match.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "stages/evaluate/sort_scores.hpp"

namespace roiflow {
namespace {

constexpr double none = -std::numeric_limits<double>::infinity();

double area(const VocBox& box) {
  return (box.xmax - box.xmin + 1) * (box.ymax - box.ymin + 1);
}

/// Objects and detections of one class, in the order given.
struct Group {
  std::vector<const VocObject*> objects;
  std::vector<const VocDetection*> detections;
};

struct Best {
  double overlap = none;
  std::size_t object = 0;
};

Best best_object(const VocBox& box, const std::vector<const VocObject*>& objects) {
  Best best;
  for (std::size_t j = 0; j < objects.size(); ++j) {
    const double overlap = voc_overlap(box, objects[j]->box);
    if (overlap > best.overlap) best = {overlap, j};
  }
  return best;
}

VocClassMatches match_class(const VocRule& rule, std::int64_t category_id, Group& group) {
  VocClassMatches matches{category_id};
  for (const VocObject* object : group.objects) matches.ground_truths += object->difficult ? 0 : 1;
  std::ranges::stable_sort(group.detections, [](const VocDetection* a, const VocDetection* b) {
    return goes_before(a->score, b->score);
  });
  std::vector<bool> taken(group.objects.size(), false);
  for (const VocDetection* detection : group.detections) {
    const auto [overlap, j] = best_object(detection->box, group.objects);
    const bool found = overlap > none && (rule.strictly_above ? overlap > rule.iou_threshold
                                                              : overlap >= rule.iou_threshold);
    VocVerdict verdict = VocVerdict::wrong;
    if (found && group.objects[j]->difficult) {
      verdict = VocVerdict::neither;
    } else if (found && !taken[j]) {
      verdict = VocVerdict::right;
      taken[j] = true;
    }
    matches.scores.push_back(detection->score);
    matches.places.push_back(detection->place);
    matches.verdicts.push_back(verdict);
  }
  return matches;
}

}  // namespace

VocBox to_voc_box(const std::array<double, 4>& bbox) {
  return {bbox[0] + 1, bbox[1] + 1, bbox[0] + bbox[2], bbox[1] + bbox[3]};
}

std::array<double, 4> from_voc_box(const VocBox& box) {
  const double x = box.xmin - 1, y = box.ymin - 1;
  return {x, y, box.xmax - x, box.ymax - y};
}

double voc_overlap(const VocBox& a, const VocBox& b) {
  const double width = std::min(a.xmax, b.xmax) - std::max(a.xmin, b.xmin) + 1;
  const double height = std::min(a.ymax, b.ymax) - std::max(a.ymin, b.ymin) + 1;
  if (!(width > 0 && height > 0)) return none;
  return width * height / (area(a) + area(b) - width * height);
}

std::vector<VocClassMatches> match_voc(const VocRule& rule, std::span<const VocObject> objects,
                                       std::span<const VocDetection> detections) {
  std::map<std::int64_t, Group> groups;
  for (const VocObject& object : objects) groups[object.category_id].objects.push_back(&object);
  for (const VocDetection& d : detections) groups[d.category_id].detections.push_back(&d);
  std::vector<VocClassMatches> matches;
  matches.reserve(groups.size());
  for (auto& [category_id, group] : groups) {
    matches.push_back(match_class(rule, category_id, group));
  }
  return matches;
}

std::vector<VocObject> voc_objects(std::span<const Annotation> annotations) {
  std::vector<VocObject> objects;
  objects.reserve(annotations.size());
  for (const Annotation& a : annotations) {
    objects.push_back({a.category_id, to_voc_box(a.bbox), a.difficult || a.iscrowd});
  }
  return objects;
}

std::vector<VocDetection> voc_detections(std::int64_t image,
                                         std::span<const DetectionResult> detections) {
  constexpr int bits_of_an_image = 32;
  std::vector<VocDetection> result;
  result.reserve(detections.size());
  for (std::size_t i = 0; i < detections.size(); ++i) {
    const auto place = (static_cast<std::uint64_t>(image) << bits_of_an_image) + i;
    const DetectionResult& d = detections[i];
    result.push_back({d.category_id, d.score, to_voc_box(d.bbox), place});
  }
  return result;
}

}  // namespace roiflow
