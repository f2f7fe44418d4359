#include "io/dataset/dataset_segmentation.hpp"

namespace roiflow {
namespace {

SegmentationKind kind_of(const Segmentation& segmentation) {
  return static_cast<SegmentationKind>(segmentation.index());
}
static_assert(std::variant_size_v<Segmentation> == 4);

void require_rows(const std::string& location, std::int64_t found, std::int64_t expected) {
  require(found == expected, ErrorCode::bad_data, "{}: expected {} rows, found {}", location,
          expected, found);
}

}  // namespace

SegmentationWriter::SegmentationWriter(hdf5::Group& annotations)
    : group_(std::make_unique<hdf5::Group>(annotations.create_group("segmentation"))),
      kind_(*group_, "kind"),
      size_(*group_, "size", 2),
      rings_(*group_, "ring_offset"),
      coordinates_(*group_, "rings"),
      runs_(*group_, "runs"),
      text_(*group_, "text") {
  rings_.append(0);
}

void SegmentationWriter::append(const Segmentation& segmentation) {
  std::array<std::int32_t, 2> size{};
  std::span<const std::uint32_t> runs;
  std::string_view text;
  if (const auto* polygons = std::get_if<Polygons>(&segmentation)) {
    for (const auto& ring : polygons->rings) coordinates_.append(ring);
    ring_count_ += static_cast<std::int64_t>(polygons->rings.size());
  } else if (const auto* rle = std::get_if<Rle>(&segmentation)) {
    size = {rle->height, rle->width};
    runs = rle->runs;
  } else if (const auto* compressed = std::get_if<RleText>(&segmentation)) {
    size = {compressed->height, compressed->width};
    text = compressed->counts;
  }
  kind_.append(static_cast<std::uint8_t>(kind_of(segmentation)));
  size_.append(size);
  rings_.append(ring_count_);
  runs_.append(runs);
  text_.append(text);
}

void SegmentationWriter::finish() {
  kind_.finish();
  size_.finish();
  rings_.finish();
  coordinates_.finish();
  runs_.finish();
  text_.finish();
}

SegmentationColumns::SegmentationColumns(const hdf5::Group& annotations, std::int64_t rows)
    : group_(annotations.group("segmentation")),
      kind_(group_.dataset("kind")),
      size_(group_.dataset("size")),
      rings_(group_.dataset("ring_offset")),
      coordinates_(group_, "rings"),
      runs_(group_, "runs"),
      text_(group_, "text") {
  require_shape(kind_, {rows});
  require_shape(size_, {rows, 2});
  require_shape(rings_, {rows + 1});
  require_rows(group_.location() + "/runs", runs_.rows(), rows);
  require_rows(group_.location() + "/text", text_.rows(), rows);
}

void SegmentationColumns::check_rings(std::int64_t first_ring, std::int64_t end_ring) const {
  require(first_ring >= 0 && first_ring <= end_ring && end_ring <= coordinates_.rows(),
          ErrorCode::bad_data, "{}: expected an increasing range within 0 to {}, found {} to {}",
          rings_.location(), coordinates_.rows(), first_ring, end_ring);
}

void SegmentationColumns::refuse_kind(std::int64_t row, int kind) const {
  fail(ErrorCode::bad_data, "{}: row {}: expected a kind from 0 to 3, found {}", kind_.location(),
       row, kind);
}

Segmentation SegmentationColumns::read_polygons(std::int64_t first_ring,
                                                std::int64_t end_ring) const {
  check_rings(first_ring, end_ring);
  const auto offsets = coordinates_.offsets(first_ring, end_ring - first_ring);
  const auto all =
      coordinates_.data().read<double>(offsets.front(), offsets.back() - offsets.front());
  Polygons polygons;
  for (std::size_t ring = 0; ring + 1 < offsets.size(); ++ring) {
    polygons.rings.emplace_back(all.begin() + (offsets[ring] - offsets.front()),
                                all.begin() + (offsets[ring + 1] - offsets.front()));
  }
  return polygons;
}

std::vector<Segmentation> SegmentationColumns::read(std::int64_t first, std::int64_t count) const {
  const auto kinds = kind_.read<std::uint8_t>(first, count);
  const auto sizes = size_.read<std::int32_t>(first, count);
  const auto rings = rings_.read<std::int64_t>(first, count + 1);
  std::vector<Segmentation> result(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < result.size(); ++i) {
    const std::int64_t row = first + static_cast<std::int64_t>(i);
    const int height = sizes[2 * i];
    const int width = sizes[2 * i + 1];
    switch (static_cast<SegmentationKind>(kinds[i])) {
      case SegmentationKind::none:
        break;
      case SegmentationKind::polygons:
        result[i] = read_polygons(rings[i], rings[i + 1]);
        break;
      case SegmentationKind::runs:
        result[i] = Rle{height, width, runs_.read<std::uint32_t>(row)};
        break;
      case SegmentationKind::text:
        result[i] = RleText{height, width, text_.read_text(row)};
        break;
      default:
        refuse_kind(row, kinds[i]);
    }
  }
  return result;
}

ShapePool SegmentationColumns::read_all() const {
  const std::int64_t rows = kind_.rows();
  const auto kinds = kind_.read<std::uint8_t>();
  const auto sizes = size_.read<std::int32_t>();
  const auto rings = rings_.read<std::int64_t>();
  const auto ring_offsets = coordinates_.offsets(0, coordinates_.rows());
  const auto coordinates = coordinates_.data().read<double>();
  const auto run_offsets = runs_.offsets(0, rows);
  const auto runs = runs_.data().read<std::uint32_t>();
  const auto text_offsets = text_.offsets(0, rows);
  const auto text = text_.data().read<std::uint8_t>();
  std::vector<std::uint32_t> ring_sizes;
  ShapePool pool;
  pool.reserve(static_cast<std::size_t>(rows));
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const int height = sizes[2 * i], width = sizes[2 * i + 1];
    switch (static_cast<SegmentationKind>(kinds[i])) {
      case SegmentationKind::none:
        pool.add_none();
        break;
      case SegmentationKind::polygons: {
        check_rings(rings[i], rings[i + 1]);
        const auto first = ring_offsets.begin() + rings[i],
                   last = ring_offsets.begin() + rings[i + 1];
        ring_sizes.clear();
        for (auto at = first; at != last; ++at) {
          ring_sizes.push_back(static_cast<std::uint32_t>(at[1] - at[0]));
        }
        pool.add_polygons(std::span(coordinates.begin() + *first, coordinates.begin() + *last),
                          ring_sizes);
        break;
      }
      case SegmentationKind::runs:
        pool.add_runs(height, width,
                      std::span(runs.begin() + run_offsets[i], runs.begin() + run_offsets[i + 1]));
        break;
      case SegmentationKind::text:
        pool.add_text(height, width,
                      {reinterpret_cast<const char*>(text.data()) + text_offsets[i],
                       static_cast<std::size_t>(text_offsets[i + 1] - text_offsets[i])});
        break;
      default:
        refuse_kind(static_cast<std::int64_t>(i), kinds[i]);
    }
  }
  return pool;
}

}  // namespace roiflow
