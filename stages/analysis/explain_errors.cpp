#include <algorithm>

#include "stages/analysis/tide.hpp"

namespace roiflow {
namespace {

constexpr double found_at = 0.5, background_below = 0.1;

/// The largest overlap among the objects that `wanted` names, and the first that has it.
struct Nearest {
  double overlap = 0;
  std::size_t object = 0;
};

template <class Wanted>
Nearest nearest(std::span<const double> overlaps, const Wanted& wanted) {
  Nearest best;
  for (std::size_t g = 0; g < overlaps.size(); ++g) {
    if (wanted(g) && overlaps[g] > best.overlap) best = {overlaps[g], g};
  }
  return best;
}

/// One image's objects while its detections are looked at.
class Explanation {
 public:
  Explanation(const ImageOverlaps& overlaps, std::span<const Region> objects)
      : overlaps_(overlaps), objects_(objects), taken_(objects.size()), claimed_(objects.size()) {}

  /// True if detection `d` takes an object.
  bool take(std::size_t d, std::uint16_t category) {
    const Nearest free = nearest(overlaps_.row(d), [&](std::size_t g) {
      return !taken_[g] && objects_[g].category == category;
    });
    if (free.overlap < found_at) return false;
    taken_[free.object] = true;
    return true;
  }

  /// After all have taken theirs: why this one did not.
  void explain(std::size_t d, DetectionRecord& detection) {
    const auto row = overlaps_.row(d);
    const auto own = [&](std::size_t g) { return objects_[g].category == detection.category; };
    const Nearest same = nearest(row, own);
    if (same.overlap >= background_below && same.overlap <= found_at) {
      detection.fate = Fate::localisation;
      claim(same.object, detection);
      return;
    }
    const Nearest other = nearest(row, [&](std::size_t g) { return !own(g); });
    if (other.overlap >= found_at) {
      detection.fate = Fate::classification;
      claim(other.object, detection);
      return;
    }
    const Nearest used = nearest(row, [&](std::size_t g) { return own(g) && taken_[g]; });
    if (used.overlap >= found_at) {
      detection.fate = Fate::duplicate;
    } else if (std::max(same.overlap, other.overlap) <= background_below) {
      detection.fate = Fate::background;
    } else {
      detection.fate = Fate::both;
    }
  }

  [[nodiscard]] bool taken(std::size_t g) const { return taken_[g]; }
  [[nodiscard]] bool claimed(std::size_t g) const { return claimed_[g]; }

 private:
  void claim(std::size_t g, DetectionRecord& detection) {
    if (taken_[g] || claimed_[g]) return;
    claimed_[g] = true;
    detection.repaired = objects_[g].category;
  }

  const ImageOverlaps& overlaps_;
  std::span<const Region> objects_;
  std::vector<bool> taken_, claimed_;
};

}  // namespace

void explain_errors(ImageAnalysisRecord& image, const ImageOverlaps& overlaps,
                    std::span<const Region> objects, std::size_t limit) {
  Explanation explanation(overlaps, objects);
  const std::size_t count = std::min(limit, image.detections.size());
  for (std::size_t d = 0; d < count; ++d) {
    if (explanation.take(d, image.detections[d].category)) image.detections[d].fate = Fate::right;
  }
  for (std::size_t d = 0; d < count; ++d) {
    DetectionRecord& detection = image.detections[d];
    if (detection.fate == Fate::right) continue;
    detection.in_crowd = overlaps.in_crowd(d) > found_at;
    explanation.explain(d, detection);
  }
  for (std::size_t g = 0; g < objects.size(); ++g) {
    if (explanation.taken(g)) continue;
    for (ObjectRecord& record : image.objects) {
      if (record.category != objects[g].category) continue;
      ++record.unmatched;
      if (!explanation.claimed(g)) ++record.missed;
    }
  }
}

}  // namespace roiflow
