#include "io/dataset/dataset_columns.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "io/dataset/dataset.hpp"
#include "io/dataset/dataset_segmentation.hpp"
#include "io/dataset/dataset_tables.hpp"
#include "io/json/json_cursor.hpp"
#include "stages/evaluate/shape_mask.hpp"

namespace roiflow {
namespace {

using hdf5::Group;
using hdf5::RaggedColumn;

void read_images(const Group& group, TruthColumns& columns, std::size_t images) {
  const auto rows = static_cast<std::int64_t>(images);
  columns.image_ids = read_column<std::int64_t>(group, "id", rows);
  columns.heights = read_column<std::int32_t>(group, "height", rows);
  columns.widths = read_column<std::int32_t>(group, "width", rows);
}

std::vector<std::array<double, 4>> read_boxes(const Group& group, std::int64_t rows) {
  const hdf5::Dataset column = group.dataset("bbox");
  hdf5::require_shape(column, {rows, 4});
  const auto numbers = column.read<double>();
  std::vector<std::array<double, 4>> boxes(static_cast<std::size_t>(rows));
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    std::copy_n(numbers.begin() + static_cast<std::ptrdiff_t>(4 * i), 4, boxes[i].begin());
  }
  return boxes;
}

void require_categories(const std::vector<std::int64_t>& found,
                        const std::vector<Category>& categories, const std::string& place) {
  std::unordered_set<std::int64_t> known;
  for (const Category& category : categories) known.insert(category.id);
  for (std::size_t i = 0; i < found.size(); ++i) {
    require(known.contains(found[i]), ErrorCode::bad_data,
            "{}/category_id: row {}: expected the id of a category, found {}", place, i, found[i]);
  }
}

/// The image's id for every annotation; the column holds rows of images.
std::vector<std::int64_t> image_ids(const Group& group, std::int64_t rows,
                                    const std::vector<std::int64_t>& ids) {
  auto images = read_column<std::int64_t>(group, "image", rows);
  for (std::size_t i = 0; i < images.size(); ++i) {
    require(images[i] >= 0 && images[i] < std::ssize(ids), ErrorCode::bad_data,
            "{}/image: row {}: expected the row of an image below {}, found {}", group.location(),
            i, ids.size(), images[i]);
    images[i] = ids[static_cast<std::size_t>(images[i])];
  }
  return images;
}

/// Reads "keypoints" and "num_keypoints" out of the texts of `extra`.
class KeypointReader {
 public:
  KeypointReader(const Group& annotations, TruthColumns& columns)
      : place_(annotations.location() + "/extra"), columns_(columns) {
    const auto rows = static_cast<std::int64_t>(columns.ids.size());
    const RaggedColumn extra(annotations, "extra");
    require(extra.rows() == rows, ErrorCode::bad_data, "{}: expected {} rows, found {}", place_,
            rows, extra.rows());
    const auto offsets = extra.offsets(0, rows);
    const auto text = extra.data().read<std::uint8_t>();
    for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
      read_row(i, {text.begin() + offsets[i], text.begin() + offsets[i + 1]});
    }
  }

 private:
  void read_row(std::size_t row, const std::string& text) {
    bool points = false, count = false;
    std::int64_t visible = 0;
    JsonCursor json(text, fmt::format("{}: row {}", place_, row));
    const std::size_t before = columns_.keypoints.size();
    if (!text.empty()) {
      json.members([&](std::string_view key) {
        json.member(key);
        if (key == "keypoints") {
          points = true;
          columns_.keypoints.resize(before);
          if (json.peek() != '[') json.refuse(json.mark(), "an array of numbers");
          json.numbers(columns_.keypoints);
        } else if (key == "num_keypoints") {
          count = true;
          visible = json.integer();
        } else {
          json.skip();
        }
      });
    }
    json.member({});
    if (!points) json.refuse_record("the member \"keypoints\"", "none");
    if (!count) json.refuse_record("the member \"num_keypoints\"", "none");
    check_points(columns_.keypoints.size() - before, json);
    columns_.keypoint_counts.push_back(visible);
  }

  void check_points(std::size_t numbers, const JsonCursor& json) {
    std::size_t& points = columns_.keypoints_per_object;
    if (points == 0) points = numbers / 3;
    if (numbers == 0 || numbers != 3 * points) {
      json.refuse_record(fmt::format("x, y and visibility of {} keypoints", points),
                         fmt::format("{} numbers", numbers));
    }
  }

  std::string place_;
  TruthColumns& columns_;
};

void check_shapes(const TruthColumns& columns, const std::string& place) {
  for (std::size_t i = 0; i < columns.shapes.size(); ++i) {
    try {
      require(columns.shapes[i].kind != ShapeKind::none, ErrorCode::bad_data,
              "expected a segmentation, found none");
      check(columns.shapes[i]);
    } catch (const Error& error) {
      fail(error.code(),
           "{}/segmentation: row {} (annotation {}): {} (--iou-type chooses what is "
           "compared)",
           place, i, columns.ids[i], error.what());
    }
  }
}

}  // namespace

EvaluationTruth read_dataset_columns(const std::filesystem::path& path,
                                     const RegionContent& content) {
  const hdf5::Lock lock;
  const DatasetReader reader(path);  // checks format, version and the columns of images
  const hdf5::File file = hdf5::open_file(path);
  const Group annotations = file.root().group("annotations");
  const std::int64_t rows = reader.annotation_count();
  TruthRows truth;
  TruthColumns& columns = truth.columns;
  read_images(file.root().group("images"), columns, static_cast<std::size_t>(reader.size()));
  columns.ids = read_column<std::int64_t>(annotations, "id", rows);
  truth.images = image_ids(annotations, rows, columns.image_ids);
  truth.categories = read_column<std::int64_t>(annotations, "category_id", rows);
  columns.areas = read_column<double>(annotations, "area", rows);
  columns.crowds = read_column<std::uint8_t>(annotations, "iscrowd", rows);
  for (std::uint8_t& crowd : columns.crowds) crowd = crowd != 0 ? 1 : 0;
  if (content.boxes) columns.boxes = read_boxes(annotations, rows);
  for (std::size_t i = 0; i < columns.areas.size(); ++i) {
    const auto bbox = columns.boxes.empty() ? std::array<double, 4>() : columns.boxes[i];
    require_finite(bbox, columns.areas[i], annotations.location(), "row",
                   static_cast<std::int64_t>(i));
  }
  if (content.shapes) {
    columns.shapes = SegmentationColumns(annotations, rows).read_all();
    check_shapes(columns, annotations.location());
  }
  if (content.keypoints) KeypointReader(annotations, columns);

  require_categories(truth.categories, reader.categories(), annotations.location());
  EvaluationTruth result;
  std::unordered_map<std::int64_t, Category> by_id;
  for (const Category& category : reader.categories()) {
    columns.category_ids.push_back(category.id);
    by_id[category.id] = category;
  }
  result.columns = arrange(std::move(truth));
  for (const std::int64_t id : result.columns.category_ids) {
    result.categories.push_back(by_id.at(id));
  }
  return result;
}

}  // namespace roiflow
