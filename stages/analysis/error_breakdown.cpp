#include <algorithm>
#include <array>
#include <numeric>

#include "stages/analysis/tide.hpp"
#include "stages/evaluate/sort_scores.hpp"

namespace roiflow {
namespace {

/// One category's precision at each of its right detections.
class Curve {
 public:
  void add(bool right) {
    ++(right ? rights_ : wrongs_);
    if (right) precisions_.push_back(rights_ / (rights_ + wrongs_));
  }

  [[nodiscard]] bool empty(double objects) const { return objects == 0 && rights_ + wrongs_ == 0; }

  /// In points of 0 .. 100, as tidecv; of nothing to be found it is 0.
  [[nodiscard]] double average_precision(double objects) {
    constexpr int steps = 100;
    if (objects == 0 || precisions_.empty()) return 0;
    for (std::size_t i = precisions_.size(); i-- > 1;) {
      precisions_[i - 1] = std::max(precisions_[i - 1], precisions_[i]);
    }
    double sum = 0;
    std::size_t at = 0;
    for (int i = 0; i <= steps; ++i) {
      const double recall = static_cast<double>(i) / steps;
      while (at < precisions_.size() && static_cast<double>(at + 1) / objects < recall) ++at;
      if (at == precisions_.size()) break;
      sum += precisions_[at];
    }
    return sum / (steps + 1) * 100;
  }

 private:
  double rights_ = 0, wrongs_ = 0;
  std::vector<double> precisions_;
};

double mean_of(std::vector<Curve>& curves, std::span<const double> objects) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t k = 0; k < curves.size(); ++k) {
    if (curves[k].empty(objects[k])) continue;
    sum += curves[k].average_precision(objects[k]);
    ++count;
  }
  return count == 0 ? -1 : sum / static_cast<double>(count);
}

/// What the breakdown needs of a detection.
struct Item {
  double score;
  std::uint16_t category, repaired;
  Fate fate;
  bool in_crowd;
};

/// All detections that TIDE sees, and the objects of each category.
class Breakdown {
 public:
  Breakdown(std::span<const ImageAnalysisRecord* const> images, std::size_t categories)
      : objects_(categories), unmatched_(categories), missed_(categories) {
    for (const ImageAnalysisRecord* image : images) {
      for (const DetectionRecord& detection : image->detections) {
        if (detection.fate == Fate::cut) continue;
        items_.push_back({detection.score, detection.category, detection.repaired, detection.fate,
                          detection.in_crowd});
      }
      for (const ObjectRecord& record : image->objects) {
        objects_[record.category] += record.objects;
        unmatched_[record.category] += record.unmatched;
        missed_[record.category] += record.missed;
      }
    }
    sort();
    ap_ = mean_as_it_is(items_, objects_);
    // After a repair wrong ones come first among equal scores.
    std::stable_partition(items_.begin(), items_.end(),
                          [](const Item& item) { return item.fate != Fate::right; });
    sort();
  }

  [[nodiscard]] double ap() const { return ap_; }

  /// What is won if all errors of a kind are repaired.
  [[nodiscard]] ErrorKind repaired(std::string name, Fate kind) const {
    ErrorKind error{.name = std::move(name)};
    std::vector<Curve> curves(objects_.size());
    for (const Item& d : items_) {
      if (d.fate == kind) {
        ++error.count;
        if (d.repaired != took_nothing) curves[d.repaired].add(true);
      } else if (!d.in_crowd) {
        curves[d.category].add(d.fate == Fate::right);
      }
    }
    error.loss = std::max(0.0, gain(mean_of(curves, objects_)));
    return error;
  }

  [[nodiscard]] ErrorKind missed() const {
    ErrorKind error = without_objects("missed", missed_);
    error.loss = std::max(0.0, error.loss);
    return error;
  }

  [[nodiscard]] ErrorKind false_negatives() const {
    return without_objects("false negatives", unmatched_);
  }

  /// As if all wrong detections had the lowest score of all.
  [[nodiscard]] ErrorKind false_positives() const {
    ErrorKind error{.name = "false positives"};
    std::vector<Curve> curves(objects_.size());
    for (const Item& d : items_) {
      if (d.fate == Fate::right) curves[d.category].add(true);
    }
    for (const Item& d : items_) {
      if (d.fate == Fate::right || d.in_crowd) continue;
      curves[d.category].add(false);
      ++error.count;
    }
    error.loss = gain(mean_of(curves, objects_));
    return error;
  }

 private:
  void sort() {
    std::ranges::stable_sort(
        items_, [](const Item& a, const Item& b) { return goes_before(a.score, b.score); });
  }

  [[nodiscard]] double gain(double repaired_ap) const {
    return repaired_ap < 0 || ap_ < 0 ? 0 : (repaired_ap - ap_) / 100;
  }

  [[nodiscard]] static double mean_as_it_is(std::span<const Item> items,
                                            std::span<const double> objects) {
    std::vector<Curve> curves(objects.size());
    for (const Item& d : items) {
      if (!d.in_crowd) curves[d.category].add(d.fate == Fate::right);
    }
    return mean_of(curves, objects);
  }

  [[nodiscard]] ErrorKind without_objects(std::string name, std::span<const double> which) const {
    std::vector<double> left = objects_;
    for (std::size_t k = 0; k < left.size(); ++k) left[k] -= which[k];
    const double count = std::accumulate(which.begin(), which.end(), 0.0);
    return {std::move(name), gain(mean_as_it_is(items_, left)), static_cast<std::uint64_t>(count)};
  }

  std::vector<Item> items_;
  std::vector<double> objects_, unmatched_, missed_;  // [K]
  double ap_ = -1;
};

}  // namespace

ErrorBreakdown error_breakdown(std::span<const ImageAnalysisRecord* const> images,
                               std::size_t categories) {
  const Breakdown breakdown(images, categories);
  ErrorBreakdown errors;
  errors.ap = breakdown.ap() < 0 ? -1 : breakdown.ap() / 100;
  errors.main = {breakdown.repaired("classification", Fate::classification),
                 breakdown.repaired("localisation", Fate::localisation),
                 breakdown.repaired("both", Fate::both),
                 breakdown.repaired("duplicate", Fate::duplicate),
                 breakdown.repaired("background", Fate::background),
                 breakdown.missed()};
  errors.special = {breakdown.false_positives(), breakdown.false_negatives()};
  return errors;
}

}  // namespace roiflow
