#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "io/coco/evaluation_json.hpp"
#include "io/coco/region_json.hpp"
#include "stages/core/error.hpp"
#include "stages/masks/rle.hpp"

namespace roiflow {
namespace {

/// One detection, filled member by member and used again for the next.
struct ResultJson {
  std::int64_t image = 0, category = 0;
  double score = 0;
  std::array<double, 4> box{};
  double area = 0;
  ShapeJson shape;
  std::vector<double> keypoints;
  bool has_image = false, has_category = false, has_score = false, has_box = false,
       has_shape = false, has_keypoints = false;

  void clear() {
    has_image = has_category = has_score = has_box = has_shape = has_keypoints = false;
    keypoints.clear();
  }
};

class ResultReader {
 public:
  ResultReader(const std::filesystem::path& path, const TruthColumns& truth,
               const RegionContent& content)
      : json_(path),
        content_(content),
        kinds_(coco_result_kinds(path)),
        images_(truth.image_ids),
        categories_(truth.category_ids),
        points_(truth.keypoints_per_object),
        truth_(truth) {}

  ResultColumns read(std::size_t images) {
    json_.elements([&] {
      json_.place("", count_);
      json_.whole([&] { read_record(); });
      if (++count_ == sampled_records) reserve();
    });
    json_.end();
    return arrange(std::move(rows_), images);
  }

 private:
  static constexpr std::size_t sampled_records = 1000;

  /// From the size of the first records, so that columns need not move as they grow.
  void reserve() {
    constexpr double margin = 1.1;
    const double record_bytes = static_cast<double>(json_.offset()) / sampled_records;
    const auto records =
        static_cast<std::size_t>(margin * static_cast<double>(json_.file_bytes()) / record_bytes);
    ResultColumns& columns = rows_.columns;
    rows_.images.reserve(records);
    columns.categories.reserve(records);
    columns.scores.reserve(records);
    columns.boxes.reserve(records);
    if (!columns.areas.empty()) columns.areas.reserve(records);
    columns.keypoints.reserve(columns.keypoints.size() / sampled_records * records);
    if (!content_.shapes) return;
    columns.shapes.reserve(records);
    columns.shapes.reserve_text(json_.file_bytes());
  }

  void read_record() {
    ResultJson& r = result_;
    r.clear();
    std::size_t points = points_;
    json_.members([&](std::string_view key) {
      json_.member(key);
      read_member(key, points);
    });
    json_.member({});
    need(r.has_image, "image_id");
    need(r.has_category, "category_id");
    need(r.has_score, "score");
    complete();
    const std::uint32_t image = images_.find(r.image);
    if (image == IdIndex::missing) {
      json_.member("image_id");
      json_.refuse_record("the id of an image of the ground truth", std::to_string(r.image));
    }
    if (content_.shapes && content_.check_shapes) check_shape(image);
    points_ = points;
    keep(image);
  }

  void read_member(std::string_view key, std::size_t& points) {
    ResultJson& r = result_;
    if (key == "image_id") {
      r.has_image = true;
      r.image = json_.integer();
    } else if (key == "category_id") {
      r.has_category = true;
      r.category = json_.integer();
    } else if (key == "score") {
      r.has_score = true;
      r.score = json_.number();
    } else if (key == "bbox") {
      read_box_member();
    } else if (key == "segmentation") {
      r.has_shape = true;
      if (content_.shapes || (content_.boxes && by_shapes())) {
        r.shape.read(json_);
      } else {
        json_.skip();
      }
    } else if (key == "keypoints") {
      r.has_keypoints = true;
      r.keypoints.clear();
      if (content_.keypoints || by_keypoints()) {
        read_keypoints(json_, r.keypoints, points);
      } else {
        json_.skip();
      }
    } else {
      json_.skip();
    }
  }

  [[nodiscard]] bool by_shapes() const { return !kinds_.boxes && kinds_.shapes; }
  [[nodiscard]] bool by_keypoints() const { return !kinds_.boxes && !kinds_.shapes; }

  /// Of records completed by their mask, boxes are looked at only if they are compared.
  void read_box_member() {
    if (!kinds_.boxes && !(by_shapes() && content_.boxes)) return json_.skip();
    result_.has_box = true;
    result_.box = read_box(json_);
  }

  /// loadRes of pycocotools: what the record lacks, and its area.
  void complete() {
    ResultJson& r = result_;
    if (kinds_.boxes) {
      need(r.has_box, "bbox", "which the first record has");
      r.area = r.box[2] * r.box[3];
    } else if (kinds_.shapes) {
      need(r.has_shape, "segmentation", "which the first record has");
      complete_by_mask();
    } else {
      need(r.has_keypoints, "keypoints", "which the first record has");
      complete_by_keypoints();
    }
    if (content_.keypoints) need(r.has_keypoints, "keypoints");
    if (content_.shapes && !kinds_.boxes) need(r.has_shape, "segmentation");
  }

  /// pycocotools takes compressed run lengths only where there is no box.
  void complete_by_mask() {
    ResultJson& r = result_;
    json_.member("segmentation");
    if (r.shape.kind() != ShapeKind::text) {
      json_.refuse_record("compressed run lengths, since the first record has no \"bbox\"",
                          r.shape.kind() == ShapeKind::runs ? "a list of runs" : "polygons");
    }
    json_.member({});
    if (!content_.boxes) return;
    try {
      const Rle mask = r.shape.mask();
      r.area = static_cast<double>(area(mask));
      if (!r.has_box) r.box = bounding_box(mask);
    } catch (const Error& error) {
      json_.member("segmentation/counts");
      json_.refuse_record("run lengths that fill the mask", error.what());
    }
  }

  void complete_by_keypoints() {
    ResultJson& r = result_;
    double low[2] = {r.keypoints[0], r.keypoints[1]};
    double high[2] = {low[0], low[1]};
    for (std::size_t i = 0; i < r.keypoints.size(); i += 3) {
      for (std::size_t axis = 0; axis < 2; ++axis) {
        low[axis] = std::min(low[axis], r.keypoints[i + axis]);
        high[axis] = std::max(high[axis], r.keypoints[i + axis]);
      }
    }
    r.box = {low[0], low[1], high[0] - low[0], high[1] - low[1]};
    r.area = r.box[2] * r.box[3];
  }

  /// Run lengths must fill their mask; polygons and boxes are drawn on the image.
  void check_shape(std::uint32_t image) {
    const ResultJson& r = result_;
    if (r.has_shape && r.shape.kind() != ShapeKind::polygons) {
      try {
        (void)r.shape.mask();
        return;
      } catch (const Error& error) {
        json_.member("segmentation/counts");
        json_.refuse_record("run lengths that fill the mask", error.what());
      }
    }
    const std::int64_t height = truth_.heights[image], width = truth_.widths[image];
    json_.member(r.has_shape ? "segmentation" : "bbox");
    if (height <= 0 || width <= 0 || height * width > std::numeric_limits<int>::max()) {
      json_.refuse_record("an image of known size, of less than 2^31 pixels, to draw a mask on",
                          fmt::format("image {} of {} x {}", r.image, height, width));
    }
    constexpr double furthest = 1e6;
    const auto& [x, y, w, h] = r.box;
    const bool near =
        std::max({std::abs(x), std::abs(y), std::abs(x + w), std::abs(y + h)}) <= furthest;
    if (!r.has_shape && !near) {
      json_.refuse_record("corners within a million pixels",
                          fmt::format("[{},{},{},{}]", x, y, w, h));
    }
  }

  void need(bool there, std::string_view member, std::string_view why = {}) {
    if (there) return;
    json_.member({});
    json_.refuse_record(fmt::format("the member \"{}\"{}{}", member, why.empty() ? "" : ", ", why),
                        "none");
  }

  /// The record is complete: only now may it go into the columns.
  void keep(std::uint32_t image) {
    const ResultJson& r = result_;
    ResultColumns& columns = rows_.columns;
    rows_.images.push_back(image);
    columns.categories.push_back(categories_.find(r.category));
    columns.scores.push_back(r.score);
    columns.boxes.push_back(r.box);
    if (content_.boxes || !by_shapes()) columns.areas.push_back(r.area);
    if (content_.shapes) r.has_shape ? r.shape.add_to(columns.shapes) : columns.shapes.add_none();
    if (!content_.keypoints) return;
    columns.keypoints.insert(columns.keypoints.end(), r.keypoints.begin(), r.keypoints.end());
  }

  JsonCursor json_;
  RegionContent content_;
  ResultKinds kinds_;
  IdIndex images_, categories_;
  std::size_t points_;
  const TruthColumns& truth_;
  std::size_t count_ = 0;
  ResultRows rows_;
  ResultJson result_;
};

}  // namespace

ResultColumns read_coco_results(const std::filesystem::path& path, const TruthColumns& truth,
                                const RegionContent& content) {
  return ResultReader(path, truth, content).read(truth.image_ids.size());
}

ResultKinds coco_result_kinds(const std::filesystem::path& path) {
  JsonCursor json(path);
  json.whole([&] {
    if (json.peek() != '[') json.refuse(json.mark(), "COCO results (an array of detections)");
  });
  if (!json.enter_array()) return {};
  json.place("", 0);
  ResultKinds kinds;
  bool captions = false;
  json.whole([&] {
    json.members([&](std::string_view key) {
      json.member(key);
      if (key == "segmentation") kinds.shapes = true;
      if (key == "keypoints") kinds.keypoints = true;
      if (key == "caption") captions = true;
      if (key == "bbox" && json.peek() == '[') {
        kinds.boxes = false;
        json.elements([&] {
          json.skip();
          kinds.boxes = true;
        });
      } else {
        if (key == "bbox") kinds.boxes = true;
        json.skip();
      }
    });
  });
  json.member({});
  if (captions || (!kinds.boxes && !kinds.shapes && !kinds.keypoints)) {
    json.refuse_record("a \"bbox\", \"segmentation\" or \"keypoints\" to evaluate",
                       captions ? "a caption" : "none");
  }
  return kinds;
}

}  // namespace roiflow
