#include <limits>
#include <string>

#include "io/coco/evaluation_json.hpp"
#include "io/coco/region_json.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::string_view annotations_pointer = "/annotations";

/// One annotation, filled member by member and used again for the next.
struct AnnotationJson {
  std::int64_t id = 0, image = 0, category = 0, keypoint_count = 0;
  std::array<double, 4> box{};
  double area = 0;
  bool crowd = false;
  ShapeJson shape;
  std::vector<double> keypoints;
  bool has_id = false, has_image = false, has_category = false, has_box = false, has_area = false,
       has_crowd = false, has_shape = false, has_keypoints = false, has_keypoint_count = false;

  void clear() {
    has_id = has_image = has_category = has_box = has_area = has_crowd = has_shape = has_keypoints =
        has_keypoint_count = false;
    keypoints.clear();
  }
};

class TruthReader {
 public:
  TruthReader(const std::filesystem::path& path, const RegionContent& content)
      : json_(path), content_(content) {}

  EvaluationTruth read() {
    json_.members([&](std::string_view key) { read_top(key); });
    json_.end();
    require_array(has_images_, "images");
    require_array(has_annotations_, "annotations");
    require_array(has_categories_, "categories");
    check_polygons();
    EvaluationTruth truth;
    rows_.columns.keypoints_per_object = points_;
    truth.columns = arrange(std::move(rows_));
    for (const std::int64_t id : truth.columns.category_ids) {
      truth.categories.push_back({id, names_.at(id), {}, {}});
    }
    return truth;
  }

 private:
  void read_top(std::string_view key) {
    if (key == "images") {
      read_array("/images", has_images_, [&] { read_image(); });
    } else if (key == "annotations") {
      read_array(annotations_pointer, has_annotations_, [&] { read_annotation(); });
    } else if (key == "categories") {
      read_array("/categories", has_categories_, [&] { read_category(); });
    } else {
      json_.whole([&] { json_.skip(); });
    }
  }

  template <class Read>
  void read_array(std::string_view pointer, bool& seen, Read&& read) {
    json_.no_place();
    json_.member(pointer.substr(1));
    json_.whole([&] {
      if (seen) json_.refuse(json_.mark(), "every member once");
      if (json_.peek() != '[') json_.refuse(json_.mark(), "an array");
    });
    seen = true;
    std::size_t index = 0;
    json_.elements([&] {
      json_.place(pointer, index++);
      json_.whole(read);
    });
    json_.no_place();
  }

  void require_array(bool seen, std::string_view name) {
    require(seen, ErrorCode::bad_data,
            "{}: /{}: expected an array (it may be empty), found no such member", json_.path(),
            name);
  }

  /// A size that is missing or no size is remembered as 0: only polygons need it.
  int extent() {
    if (json_.peek() != '-' && (json_.peek() < '0' || json_.peek() > '9')) {
      json_.skip();
      return 0;
    }
    const double value = json_.number();
    const bool valid = value >= 1 && value <= std::numeric_limits<int>::max() &&
                       value == static_cast<double>(static_cast<int>(value));
    return valid ? static_cast<int>(value) : 0;
  }

  void read_image() {
    std::int64_t id = 0;
    int height = 0, width = 0;
    bool has_id = false;
    json_.members([&](std::string_view key) {
      json_.member(key);
      if (key == "id") {
        has_id = true;
        id = json_.integer();
      } else if (key == "height") {
        height = extent();
      } else if (key == "width") {
        width = extent();
      } else {
        json_.skip();
      }
    });
    need(has_id, "id");
    rows_.columns.image_ids.push_back(id);
    rows_.columns.heights.push_back(height);
    rows_.columns.widths.push_back(width);
  }

  void read_category() {
    std::int64_t id = 0;
    bool has_id = false;
    std::string name, scratch;
    json_.members([&](std::string_view key) {
      json_.member(key);
      if (key == "id") {
        has_id = true;
        id = json_.integer();
      } else if (key == "name" && json_.peek() == '"') {
        name = json_.text(scratch);
      } else {
        json_.skip();
      }
    });
    need(has_id, "id");
    rows_.columns.category_ids.push_back(id);
    names_[id] = name.empty() ? std::to_string(id) : name;
  }

  void read_annotation() {
    AnnotationJson& a = annotation_;
    a.clear();
    std::size_t points = points_;
    json_.members([&](std::string_view key) {
      json_.member(key);
      read_member(key, points);
    });
    check_members();
    keep(points);
  }

  void read_member(std::string_view key, std::size_t& points) {
    AnnotationJson& a = annotation_;
    if (key == "id") {
      a.has_id = true;
      a.id = json_.integer();
    } else if (key == "image_id") {
      a.has_image = true;
      a.image = json_.integer();
    } else if (key == "category_id") {
      a.has_category = true;
      a.category = json_.integer();
    } else if (key == "area") {
      a.has_area = true;
      a.area = json_.number();
    } else if (key == "iscrowd") {
      a.has_crowd = true;
      a.crowd = json_.truth();
    } else if (key == "bbox" && content_.boxes) {
      a.has_box = true;
      a.box = read_box(json_);
    } else if (key == "segmentation" && content_.shapes) {
      a.has_shape = true;
      a.shape.read(json_);
    } else if (key == "keypoints" && content_.keypoints) {
      a.has_keypoints = true;
      a.keypoints.clear();
      read_keypoints(json_, a.keypoints, points);
    } else if (key == "num_keypoints" && content_.keypoints) {
      a.has_keypoint_count = true;
      a.keypoint_count = json_.integer();
    } else {
      json_.skip();
    }
  }

  void check_members() {
    const AnnotationJson& a = annotation_;
    json_.member({});
    need(a.has_id, "id");
    need(a.has_image, "image_id");
    need(a.has_category, "category_id");
    need(a.has_area, "area");
    need(a.has_crowd, "iscrowd");
    need(a.has_box || !content_.boxes, "bbox");
    need(a.has_shape || !content_.shapes, "segmentation");
    need(a.has_keypoints || !content_.keypoints, "keypoints");
    need(a.has_keypoint_count || !content_.keypoints, "num_keypoints");
    if (!content_.shapes || a.shape.kind() == ShapeKind::polygons) return;
    try {
      (void)a.shape.mask();
    } catch (const Error& error) {
      json_.member("segmentation/counts");
      json_.refuse_record("run lengths that fill the mask", error.what());
    }
  }

  void need(bool there, std::string_view member) {
    json_.member({});
    if (!there) json_.refuse_record(fmt::format("the member \"{}\"", member), "none");
  }

  /// The record is complete: only now may it go into the columns.
  void keep(std::size_t points) {
    const AnnotationJson& a = annotation_;
    TruthColumns& columns = rows_.columns;
    points_ = points;
    columns.ids.push_back(a.id);
    rows_.images.push_back(a.image);
    rows_.categories.push_back(a.category);
    columns.areas.push_back(a.area);
    columns.crowds.push_back(a.crowd ? 1 : 0);
    if (content_.boxes) columns.boxes.push_back(a.box);
    if (content_.shapes) a.shape.add_to(columns.shapes);
    if (!content_.keypoints) return;
    columns.keypoints.insert(columns.keypoints.end(), a.keypoints.begin(), a.keypoints.end());
    columns.keypoint_counts.push_back(a.keypoint_count);
  }

  /// Polygons are drawn on their image, so its size must be known; images may come after them.
  void check_polygons() {
    if (!content_.shapes) return;
    const TruthColumns& columns = rows_.columns;
    std::unordered_map<std::int64_t, std::size_t> row_of;
    for (std::size_t i = 0; i < columns.image_ids.size(); ++i) row_of[columns.image_ids[i]] = i;
    for (std::size_t i = 0; i < columns.ids.size(); ++i) {
      if (columns.shapes[i].kind != ShapeKind::polygons) continue;
      const auto image = row_of.find(rows_.images[i]);
      if (image == row_of.end()) continue;
      const std::int64_t height = columns.heights[image->second];
      const std::int64_t width = columns.widths[image->second];
      require(height > 0 && width > 0 && height * width <= std::numeric_limits<int>::max(),
              ErrorCode::bad_data,
              "{}: {}/{}/segmentation: expected polygons on an image whose height and width are "
              "given and make less than 2^31 pixels, found image {} with {} x {}",
              json_.path(), annotations_pointer, i, image->first, height, width);
    }
  }

  JsonCursor json_;
  RegionContent content_;
  TruthRows rows_;
  AnnotationJson annotation_;
  std::size_t points_ = 0;
  std::unordered_map<std::int64_t, std::string> names_;
  bool has_images_ = false, has_annotations_ = false, has_categories_ = false;
};

}  // namespace

EvaluationTruth read_coco_truth(const std::filesystem::path& path, const RegionContent& content) {
  return TruthReader(path, content).read();
}

}  // namespace roiflow
