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
  for (std::size_t i = 0; i < expected.stats.size(); ++i) {
    expected.stats[i] = std::strtod(value["stats"][i].get<std::string>().c_str(), nullptr);
  }
  expected.crc32 = value["crc32"];
  return expected;
}

}  // namespace

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
