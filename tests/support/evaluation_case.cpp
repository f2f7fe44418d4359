#include "tests/support/evaluation_case.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace roiflow::test {
namespace {

using Json = nlohmann::json;

Segmentation segmentation_of(const Json& value) {
  if (value.is_array()) return Polygons{value.get<std::vector<std::vector<double>>>()};
  const int height = value["size"][0], width = value["size"][1];
  if (value["counts"].is_string()) return RleText{height, width, value["counts"]};
  return Rle{height, width, value["counts"].get<std::vector<std::uint32_t>>()};
}

Annotation annotation_of(const Json& value) {
  Annotation annotation;
  annotation.id = value["id"];
  annotation.category_id = value["category_id"];
  annotation.bbox = value["bbox"];
  annotation.area = value["area"];
  annotation.iscrowd = value["iscrowd"] == 1;
  annotation.segmentation = segmentation_of(value["segmentation"]);
  return annotation;
}

Truth truth_of(const Json& coco) {
  Truth truth;
  std::map<std::int64_t, std::size_t> place;
  for (const Json& image : coco["images"]) {
    place[image["id"]] = truth.images.size();
    truth.images.push_back({image["id"], image["height"], image["width"], {}});
  }
  for (const Json& category : coco["categories"]) {
    truth.categories.push_back({category["id"], category["name"], {}, {}});
  }
  for (const Json& value : coco["annotations"]) {
    truth.images[place.at(value["image_id"])].annotations.push_back(annotation_of(value));
  }
  return truth;
}

Expected expected_of(const Json& value) {
  Expected expected;
  for (const Json& stat : value["stats"]) {
    expected.stats.push_back(std::strtod(stat.get<std::string>().c_str(), nullptr));
  }
  expected.crc32 = value["crc32"];
  return expected;
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
  columns.first.push_back(columns.ids.size());
}

}  // namespace

Columns columns_of(const EvaluationParams& params, IouType type, const Truth& truth,
                   const ResultsFile& file) {
  Columns columns;
  columns.truth.category_ids = params.category_ids;
  columns.truth.first = {0};
  columns.results.first = {0};
  std::vector<TruthImage> images = truth.images;
  std::ranges::sort(images, {}, &TruthImage::id);
  ResultColumns& results = columns.results;
  for (const TruthImage& image : images) {
    append(columns.truth, params, image);
    for (const ResultRecord& record : file.records) {
      if (record.image_id != image.id) continue;
      const DetectionResult whole =
          complete(record, file.has_boxes, type, image.height, image.width);
      results.categories.push_back(rank_of(params, record.category_id));
      results.scores.push_back(record.score);
      results.boxes.push_back(whole.bbox);
      if (file.has_boxes) results.areas.push_back(whole.area);
      results.shapes.add(record.segmentation);
    }
    results.first.push_back(results.scores.size());
    results.image_processed.push_back(1);
  }
  return columns;
}

Truth read_truth(const std::filesystem::path& coco_json) {
  std::ifstream file(coco_json);
  return truth_of(Json::parse(file));
}

std::vector<EvaluationCase> read_cases(const std::filesystem::path& json,
                                       const std::filesystem::path& scratch) {
  std::ifstream file(json);
  std::vector<EvaluationCase> cases;
  for (const Json& value : Json::parse(file)) {
    EvaluationCase& one = cases.emplace_back();
    one.name = value["name"];
    one.truth = truth_of(value["ground_truth"]);
    one.params = coco_params(one.truth.categories);
    one.params.max_detections = value["params"]["max_detections"].get<std::vector<int>>();
    one.params.use_categories = value["params"]["use_categories"];
    const auto results = scratch / "case_results.json";
    std::ofstream(results) << value["results"];
    one.results = read_results_json(results);
    for (const auto& [type, numbers] : value["expected"].items()) {
      one.expected[type] = expected_of(numbers);
    }
  }
  return cases;
}

EvaluationArrays evaluate(const EvaluationParams& params, IouType type, const Truth& truth,
                          const ResultsFile& results, bool backwards) {
  std::vector<TruthImage> images = truth.images;
  if (backwards) std::reverse(images.begin(), images.end());
  Accumulator sum(params);
  for (const TruthImage& image : images) {
    std::vector<DetectionResult> detections;
    for (const ResultRecord& record : results.records) {
      if (record.image_id != image.id) continue;
      detections.push_back(complete(record, results.has_boxes, type, image.height, image.width));
    }
    sum.append(image.id, match_image(params, type, image.annotations,
                                     std::span<const DetectionResult>(detections), image.height,
                                     image.width));
  }
  return sum.accumulate();
}

EvaluationArrays evaluate_in_columns(const EvaluationParams& params, IouType type,
                                     const Truth& truth, const ResultsFile& results) {
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
