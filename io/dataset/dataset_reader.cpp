#include <algorithm>
#include <optional>
#include <span>

#include <simdjson.h>

#include "io/dataset/dataset.hpp"
#include "io/dataset/dataset_digest.hpp"
#include "io/dataset/dataset_proposals.hpp"
#include "io/dataset/dataset_tables.hpp"
#include "io/files/sha256.hpp"
#include "io/hdf5/file_format.hpp"

namespace roiflow {
namespace {

using hdf5::Group;
using hdf5::RaggedColumn;

void require_utf8(const std::string& text, const RaggedColumn& column, std::int64_t row) {
  require(simdjson::validate_utf8(text), ErrorCode::bad_data,
          "{}: row {}: expected a text in UTF-8, found other bytes", column.data().location(), row);
}

DatasetInfo read_info(const Group& root) {
  DatasetInfo info;
  const Group group = root.group("categories");
  const RaggedColumn names(group, "name");
  const RaggedColumn supercategory(group, "supercategory");
  const RaggedColumn extra(group, "extra");
  const auto ids = read_column<std::int64_t>(group, "id", names.rows());
  require_unique(ids, group.location());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    info.categories.push_back(
        {ids[i], names.read_text(row), supercategory.read_text(row), extra.read_text(row)});
    require_utf8(info.categories.back().name, names, row);
    require_utf8(info.categories.back().supercategory, supercategory, row);
  }
  const auto text = root.dataset("extra").read<std::uint8_t>();
  info.extra.assign(text.begin(), text.end());
  info.has_proposals = root.has("proposals");
  info.has_label_maps = root.has("label_maps");
  if (info.has_label_maps) {
    const Group maps = root.group("label_maps");
    info.ignore_label = static_cast<int>(maps.integer_attribute("ignore_label"));
    info.has_object_maps = maps.has("object_png");
  }
  return info;
}

}  // namespace

struct DatasetReader::Parts {
  explicit Parts(const std::filesystem::path& path)
      : file(hdf5::open_file(path)),
        root(open_root(file, {dataset_format, dataset_version, "a data set"})),
        info(read_info(root)),
        images(root.group("images")),
        annotations(root.group("annotations")) {
    const std::int64_t last = images.first_annotation.back();
    require(last == annotations.id.rows(), ErrorCode::bad_data,
            "{}: images/annotation_offset must end with the {} annotations, found {}", file.path(),
            annotations.id.rows(), last);
    if (info.has_proposals) proposals.emplace(root.group("proposals"), images.count);
    if (!info.has_label_maps) return;
    label_maps = open_maps("png");
    if (info.has_object_maps) object_maps = open_maps("object_png");
  }
  [[nodiscard]] RaggedColumn open_maps(const std::string& name) const {
    RaggedColumn maps(root.group("label_maps"), name);
    require(maps.rows() == images.count, ErrorCode::bad_data,
            "{}: /label_maps/{}: expected {} rows, found {}", file.path(), name, images.count,
            maps.rows());
    return maps;
  }
  [[nodiscard]] std::size_t checked(std::int64_t index) const {
    require(index >= 0 && index < images.count, ErrorCode::internal,
            "{}: image {} of {} was asked for", file.path(), index, images.count);
    return static_cast<std::size_t>(index);
  }

  hdf5::File file;
  Group root;
  DatasetInfo info;
  ImageColumns images;
  AnnotationColumns annotations;
  std::optional<RaggedColumn> label_maps, object_maps;
  std::optional<ProposalColumns> proposals;
};

DatasetReader::DatasetReader(const std::filesystem::path& path) {
  const hdf5::Lock lock;
  parts_ = std::make_unique<const Parts>(path);
}
DatasetReader::DatasetReader(DatasetReader&&) noexcept = default;
DatasetReader& DatasetReader::operator=(DatasetReader&&) noexcept = default;
DatasetReader::~DatasetReader() = default;

const std::string& DatasetReader::path() const {
  return parts_->file.path();
}
std::int64_t DatasetReader::size() const {
  return parts_->images.count;
}
std::int64_t DatasetReader::annotation_count() const {
  return parts_->annotations.id.rows();
}
const DatasetInfo& DatasetReader::info() const {
  return parts_->info;
}

ImageRecord DatasetReader::record(std::int64_t index) const {
  const std::size_t row = parts_->checked(index);
  const hdf5::Lock lock;
  const ImageColumns& images = parts_->images;
  return {index,
          images.id[row],
          images.file_name.read_text(index),
          images.width[row],
          images.height[row],
          images.extra.read_text(index)};
}

std::vector<Annotation> DatasetReader::annotations(std::int64_t index) const {
  const std::size_t row = parts_->checked(index);
  const hdf5::Lock lock;
  const auto& first = parts_->images.first_annotation;
  return parts_->annotations.read(index, first[row], first[row + 1] - first[row]);
}

std::int64_t DatasetReader::image_id(std::int64_t index) const {
  return parts_->images.id[parts_->checked(index)];
}

std::string DatasetReader::digest() const {
  constexpr std::int64_t samples = 64;
  const hdf5::Lock lock;
  Sha256 sum;
  add_arrays(sum, parts_->root, "bytes");  // /images/bytes is all the images
  const std::int64_t taken = std::min(samples, size());
  for (std::int64_t i = 0; i < taken; ++i) {
    add_if_readable([&] {
      const std::vector<std::uint8_t> bytes = encoded(i * size() / taken);
      sum.add(std::span<const std::uint8_t>(bytes));
    });
  }
  return sum.hex();
}

std::int64_t DatasetReader::encoded_bytes(std::int64_t index) const {
  return parts_->images.size[parts_->checked(index)];
}

std::vector<std::uint8_t> DatasetReader::encoded(std::int64_t index) const {
  const std::size_t row = parts_->checked(index);
  return parts_->images.bytes.read<std::uint8_t>(parts_->images.offset[row],
                                                 parts_->images.size[row]);
}

std::vector<std::uint8_t> DatasetReader::label_map(std::int64_t index) const {
  (void)parts_->checked(index);
  const hdf5::Lock lock;
  if (!parts_->label_maps) return {};
  return parts_->label_maps->read<std::uint8_t>(index);
}

Sample DatasetReader::read(std::int64_t index) const {
  const hdf5::Lock lock;
  Sample sample{record(index), encoded(index), annotations(index), label_map(index)};
  if (parts_->object_maps) sample.object_map = parts_->object_maps->read<std::uint8_t>(index);
  if (parts_->proposals) sample.proposals = parts_->proposals->read(index);
  return sample;
}

}  // namespace roiflow
