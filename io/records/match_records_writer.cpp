#include <algorithm>
#include <array>

#include "io/hdf5/columns.hpp"
#include "io/hdf5/file_format.hpp"
#include "io/pending_file.hpp"
#include "io/records/match_records.hpp"
#include "io/records/records_schema.hpp"

namespace roiflow {
namespace {

using hdf5::ColumnWriter;
using hdf5::Group;

/// Rows of the images in the list of the ground truth; both ascend.
std::vector<std::uint32_t> rows_of(const std::vector<std::int64_t>& truth,
                                   const std::vector<std::int64_t>& ids) {
  std::vector<std::uint32_t> rows;
  for (const std::int64_t id : ids) {
    const auto found = std::ranges::lower_bound(truth, id);
    require(found != truth.end() && *found == id, ErrorCode::bad_data,
            "match records: image {} is not one of the ground truth", id);
    rows.push_back(static_cast<std::uint32_t>(found - truth.begin()));
  }
  return rows;
}

std::vector<std::uint8_t> states_of(const MatchRecords& records,
                                    std::span<const std::uint32_t> processed) {
  std::vector<std::uint8_t> states(records.truth_image_ids.size(), image_missing);
  for (const std::uint32_t row : processed) states[row] = image_processed;
  for (const std::uint32_t row : rows_of(records.truth_image_ids, records.failed)) {
    require(states[row] == image_missing, ErrorCode::bad_data,
            "match records: image {} is both failed and processed", records.truth_image_ids[row]);
    states[row] = image_failed;
  }
  return states;
}

template <class T>
void write_column(Group& group, const std::string& column, std::span<const T> values,
                  std::int64_t width = 0) {
  ColumnWriter<T> writer(group, column, width);
  writer.append(values);
  writer.finish();
}

template <class T>
void write_column(Group& group, const std::string& column, const std::vector<T>& values,
                  std::int64_t width = 0) {
  write_column(group, column, std::span<const T>(values), width);
}

void write_flags(Group group, const FlagTable& flags, std::int64_t ranges) {
  ColumnWriter<std::uint64_t> matched(group, "matched", ranges), ignored(group, "ignored", ranges);
  for (std::uint32_t number = 0; number < flags.size(); ++number) {
    for (const MatchFlags& flag : flags[number]) {
      matched.append(flag.matched);
      ignored.append(flag.ignored);
    }
  }
  matched.finish();
  ignored.finish();
}

void write_logs(Group& root, const Accumulator& matches, std::span<const std::uint32_t> rows) {
  const auto ranges = static_cast<std::int64_t>(matches.params().area_ranges.size());
  Group detections = root.create_group("detections"), truth = root.create_group("truth");
  ColumnWriter<std::int64_t> detection_offset(detections, "category_offset");
  ColumnWriter<std::uint32_t> image(detections, "image"), flags(detections, "flags");
  ColumnWriter<double> score(detections, "score");
  ColumnWriter<std::int64_t> truth_offset(truth, "category_offset");
  ColumnWriter<std::uint32_t> truth_image(truth, "image"), count(truth, "count", ranges);
  detection_offset.append(0);
  truth_offset.append(0);
  for (std::size_t k = 0; k < matches.params().category_count(); ++k) {
    const CategoryLog& log = matches.category(k);
    for (const std::uint32_t place : log.images) image.append(rows[place]);
    score.append(log.scores);
    flags.append(log.flags);
    for (const std::uint32_t place : log.truth_images) truth_image.append(rows[place]);
    count.append(log.truth_counts);
    detection_offset.append(score.elements());
    truth_offset.append(truth_image.elements());
  }
  detection_offset.finish();
  image.finish();
  score.finish();
  flags.finish();
  truth_offset.finish();
  truth_image.finish();
  count.finish();
}

}  // namespace

void write_parameters(Group group, const EvaluationParams& params) {
  write_column(group, "iou_thresholds", params.iou_thresholds);
  write_column(group, "recall_thresholds", params.recall_thresholds);
  write_column(
      group, "max_detections",
      std::vector<std::int32_t>(params.max_detections.begin(), params.max_detections.end()));
  write_column(group, "keypoint_sigmas", params.keypoint_sigmas);
  ColumnWriter<double> ranges(group, "area_ranges", 2);
  hdf5::RaggedWriter<std::uint8_t> labels(group, "area_labels");
  for (const AreaRange& range : params.area_ranges) {
    ranges.append(std::array{range.low, range.high});
    labels.append(range.label);
  }
  ranges.finish();
  labels.finish();
}

void write_match_records(const std::filesystem::path& path, const MatchRecords& records) {
  const Accumulator matches = records.matches.in_order();
  const EvaluationParams& params = matches.params();
  const auto rows = rows_of(records.truth_image_ids, matches.image_ids());
  const auto states = states_of(records, rows);
  const hdf5::Lock lock;
  PendingFile pending(path);
  hdf5::File file = hdf5::create_file(pending.temporary());
  {
    Group root = file.root();
    hdf5::write_format(root, matches_format, matches_version);
    root.set_attribute("iou_type", std::string(name(records.type)));
    root.set_attribute("use_categories", std::int64_t{params.use_categories ? 1 : 0});
    write_parameters(root.create_group("parameters"), params);
    Group categories = root.create_group("categories");
    write_column(categories, "id", params.category_ids);
    hdf5::RaggedWriter<std::uint8_t> names(categories, "name");
    for (const Category& category : records.categories) names.append(category.name);
    names.finish();
    Group images = root.create_group("images");
    write_column(images, "id", records.truth_image_ids);
    write_column(images, "state", states);
    write_flags(root.create_group("flags"), matches.flag_table(),
                static_cast<std::int64_t>(params.area_ranges.size()));
    write_logs(root, matches, rows);
  }
  file.close();
  pending.publish();
}

}  // namespace roiflow
