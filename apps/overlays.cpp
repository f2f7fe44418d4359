#include "apps/overlays.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "apps/pictures.hpp"
#include "stages/core/error.hpp"
#include "stages/decode/decode_annotated.hpp"
#include "stages/decode/encode.hpp"

namespace roiflow {
namespace {

constexpr std::size_t images_a_list = 6;
constexpr std::size_t listed = 12;  ///< in the table of the report
constexpr int most_side = 512;
constexpr int jpeg_quality = 82;
constexpr std::size_t most_bytes = 2'000'000;

using Errors = std::uint32_t ImageErrors::*;

std::vector<ImageErrors> worst_by(std::vector<ImageErrors> images, Errors errors) {
  std::erase_if(images, [&](const ImageErrors& image) { return image.*errors == 0; });
  std::ranges::stable_sort(images, std::ranges::greater(), errors);
  images.resize(std::min(images.size(), images_a_list));
  return images;
}

/// Each image is in one list only.
struct Worst {
  std::vector<ImageErrors> false_positives, misses;
};

Worst worst_of(const Analysis& analysis) {
  Worst worst{worst_by(analysis.images, &ImageErrors::false_positives), {}};
  std::vector<ImageErrors> others = analysis.images;
  std::erase_if(others, [&](const ImageErrors& image) {
    return std::ranges::find(worst.false_positives, image.image_id, &ImageErrors::image_id) !=
           worst.false_positives.end();
  });
  worst.misses = worst_by(std::move(others), &ImageErrors::misses);
  return worst;
}

EncodedPicture encoded(const Image& image, std::span<const DrawnObject> objects) {
  const Image small = shrunk(image, most_side);
  std::vector<DrawnObject> fitting;
  for (const DrawnObject& object : objects) fitting.push_back(scaled(object, image, small));
  const int zoom = std::max(1, most_side / std::max({1, small.height, small.width}));
  const Image drawn = draw_objects(small, fitting, {.zoom = std::min(zoom, 4)});
  return {drawn.width, drawn.height, encode_jpeg(drawn, jpeg_quality)};
}

/// Lowest score that is drawn, by category; everything where no best score is known.
std::map<std::int64_t, double> drawn_from(const TypeReport& type) {
  std::map<std::int64_t, double> scores;
  for (const ClassAnalysis& of_class : type.analysis.classes) {
    if (of_class.best.f1 >= 0) scores[of_class.category_id] = of_class.best.score;
  }
  return scores;
}

class Painter {
 public:
  Painter(const OverlaySource& source, const TypeReport& type)
      : source_(source),
        names_(category_names(source.data.categories())),
        from_(drawn_from(type)) {}

  std::vector<Overlay> draw(std::span<const ImageErrors> images) {
    std::vector<Overlay> overlays;
    for (const ImageErrors& image : images) {
      try {
        if (auto overlay = draw(image)) overlays.push_back(std::move(*overlay));
      } catch (const Error& error) {
        if (error.code() != ErrorCode::bad_data) throw;
        ++left_out_;
      }
    }
    return overlays;
  }
  [[nodiscard]] int left_out() const { return left_out_; }

 private:
  std::optional<Overlay> draw(const ImageErrors& errors) {
    const auto row = source_.rows.find(errors.image_id);
    if (row == source_.rows.end()) return std::nullopt;
    const Sample sample = source_.data.read(row->second);
    const auto detections = source_.detections(sample.record);
    if (!detections) return std::nullopt;
    const ImageRecord& record = sample.record;
    const Image image =
        decode_annotated(sample.encoded, record.width, record.height, source_.decode).image;
    Overlay overlay{
        errors.image_id,
        fmt::format("{} (id {}): {} wrong, {} missed, {} right", sample.record.file_name,
                    errors.image_id, errors.false_positives, errors.misses, errors.true_positives),
        encoded(image, annotated_objects(names_, sample.annotations, image.height, image.width)),
        encoded(image, found_objects(names_, *detections, [&](const auto& detection) {
                  const auto from = from_.find(detection.category_id);
                  return from == from_.end() || detection.score >= from->second;
                }))};
    const std::size_t bytes = overlay.truth.bytes.size() + overlay.found.bytes.size();
    if (bytes_ + bytes > most_bytes) {
      ++left_out_;
      return std::nullopt;
    }
    bytes_ += bytes;
    return overlay;
  }

  const OverlaySource& source_;
  CategoryNames names_;
  std::map<std::int64_t, double> from_;
  std::size_t bytes_ = 0;
  int left_out_ = 0;
};

}  // namespace

std::vector<std::int64_t> worst_images(const Report& report) {
  std::vector<std::int64_t> ids;
  for (const TypeReport& type : report.types) {
    const auto& images = type.analysis.images;
    for (const ImageErrors& image : std::span(images).first(std::min(images.size(), listed))) {
      ids.push_back(image.image_id);
    }
    const Worst worst = worst_of(type.analysis);
    for (const auto& list : {worst.false_positives, worst.misses}) {
      for (const ImageErrors& image : list) ids.push_back(image.image_id);
    }
  }
  return ids;
}

std::map<std::int64_t, std::int64_t> rows_of(const DatasetReader& data,
                                             std::span<const std::int64_t> ids) {
  std::vector<std::int64_t> wanted(ids.begin(), ids.end());
  std::ranges::sort(wanted);
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  std::map<std::int64_t, std::int64_t> rows;
  for (std::int64_t row = 0; row < data.size() && rows.size() < wanted.size(); ++row) {
    const std::int64_t id = data.record(row).id;
    if (std::ranges::binary_search(wanted, id)) rows.emplace(id, row);
  }
  return rows;
}

void add_overlays(Report& report, const OverlaySource& source) {
  if (report.types.empty()) return;
  for (const std::int64_t id : worst_images(report)) {
    const auto row = source.rows.find(id);
    if (row == source.rows.end() || report.file_names.contains(id)) continue;
    report.file_names[id] = source.data.record(row->second).file_name;
  }
  const TypeReport& type = report.types.back();
  Painter painter(source, type);
  Overlays& overlays = report.overlays.emplace();
  const Worst worst = worst_of(type.analysis);
  overlays.false_positives = painter.draw(worst.false_positives);
  overlays.misses = painter.draw(worst.misses);
  overlays.note =
      fmt::format("Drawn for {}: annotations on the left, detections on the right.", type.type);
  if (painter.left_out() > 0) {
    overlays.note += fmt::format(" {} more could not be drawn or would make this page too large.",
                                 painter.left_out());
  }
}

}  // namespace roiflow
