#include "apps/show_label_maps.hpp"

#include "io/image_folder.hpp"
#include "stages/decode/decode.hpp"

namespace roiflow {
namespace {

Image tinted(const std::vector<std::uint8_t>& png, int ignore_label, const Image& image,
             const DrawStyle& style) {
  if (png.empty()) return draw_objects(image, {}, style);
  return draw_label_map(image, decode_label_map(png), ignore_label, style);
}

}  // namespace

Image LabelMapPictures::draw(const Sample& sample, const Image& image,
                             const DrawStyle& style) const {
  const auto truth = [&] { return tinted(sample.label_map, ignore_label, image, style); };
  if (!predictions) return truth();
  const auto answer = predictions->find({sample.record.id, file_stem(sample.record.file_name)});
  Image predicted = tinted(answer.png, ignore_label, image, style);
  if (!ground_truth) return predicted;
  return side_by_side(truth(), sample.label_map.empty() ? "no ground truth" : "ground truth",
                      predicted, answer.problem.empty() ? "prediction" : "no prediction");
}

bool shows_label_maps(const std::filesystem::path& predictions, bool asked) {
  if (is_folder(predictions)) return true;
  if (!holds_label_maps(predictions)) return false;
  return asked || PredictionsReader(predictions).detection_count() == 0;
}

}  // namespace roiflow
