#include "apps/show_label_maps.hpp"

#include <set>

#include <fmt/format.h>

#include "io/image_folder.hpp"
#include "stages/decode/decode.hpp"

namespace roiflow {
namespace {

/// Draws the maps of one picture and remembers which values they have.
class Tinter {
 public:
  Tinter(const LabelMapPictures& pictures, const Image& image, const DrawStyle& style)
      : pictures_(pictures), image_(image), style_(style) {}

  Image tinted(const std::vector<std::uint8_t>& png) {
    if (png.empty()) return draw_objects(image_, {}, style_);
    const LabelMap map = decode_label_map(png, pictures_.decode);
    values_.insert(map.labels.begin(), map.labels.end());
    return draw_label_map(image_, map, pictures_.ignore_label, style_);
  }

  /// Background is not tinted and has no entry.
  [[nodiscard]] std::vector<LegendEntry> legend() const {
    std::vector<LegendEntry> entries;
    for (const int value : values_) {
      const auto name = pictures_.names.find(value);
      if (value == pictures_.ignore_label) {
        entries.push_back({ignore_colour, "ignored"});
      } else if (value != 0) {
        entries.push_back({category_colour(value), name != pictures_.names.end()
                                                       ? name->second
                                                       : fmt::format("value {}", value)});
      }
    }
    return entries;
  }

 private:
  const LabelMapPictures& pictures_;
  const Image& image_;
  const DrawStyle& style_;
  std::set<int> values_;
};

}  // namespace

Image LabelMapPictures::draw(const Sample& sample, const Image& image,
                             const DrawStyle& style) const {
  Tinter tinter(*this, image, style);
  Image picture;
  if (!predictions) {
    picture = tinter.tinted(sample.label_map);
  } else {
    const auto answer = predictions->find({sample.record.id, file_stem(sample.record.file_name)});
    picture = tinter.tinted(answer.png);
    if (ground_truth) {
      picture = side_by_side(tinter.tinted(sample.label_map),
                             sample.label_map.empty() ? "no ground truth" : "ground truth", picture,
                             answer.problem.empty() ? "prediction" : "no prediction");
    }
  }
  return with_legend(picture, tinter.legend());
}

bool shows_label_maps(const std::filesystem::path& predictions, bool asked) {
  if (is_folder(predictions)) return true;
  if (!holds_label_maps(predictions)) return false;
  return asked || PredictionsReader(predictions).detection_count() == 0;
}

}  // namespace roiflow
