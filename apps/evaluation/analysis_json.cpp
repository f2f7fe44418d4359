#include "apps/evaluation/analysis_json.hpp"

#include "apps/evaluation/class_keys.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  return value < 0 ? Json(nullptr) : Json(value);
}

Json interval(const Interval& interval) {
  if (interval.low < 0) return nullptr;
  return {interval.low, interval.high};
}

Json point(const OperatingPoint& point) {
  if (point.f1 < 0) return nullptr;
  return {{"score", point.score},
          {"precision", point.precision},
          {"recall", point.recall},
          {"f1", point.f1}};
}

Json class_json(const ClassAnalysis& row, bool curves) {
  Json json = {{"category_id", row.category_id},
               {"AP", number(row.ap)},
               {"AP50", number(row.ap50)},
               {"AP75", number(row.ap75)},
               {"ground_truths", row.ground_truths},
               {"detections", row.detections},
               {"true_positives", row.true_positives},
               {"best", point(row.best)},
               {"AP_ties", interval(row.ap_ties)},
               {"AP_confidence", interval(row.ap_confidence)}};
  if (!curves) return json;
  Json& list = json["curves"] = Json::array();
  for (const PrecisionRecall& curve : row.curves) {
    list.push_back({{"iou_threshold", curve.iou_threshold},
                    {"recall", curve.recall},
                    {"precision", curve.precision},
                    {"score", curve.score}});
  }
  return json;
}

Json confusion_json(const ConfusionMatrix& matrix) {
  Json rows = Json::array();
  const std::size_t side = matrix.labels.size() + 1;
  for (std::size_t row = 0; row < side; ++row) {
    const auto begin = matrix.counts.begin() + static_cast<std::ptrdiff_t>(row * side);
    rows.push_back(std::vector<std::uint64_t>(begin, begin + static_cast<std::ptrdiff_t>(side)));
  }
  return {{"iou_threshold", matrix.iou_threshold},
          {"score_threshold", matrix.score_threshold},
          {"labels", matrix.labels},
          {"counts", rows}};
}

Json errors_json(const ErrorBreakdown& errors) {
  const auto list = [](const std::vector<ErrorKind>& kinds) {
    Json json = Json::array();
    for (const ErrorKind& kind : kinds) {
      json.push_back({{"name", kind.name}, {"loss", kind.loss}, {"count", kind.count}});
    }
    return json;
  };
  return {{"iou_threshold", errors.iou_threshold},
          {"background_threshold", errors.background_threshold},
          {"AP", number(errors.ap)},
          {"main", list(errors.main)},
          {"special", list(errors.special)}};
}

Json counts_json(const ImageErrors& image) {
  return {{"true_positives", image.true_positives},
          {"false_positives", image.false_positives},
          {"misses", image.misses}};
}

Json difference_json(const Difference& difference) {
  const bool both = difference.a >= 0 && difference.b >= 0;
  Json json = {{"a", number(difference.a)},
               {"b", number(difference.b)},
               {"difference", both ? Json(difference.b - difference.a) : Json(nullptr)},
               {"confidence", nullptr}};
  if (difference.confidence) {
    json["confidence"] = {difference.confidence->low, difference.confidence->high};
  }
  return json;
}

}  // namespace

Json analysis_json(const Analysis& analysis, const AnalysisJsonOptions& options) {
  Json json;
  Json& classes = json["per_class"] = Json::object();
  const std::vector<std::string> keys = class_keys(analysis.classes);
  for (std::size_t k = 0; k < keys.size(); ++k) {
    classes[keys[k]] = class_json(analysis.classes[k], options.curves);
  }
  json["overall"] = point(analysis.overall);
  if (!analysis.confusion.counts.empty()) json["confusion"] = confusion_json(analysis.confusion);
  if (!analysis.errors.main.empty()) json["errors"] = errors_json(analysis.errors);
  json["ties"] = {{"AP", interval(analysis.ap_ties)}};
  if (analysis.bootstrap_samples > 0) {
    json["bootstrap"] = {{"samples", analysis.bootstrap_samples},
                         {"confidence", 0.95},
                         {"AP", interval(analysis.ap_confidence)},
                         {"AP50", interval(analysis.ap50_confidence)}};
  }
  Json& conventions = json["conventions"] = Json::array();
  for (const ConventionRow& row : analysis.conventions) {
    conventions.push_back({{"name", row.name},
                           {"description", row.description},
                           {"AP", number(row.ap)},
                           {"AP50", number(row.ap50)},
                           {"AP75", number(row.ap75)}});
  }
  Json& images = json["images"] = Json::array();
  for (const ImageErrors& image : analysis.images) {
    if (images.size() == options.most_images) break;
    Json entry = {{"image_id", image.image_id}};
    entry.update(counts_json(image));
    images.push_back(entry);
  }
  return json;
}

Json comparison_json(const Comparison& comparison, std::size_t most_images) {
  Json json = {
      {"images", comparison.images},          {"only_a", comparison.only_a},
      {"only_b", comparison.only_b},          {"bootstrap_samples", comparison.bootstrap_samples},
      {"AP", difference_json(comparison.ap)}, {"AP50", difference_json(comparison.ap50)}};
  Json& classes = json["per_class"] = Json::object();
  const std::vector<std::string> keys = class_keys(comparison.classes);
  for (std::size_t k = 0; k < keys.size(); ++k) {
    const ClassComparison& row = comparison.classes[k];
    classes[keys[k]] = {{"category_id", row.category_id},
                        {"AP", difference_json(row.ap)},
                        {"AP50", difference_json(row.ap50)}};
  }
  Json& changed = json["changed"] = Json::array();
  for (const ImageComparison& image : comparison.changed) {
    if (changed.size() == most_images) break;
    changed.push_back(
        {{"image_id", image.image_id}, {"a", counts_json(image.a)}, {"b", counts_json(image.b)}});
  }
  return json;
}

}  // namespace roiflow
