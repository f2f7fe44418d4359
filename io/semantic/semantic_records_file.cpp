#include "io/semantic/semantic_records_file.hpp"

#include <algorithm>

#include "io/hdf5/columns.hpp"
#include "io/hdf5/file_format.hpp"
#include "io/pending_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

using hdf5::Group;

/// All pixels together; below it a float64 is exact, and no sum of counts overflows.
constexpr std::int64_t most_pixels = std::int64_t{1} << 53U;

void write_names(Group& group, const std::string& name, const std::vector<std::string>& names) {
  hdf5::RaggedWriter<std::uint8_t> column(group, name);
  for (const std::string& text : names) column.append(text);
  column.finish();
}

std::vector<std::string> read_names(const Group& group, const std::string& name) {
  const hdf5::RaggedColumn column(group, name);
  std::vector<std::string> names;
  for (std::int64_t row = 0; row < column.rows(); ++row) names.push_back(column.read_text(row));
  return names;
}

SemanticClasses read_classes(const Group& group) {
  SemanticClasses classes{.values = group.dataset("value").read<std::uint8_t>(),
                          .names = read_names(group, "name")};
  const std::int64_t ignore = group.integer_attribute("ignore_label");
  const auto& values = classes.values;
  const bool distinct = std::ranges::adjacent_find(values, std::greater_equal{}) == values.end();
  require(
      distinct && values.size() == classes.names.size() && ignore >= -1 && ignore <= 255 &&
          std::ranges::find(values, ignore) == values.end(),
      ErrorCode::bad_data,
      "{}: expected ascending values, a name for each, and an ignore label of -1 .. 255 that is "
      "none of them, found {} values, {} names, ignore label {}",
      group.location(), values.size(), classes.names.size(), ignore);
  classes.ignore_label = static_cast<int>(ignore);
  return classes;
}

SemanticConfusion read_confusion(const Group& root) {
  const SemanticClasses classes = read_classes(root.group("classes"));
  const hdf5::Dataset counts = root.dataset("counts");
  const auto columns = static_cast<std::int64_t>(classes.size()) + 1;
  hdf5::require_shape(counts, {columns + 1, columns});
  std::vector<std::uint64_t> values;
  std::int64_t total = 0;
  for (const std::int64_t count : counts.read<std::int64_t>()) {
    require(count >= 0 && count < most_pixels - total, ErrorCode::bad_data,
            "{}: expected counts of pixels, together below 2^53, found {} after {}",
            counts.location(), count, total);
    total += count;
    values.push_back(static_cast<std::uint64_t>(count));
  }
  return {classes, std::move(values)};
}

}  // namespace

void write_semantic_records(const std::filesystem::path& path, const SemanticRecords& records) {
  const hdf5::Lock lock;
  PendingFile pending(path);
  hdf5::File file = hdf5::create_file(pending.temporary());
  {
    Group root = file.root();
    hdf5::write_format(root, semantic_records_format, semantic_records_version);
    Group group = root.create_group("classes");
    const SemanticClasses& classes = records.confusion.classes();
    group.set_attribute("ignore_label", std::int64_t{classes.ignore_label});
    hdf5::ColumnWriter<std::uint8_t> value(group, "value");
    value.append(classes.values);
    value.finish();
    write_names(group, "name", classes.names);
    const auto counts = records.confusion.counts();
    const auto columns = static_cast<std::int64_t>(classes.size()) + 1;
    root.create_array<std::int64_t>("counts", {columns + 1, columns},
                                    std::vector<std::int64_t>(counts.begin(), counts.end()));
    write_names(root, "images", records.images);
  }
  file.close();
  pending.publish();
}

SemanticRecords read_semantic_records(const std::filesystem::path& path) {
  const hdf5::Lock lock;
  const hdf5::File file = hdf5::open_file(path);
  const Group root = open_root(file, {semantic_records_format, semantic_records_version,
                                      "records of a semantic evaluation"});
  SemanticRecords records{read_confusion(root), read_names(root, "images")};
  const auto disorder = std::ranges::adjacent_find(records.images, std::greater_equal{});
  require(disorder == records.images.end(), ErrorCode::bad_data,
          "{}: /images: expected sorted names, each once, found '{}' before '{}'", file.path(),
          disorder == records.images.end() ? "" : *disorder,
          disorder == records.images.end() ? "" : *(disorder + 1));
  return records;
}

}  // namespace roiflow
