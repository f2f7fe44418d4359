#include "io/weights/d2go_names.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

using Prefix = std::pair<std::string_view, std::string_view>;
constexpr auto prefixes = std::to_array<Prefix>({
    {"proposal_generator.rpn_head.rpn_feature.0.", "rpn.head.blocks."},
    {"proposal_generator.rpn_head.rpn_regressor.", "rpn.head."},
    {"proposal_generator.rpn_head.", "rpn.head."},
    {"roi_heads.box_head.roi_box_conv.0.", "roi_heads.box_head.blocks."},
    {"roi_heads.mask_head.feature_extractor.0.", "roi_heads.mask_head.blocks."},
    {"roi_heads.mask_head.predictor.", "roi_heads.mask_predictor."},
});
constexpr auto dropped = std::to_array<std::string_view>(
    {"coco_idx", "pixel_mean", "pixel_std", "proposal_generator.anchor_generator.cell_anchors.0"});
constexpr std::string_view wrapper = "model.";
constexpr std::string_view marker = "proposal_generator.rpn_head.rpn_regressor.";

std::string_view without_wrappers(std::string_view name) {
  while (name.starts_with(wrapper)) name.remove_prefix(wrapper.size());
  return name;
}

template <class Value>
void rename(std::map<std::string, Value, std::less<>>& entries, const std::string& source) {
  std::map<std::string, Value, std::less<>> renamed;
  for (auto& [name, value] : entries) {
    const std::string ours = d2go_name(name);
    require(renamed.try_emplace(ours, std::move(value)).second, ErrorCode::bad_data,
            "{}: two tensors would be named '{}'", source, ours);
  }
  entries = std::move(renamed);
}

/// A tensor and the scales of its rows, if it was quantised by rows.
class Rows {
 public:
  Rows(ImportedWeights& imported, const std::string& name) {
    const auto tensor = imported.weights.find(name);
    if (tensor == imported.weights.end() || tensor->second.shape.empty()) return;
    tensor_ = &tensor->second;
    const auto scales = imported.quantisation.weights.find(name);
    if (scales != imported.quantisation.weights.end() && scales->second.axis == 0 &&
        scales->second.scales.size() == count()) {
      scales_ = &scales->second;
    }
  }
  [[nodiscard]] bool exist() const { return tensor_ != nullptr && count() > 0; }
  [[nodiscard]] std::size_t count() const { return static_cast<std::size_t>(tensor_->shape[0]); }

  void last_to_front() {
    rotate(tensor_->values, tensor_->values.size() / count());
    if (scales_ == nullptr) return;
    rotate(scales_->scales, 1);
    rotate(scales_->zero_points, 1);
  }
  void zeros_in_front(std::size_t rows) {
    const std::size_t width = tensor_->values.size() / count();
    tensor_->values.insert(tensor_->values.begin(), rows * width, 0.0F);
    tensor_->shape[0] += static_cast<std::int64_t>(rows);
    if (scales_ == nullptr) return;
    scales_->scales.insert(scales_->scales.begin(), rows, 1.0);
    scales_->zero_points.insert(scales_->zero_points.begin(), rows, 0);
  }

 private:
  template <class T>
  static void rotate(std::vector<T>& values, std::size_t width) {
    std::rotate(values.begin(), values.end() - static_cast<std::ptrdiff_t>(width), values.end());
  }
  WeightTensor* tensor_ = nullptr;
  QuantisedValues* scales_ = nullptr;
};

void background_first(ImportedWeights& imported, const std::string& source) {
  for (const std::string part : {".weight", ".bias"}) {
    Rows scores(imported, "roi_heads.box_predictor.cls_score" + part);
    Rows deltas(imported, "roi_heads.box_predictor.bbox_pred" + part);
    Rows masks(imported, "roi_heads.mask_predictor.mask_fcn_logits" + part);
    if (!scores.exist() || !deltas.exist()) continue;  // `import` will say what is missing
    const std::size_t classes = scores.count() - 1;
    require(deltas.count() == 4 * classes && (!masks.exist() || masks.count() == classes),
            ErrorCode::bad_data,
            "{}: expected box deltas{} for {} classes (cls_score has a row for the background "
            "last), found {} and {} rows",
            source, masks.exist() ? " and masks" : "", classes, deltas.count(),
            masks.exist() ? masks.count() : 0);
    scores.last_to_front();
    deltas.zeros_in_front(4);
    if (masks.exist()) masks.zeros_in_front(1);
  }
}

}  // namespace

bool is_d2go(const Weights& weights) {
  return std::ranges::any_of(
      weights, [](const auto& item) { return without_wrappers(item.first).starts_with(marker); });
}

std::string d2go_name(std::string_view name) {
  name = without_wrappers(name);
  for (const auto& [theirs, ours] : prefixes) {
    if (name.starts_with(theirs)) return std::string(ours).append(name.substr(theirs.size()));
  }
  return std::string(name);
}

void convert_d2go(ImportedWeights& imported, const std::string& source) {
  std::erase_if(imported.weights, [&](const auto& item) {
    const bool drop = std::ranges::find(dropped, without_wrappers(item.first)) != dropped.end();
    if (drop) imported.ignored.push_back(item.first);
    return drop;
  });
  rename(imported.weights, source);
  rename(imported.quantisation.weights, source);
  rename(imported.quantisation.outputs, source);
  background_first(imported, source);
}

}  // namespace roiflow
