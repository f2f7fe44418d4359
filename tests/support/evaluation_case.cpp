#include "tests/support/evaluation_case.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "stages/masks/polygon.hpp"
#include "stages/masks/rle.hpp"

namespace roiflow::test {
namespace {

using Json = nlohmann::json;

Segmentation segmentation_of(const Json& record) {
  if (!record.contains("segmentation")) return {};
  const Json& value = record["segmentation"];
  if (value.is_array()) return Polygons{value.get<std::vector<std::vector<double>>>()};
  const int height = value["size"][0], width = value["size"][1];
  if (value["counts"].is_string()) return RleText{height, width, value["counts"]};
  return Rle{height, width, value["counts"].get<std::vector<std::uint32_t>>()};
}

void append(TruthImage& image, const Json& value) {
  Annotation& annotation = image.annotations.emplace_back();
  annotation.id = value["id"];
  annotation.category_id = value["category_id"];
  annotation.bbox = value["bbox"];
  annotation.area = value["area"];
  annotation.iscrowd = value["iscrowd"] == 1;
  annotation.segmentation = segmentation_of(value);
  if (!value.contains("keypoints")) return;
  image.keypoints.push_back(value["keypoints"]);
  image.keypoint_counts.push_back(value["num_keypoints"]);
}

Truth truth_of(const Json& coco) {
  Truth truth;
  std::map<std::int64_t, std::size_t> place;
  for (const Json& image : coco["images"]) {
    place[image["id"]] = truth.images.size();
    truth.images.push_back({image["id"], image["height"], image["width"], {}, {}, {}});
  }
  for (const Json& category : coco["categories"]) {
    truth.categories.push_back({category["id"], category["name"], {}, {}});
  }
  for (const Json& value : coco["annotations"]) {
    append(truth.images[place.at(value["image_id"])], value);
  }
  return truth;
}

std::vector<Result> results_of(const Json& records) {
  std::vector<Result> results;
  for (const Json& record : records) {
    Result& result = results.emplace_back();
    result.image_id = record["image_id"];
    result.category_id = record["category_id"];
    result.score = record["score"].is_null() ? std::numeric_limits<double>::quiet_NaN()
                                             : record["score"].get<double>();
    if (record.contains("bbox")) result.bbox = record["bbox"].get<std::array<double, 4>>();
    result.segmentation = segmentation_of(record);
    if (record.contains("keypoints")) {
      result.keypoints = record["keypoints"].get<std::vector<double>>();
    }
  }
  return results;
}

EvaluationParams params_of(const Json& value, const Truth& truth, bool keypoints) {
  EvaluationParams params =
      keypoints ? coco_keypoint_params(truth.categories) : coco_params(truth.categories);
  params.max_detections = value["max_detections"].get<std::vector<int>>();
  params.use_categories = value["use_categories"];
  if (value.contains("iou_thresholds")) {
    params.iou_thresholds = value["iou_thresholds"].get<std::vector<double>>();
  }
  if (value.contains("recall_thresholds")) {
    params.recall_thresholds = value["recall_thresholds"].get<std::vector<double>>();
  }
  if (value.contains("area_ranges")) {
    params.area_ranges.clear();
    for (const Json& range : value["area_ranges"]) {
      params.area_ranges.push_back({range[0], range[1], range[2]});
    }
  }
  return params;
}

Expected expected_of(const Json& value) {
  Expected expected;
  for (const Json& stat : value["stats"]) {
    expected.stats.push_back(std::strtod(stat.get<std::string>().c_str(), nullptr));
  }
  expected.crc32 = value["crc32"];
  return expected;
}

IouType type_of(const std::string& text) {
  for (const IouType type : {IouType::bbox, IouType::segm}) {
    if (text == name(type)) return type;
  }
  return IouType::keypoints;
}

/// What the COCO API makes of a record: the keys of the first one decide whose area counts.
DetectionResult complete(const Result& record, bool has_boxes, IouType type,
                         const TruthImage& image) {
  DetectionResult result{record.category_id, record.score, {}, std::nullopt, 0};
  const bool has_mask = !std::holds_alternative<std::monostate>(record.segmentation);
  if (has_mask) result.mask = to_rle(record.segmentation, image.height, image.width);
  result.bbox = record.bbox ? *record.bbox : bounding_box(*result.mask);
  if (!has_mask && type == IouType::segm) {
    result.mask = rasterise_box(*record.bbox, image.height, image.width);
  }
  result.area =
      has_boxes ? result.bbox[2] * result.bbox[3] : static_cast<double>(area(*result.mask));
  return result;
}

/// The area of the box around all keypoints.
double keypoint_area(const std::vector<double>& keypoints) {
  std::array<double, 2> low{keypoints[0], keypoints[1]}, high = low;
  for (std::size_t p = 0; p < keypoints.size(); p += 3) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
      low[axis] = std::min(low[axis], keypoints[p + axis]);
      high[axis] = std::max(high[axis], keypoints[p + axis]);
    }
  }
  return (high[0] - low[0]) * (high[1] - low[1]);
}

std::uint32_t rank_of(const EvaluationParams& params, std::int64_t category_id) {
  const auto found = std::ranges::find(params.category_ids, category_id);
  if (found == params.category_ids.end()) return no_category;
  return static_cast<std::uint32_t>(found - params.category_ids.begin());
}

void append(TruthColumns& columns, const EvaluationParams& params, const TruthImage& image) {
  columns.image_ids.push_back(image.id);
  columns.heights.push_back(image.height);
  columns.widths.push_back(image.width);
  for (const Annotation& annotation : image.annotations) {
    columns.ids.push_back(annotation.id);
    columns.categories.push_back(rank_of(params, annotation.category_id));
    columns.boxes.push_back(annotation.bbox);
    columns.areas.push_back(annotation.area);
    columns.crowds.push_back(annotation.iscrowd ? 1 : 0);
    columns.shapes.add(annotation.segmentation);
  }
  for (const auto& points : image.keypoints) {
    columns.keypoints_per_object = points.size() / 3;
    columns.keypoints.insert(columns.keypoints.end(), points.begin(), points.end());
  }
  columns.keypoint_counts.insert(columns.keypoint_counts.end(), image.keypoint_counts.begin(),
                                 image.keypoint_counts.end());
  columns.first.push_back(columns.ids.size());
}

void append(ResultColumns& columns, const EvaluationParams& params, IouType type,
            const Result& record, bool has_boxes, const TruthImage& image) {
  columns.categories.push_back(rank_of(params, record.category_id));
  columns.scores.push_back(record.score);
  if (type == IouType::keypoints) {
    columns.keypoints.insert(columns.keypoints.end(), record.keypoints.begin(),
                             record.keypoints.end());
    columns.areas.push_back(has_boxes ? (*record.bbox)[2] * (*record.bbox)[3]
                                      : keypoint_area(record.keypoints));
    return;
  }
  const DetectionResult whole = complete(record, has_boxes, type, image);
  columns.boxes.push_back(whole.bbox);
  if (has_boxes) columns.areas.push_back(whole.area);
  columns.shapes.add(record.segmentation);
}

bool first_has_box(const std::vector<Result>& results) {
  return !results.empty() && results.front().bbox.has_value();
}

}  // namespace

Truth read_truth(const std::filesystem::path& coco_json) {
  std::ifstream file(coco_json);
  return truth_of(Json::parse(file));
}

std::vector<Result> read_results(const std::filesystem::path& results_json) {
  std::ifstream file(results_json);
  return results_of(Json::parse(file));
}

std::vector<EvaluationCase> read_cases(const std::filesystem::path& json) {
  std::ifstream file(json);
  std::vector<EvaluationCase> cases;
  for (const Json& value : Json::parse(file)) {
    EvaluationCase& one = cases.emplace_back();
    one.name = value["name"];
    one.truth = truth_of(value["ground_truth"]);
    one.params = params_of(value["params"], one.truth, value["expected"].contains("keypoints"));
    one.results = results_of(value["results"]);
    for (const auto& [type, numbers] : value["expected"].items()) {
      one.expected[type_of(type)] = expected_of(numbers);
    }
  }
  return cases;
}

std::vector<DetectionResult> detections_of(const std::vector<Result>& results,
                                           const TruthImage& image, IouType type) {
  std::vector<DetectionResult> detections;
  for (const Result& record : results) {
    if (record.image_id != image.id) continue;
    detections.push_back(complete(record, first_has_box(results), type, image));
  }
  return detections;
}

Columns columns_of(const EvaluationParams& params, IouType type, const Truth& truth,
                   const std::vector<Result>& results) {
  Columns columns;
  columns.truth.category_ids = params.category_ids;
  columns.truth.first = {0};
  columns.results.first = {0};
  std::vector<TruthImage> images = truth.images;
  std::ranges::sort(images, {}, &TruthImage::id);
  for (const TruthImage& image : images) {
    append(columns.truth, params, image);
    for (const Result& record : results) {
      if (record.image_id != image.id) continue;
      append(columns.results, params, type, record, first_has_box(results), image);
    }
    columns.results.first.push_back(columns.results.scores.size());
    columns.results.image_processed.push_back(1);
  }
  return columns;
}

EvaluationArrays evaluate(const EvaluationParams& params, IouType type, const Truth& truth,
                          const std::vector<Result>& results, bool backwards) {
  std::vector<TruthImage> images = truth.images;
  if (backwards) std::reverse(images.begin(), images.end());
  Accumulator sum(params);
  for (const TruthImage& image : images) {
    const auto detections = detections_of(results, image, type);
    sum.append(image.id, match_image(params, type, image.annotations,
                                     std::span<const DetectionResult>(detections), image.height,
                                     image.width));
  }
  return sum.accumulate();
}

EvaluationArrays evaluate_in_columns(const EvaluationParams& params, IouType type,
                                     const Truth& truth, const std::vector<Result>& results) {
  const Columns columns = columns_of(params, type, truth, results);
  return evaluate_columns(params, type, columns.truth, columns.results).accumulate();
}

std::uint32_t crc32(const std::vector<double>& values) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(values.data());
  std::uint32_t crc = ~0U;
  for (std::size_t i = 0; i < values.size() * sizeof(double); ++i) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xEDB88320U & (0U - (crc & 1U)));
  }
  return ~crc;
}

std::string hex(double value) {
  return fmt::format("{:a}", value);
}

}  // namespace roiflow::test
