#include "io/dataset/dataset_statistics.hpp"

#include <algorithm>
#include <unordered_map>

#include "io/dataset/dataset.hpp"
#include "io/hdf5/hdf5.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::int64_t block_rows = 65536;

template <class T, class Use>
void for_each(const hdf5::Dataset& column, Use&& use) {
  for (std::int64_t first = 0; first < column.rows(); first += block_rows) {
    const std::int64_t count = std::min(block_rows, column.rows() - first);
    for (const T value : column.read<T>(first, count)) use(value);
  }
}

void count_images(const hdf5::Group& images, DatasetStatistics& s) {
  for_each<std::int64_t>(images.dataset("size"), [&](std::int64_t v) { s.encoded_bytes += v; });
  const auto extremes = [&](const char* name, int& least, int& most) {
    least = s.images > 0 ? images.dataset(name).read<std::int32_t>(0, 1)[0] : 0;
    most = least;
    for_each<std::int32_t>(images.dataset(name), [&](std::int32_t v) {
      least = std::min(least, v);
      most = std::max(most, v);
    });
  };
  extremes("width", s.least_width, s.most_width);
  extremes("height", s.least_height, s.most_height);
  std::int64_t before = -1;
  for_each<std::int64_t>(images.dataset("annotation_offset"), [&](std::int64_t offset) {
    if (offset == before) ++s.images_without_annotations;
    before = offset;
  });
}

void count_annotations(const hdf5::Group& annotations, DatasetStatistics& s) {
  for_each<std::uint8_t>(annotations.dataset("iscrowd"),
                         [&](std::uint8_t v) { s.crowds += v != 0 ? 1 : 0; });
  for_each<std::uint8_t>(annotations.dataset("difficult"),
                         [&](std::uint8_t v) { s.difficults += v != 0 ? 1 : 0; });
  for_each<std::uint8_t>(annotations.group("segmentation").dataset("kind"), [&](std::uint8_t kind) {
    if (kind < s.segmentations.size()) ++s.segmentations[kind];
  });
  std::unordered_map<std::int64_t, std::size_t> row_of_category;
  for (std::size_t i = 0; i < s.categories.size(); ++i) row_of_category[s.categories[i].id] = i;
  s.annotations_of_category.assign(s.categories.size(), 0);
  for_each<std::int64_t>(annotations.dataset("category_id"), [&](std::int64_t id) {
    const auto found = row_of_category.find(id);
    require(found != row_of_category.end(), ErrorCode::bad_data,
            "{}/category_id: expected the id of a category, found {}", annotations.location(), id);
    ++s.annotations_of_category[found->second];
  });
}

void count_label_maps(const hdf5::Group& label_maps, DatasetStatistics& s) {
  std::int64_t before = -1;
  for_each<std::int64_t>(label_maps.group("png").dataset("offset"), [&](std::int64_t offset) {
    if (before >= 0 && offset > before) ++s.label_maps;
    before = offset;
  });
}

}  // namespace

DatasetStatistics dataset_statistics(const std::filesystem::path& path) {
  const DatasetReader reader(path);
  DatasetStatistics statistics;
  statistics.images = reader.size();
  statistics.annotations = reader.annotation_count();
  statistics.has_label_maps = reader.has_label_maps();
  statistics.ignore_label = reader.info().ignore_label;
  statistics.categories = reader.categories();
  const hdf5::File file = hdf5::open_file(path);
  count_images(file.root().group("images"), statistics);
  count_annotations(file.root().group("annotations"), statistics);
  statistics.has_proposals = reader.info().has_proposals;
  if (statistics.has_proposals) {
    statistics.proposals = file.root().group("proposals").group("score").dataset("data").rows();
  }
  if (statistics.has_label_maps) count_label_maps(file.root().group("label_maps"), statistics);
  return statistics;
}

}  // namespace roiflow
