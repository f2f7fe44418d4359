#include <algorithm>

#include "io/hdf5/columns.hpp"
#include "io/hdf5/file_format.hpp"
#include "io/records/match_records.hpp"
#include "io/records/records_schema.hpp"
#include "stages/evaluate/sort_scores.hpp"

namespace roiflow {
namespace {

using hdf5::Dataset;
using hdf5::Group;

template <class T>
std::vector<T> read_column(const Group& group, const std::string& column, std::int64_t rows,
                           std::int64_t width = 0) {
  const Dataset data = group.dataset(column);
  hdf5::require_shape(data, width > 0 ? hdf5::Shape{rows, width} : hdf5::Shape{rows});
  return data.read<T>();
}

template <class T>
std::vector<T> read_column(const Group& group, const std::string& column) {
  return read_column<T>(group, column, group.dataset(column).rows());
}

IouType read_type(const Group& root) {
  const std::string text = root.text_attribute("iou_type");
  for (const IouType type : {IouType::bbox, IouType::segm, IouType::keypoints}) {
    if (text == name(type)) return type;
  }
  fail(ErrorCode::bad_data, "{}: iou_type must be bbox, segm or keypoints, found '{}'",
       root.location(), text);
}

std::vector<std::int64_t> read_ids(const Group& group) {
  auto ids = read_column<std::int64_t>(group, "id");
  require(std::ranges::is_sorted(ids) && std::ranges::adjacent_find(ids) == ids.end(),
          ErrorCode::bad_data, "{}/id: expected ascending, distinct ids", group.location());
  return ids;
}

/// [K + 1] where the rows of each category begin and end.
std::vector<std::int64_t> read_offsets(const Group& group, std::size_t categories,
                                       std::int64_t rows) {
  auto offsets = read_column<std::int64_t>(group, "category_offset",
                                           static_cast<std::int64_t>(categories) + 1);
  require(offsets.front() == 0 && offsets.back() == rows && std::ranges::is_sorted(offsets),
          ErrorCode::bad_data, "{}/category_offset: expected increasing numbers from 0 to {}",
          group.location(), rows);
  return offsets;
}

template <class T>
std::vector<T> part(const std::vector<T>& column, std::int64_t first, std::int64_t end,
                    std::size_t width = 1) {
  const auto at = [&](std::int64_t row) {
    return column.begin() + row * static_cast<std::ptrdiff_t>(width);
  };
  return {at(first), at(end)};
}

/// Rows of images to places among the processed ones, `no_category` for others.
class Places {
 public:
  explicit Places(std::span<const std::uint8_t> states) {
    std::uint32_t processed = 0;
    for (const std::uint8_t state : states) {
      places_.push_back(state == image_processed ? processed++ : no_category);
    }
  }
  /// Replaces them; `column` is for the message.
  void look_up(std::vector<std::uint32_t>& rows, const std::string& column) const {
    for (std::uint32_t& row : rows) {
      require(row < places_.size() && places_[row] != no_category, ErrorCode::bad_data,
              "{}: expected the row of a processed image, found {}", column, row);
      row = places_[row];
    }
  }

 private:
  std::vector<std::uint32_t> places_;
};

FlagTable read_flags(const Group& group, const EvaluationParams& params) {
  const std::size_t ranges = params.area_ranges.size();
  const std::int64_t rows = group.dataset("matched").rows(), width = std::ssize(params.area_ranges);
  const auto matched = read_column<std::uint64_t>(group, "matched", rows, width);
  const auto ignored = read_column<std::uint64_t>(group, "ignored", rows, width);
  const std::uint64_t all_bits = ~std::uint64_t{0} >> (64 - params.iou_thresholds.size());
  FlagTable table(ranges);
  std::vector<MatchFlags> flags(ranges);
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    for (std::size_t a = 0; a < ranges; ++a) {
      flags[a] = {matched[row * ranges + a], ignored[row * ranges + a]};
      require(((flags[a].matched | flags[a].ignored) & ~all_bits) == 0, ErrorCode::bad_data,
              "{}: row {}: bits beyond the {} IoU thresholds are set", group.location(), row,
              params.iou_thresholds.size());
    }
    require(table.intern(flags) == row, ErrorCode::bad_data,
            "{}: row {}: expected every combination once", group.location(), row);
  }
  return table;
}

void check_detections(const CategoryLog& log, const EvaluationParams& params, std::size_t flags,
                      const std::string& location) {
  const auto most = static_cast<std::uint32_t>(params.max_detections.back());
  std::uint32_t rank = 0;
  for (std::size_t d = 0; d < log.images.size(); ++d) {
    const bool same = d > 0 && log.images[d] == log.images[d - 1];
    rank = same ? rank + 1 : 0;
    require(d == 0 || log.images[d - 1] <= log.images[d], ErrorCode::bad_data,
            "{}/image: expected ascending rows of images within a category", location);
    require(!same || !goes_before(log.scores[d], log.scores[d - 1]), ErrorCode::bad_data,
            "{}/score: expected descending scores within an image and category", location);
    require(rank < most, ErrorCode::bad_data,
            "{}: expected at most {} detections of an image and category", location, most);
    require(log.flags[d] < flags, ErrorCode::bad_data,
            "{}/flags: expected numbers below {}, found {}", location, flags, log.flags[d]);
  }
}

std::vector<CategoryLog> read_logs(const Group& root, const EvaluationParams& params,
                                   const Places& places, std::size_t flag_count) {
  const std::size_t categories = params.category_count(), ranges = params.area_ranges.size();
  const Group detections = root.group("detections"), truth = root.group("truth");
  const auto scores = read_column<double>(detections, "score");
  const auto offsets = read_offsets(detections, categories, std::ssize(scores));
  auto images = read_column<std::uint32_t>(detections, "image", std::ssize(scores));
  const auto flags = read_column<std::uint32_t>(detections, "flags", std::ssize(scores));
  places.look_up(images, detections.location() + "/image");
  auto truth_images = read_column<std::uint32_t>(truth, "image");
  places.look_up(truth_images, truth.location() + "/image");
  const auto truth_offsets = read_offsets(truth, categories, std::ssize(truth_images));
  const auto counts = read_column<std::uint32_t>(truth, "count", std::ssize(truth_images),
                                                 static_cast<std::int64_t>(ranges));
  std::vector<CategoryLog> logs;
  for (std::size_t k = 0; k < categories; ++k) {
    const std::int64_t first = offsets[k], end = offsets[k + 1];
    const std::int64_t truth_first = truth_offsets[k], truth_end = truth_offsets[k + 1];
    const CategoryLog& log = logs.emplace_back(CategoryLog{
        part(images, first, end), part(scores, first, end), part(flags, first, end),
        part(truth_images, truth_first, truth_end), part(counts, truth_first, truth_end, ranges)});
    check_detections(log, params, flag_count, detections.location());
    require(std::ranges::adjacent_find(log.truth_images, std::ranges::greater_equal{}) ==
                log.truth_images.end(),
            ErrorCode::bad_data, "{}/image: expected ascending, distinct rows within a category",
            truth.location());
  }
  return logs;
}

}  // namespace

EvaluationParams read_parameters(const Group& group) {
  EvaluationParams params;
  params.iou_thresholds = read_column<double>(group, "iou_thresholds");
  params.recall_thresholds = read_column<double>(group, "recall_thresholds");
  const auto limits = read_column<std::int32_t>(group, "max_detections");
  params.max_detections.assign(limits.begin(), limits.end());
  params.keypoint_sigmas = read_column<double>(group, "keypoint_sigmas");
  const hdf5::RaggedColumn labels(group, "area_labels");
  const auto ranges = read_column<double>(group, "area_ranges", labels.rows(), 2);
  for (std::int64_t a = 0; a < labels.rows(); ++a) {
    const auto at = static_cast<std::size_t>(2 * a);
    params.area_ranges.push_back({labels.read_text(a), ranges[at], ranges[at + 1]});
  }
  return params;
}

MatchRecords read_match_records(const std::filesystem::path& path) {
  const hdf5::Lock lock;
  const hdf5::File file = hdf5::open_file(path);
  const Group root = open_root(file, {matches_format, matches_version, "match records"});
  MatchRecords records;
  records.type = read_type(root);
  EvaluationParams params = read_parameters(root.group("parameters"));
  params.use_categories = root.integer_attribute("use_categories") != 0;
  const Group categories = root.group("categories"), images = root.group("images");
  params.category_ids = read_ids(categories);
  const hdf5::RaggedColumn names(categories, "name");
  require(names.rows() == std::ssize(params.category_ids), ErrorCode::bad_data,
          "{}/name: expected {} rows, found {}", categories.location(), params.category_ids.size(),
          names.rows());
  for (std::size_t k = 0; k < params.category_ids.size(); ++k) {
    records.categories.push_back(
        {params.category_ids[k], names.read_text(static_cast<std::int64_t>(k)), {}, {}});
  }
  try {
    validate(params);
  } catch (const Error& error) {
    fail(ErrorCode::bad_data, "{}: /parameters: {}", file.path(), error.what());
  }
  records.truth_image_ids = read_ids(images);
  const auto states =
      read_column<std::uint8_t>(images, "state", std::ssize(records.truth_image_ids));
  std::vector<std::int64_t> processed;
  for (std::size_t i = 0; i < states.size(); ++i) {
    require(states[i] <= image_failed, ErrorCode::bad_data,
            "{}/state: row {}: expected 0, 1 or 2, found {}", images.location(), i,
            static_cast<int>(states[i]));
    if (states[i] == image_processed) processed.push_back(records.truth_image_ids[i]);
    if (states[i] == image_failed) records.failed.push_back(records.truth_image_ids[i]);
  }
  FlagTable flags = read_flags(root.group("flags"), params);
  auto logs = read_logs(root, params, Places(states), flags.size());
  records.matches =
      Accumulator(std::move(params), std::move(processed), std::move(flags), std::move(logs));
  return records;
}

}  // namespace roiflow
