#include "io/records/arrays_file.hpp"

#include <string>
#include <vector>

#include "io/hdf5/file_format.hpp"
#include "io/hdf5/hdf5.hpp"
#include "io/pending_file.hpp"
#include "io/records/records_schema.hpp"

namespace roiflow {
namespace {

using hdf5::Group;

void write_type(Group& group, const TypedArrays& typed) {
  const EvaluationArrays& arrays = *typed.arrays;
  const auto extents = [](auto... extent) {
    return hdf5::Shape{static_cast<std::int64_t>(extent)...};
  };
  const auto full =
      extents(arrays.thresholds, arrays.recalls, arrays.categories, arrays.areas, arrays.limits);
  group.set_attribute("iou_type", std::string(name(typed.type)));
  group.create_array<double>("precision", full, arrays.precision);
  group.create_array<double>("scores", full, arrays.scores);
  group.create_array<double>(
      "recall", extents(arrays.thresholds, arrays.categories, arrays.areas, arrays.limits),
      arrays.recall);
  // As in the reference, classes that are taken as one are the class -1.
  const std::vector<std::int64_t> one{-1};
  const auto& ids = typed.params->use_categories ? typed.params->category_ids : one;
  group.create_array<std::int64_t>("category_ids", extents(ids.size()), ids);
  write_parameters(group.create_group("parameters"), *typed.params);
}

}  // namespace

void write_arrays(const std::filesystem::path& path, std::span<const TypedArrays> types) {
  const hdf5::Lock lock;
  PendingFile pending(path);
  hdf5::File file = hdf5::create_file(pending.temporary());
  {
    Group root = file.root();
    hdf5::write_format(root, arrays_format, arrays_version);
    if (types.size() == 1) {
      write_type(root, types[0]);
    } else {
      for (const TypedArrays& typed : types) {
        Group group = root.create_group(name(typed.type));
        write_type(group, typed);
      }
    }
  }
  file.close();
  pending.publish();
}

}  // namespace roiflow
