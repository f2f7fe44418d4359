#include "apps/evaluation/loss_sums.hpp"

#include <cstddef>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace roiflow {

NamedLosses named(const DetectorLosses& losses, const DetectorLossParams& params) {
  NamedLosses all;
  double sum = losses.box.classifier + params.box.lambda * losses.box.box;
  if (losses.rpn) {
    all.emplace_back("loss_objectness", losses.rpn->objectness);
    all.emplace_back("loss_rpn_box_reg", losses.rpn->box);
    sum += losses.rpn->objectness + params.rpn.lambda * losses.rpn->box;
  }
  all.emplace_back("loss_classifier", losses.box.classifier);
  all.emplace_back("loss_box_reg", losses.box.box);
  if (losses.mask) {
    all.emplace_back("loss_mask", *losses.mask);
    sum += *losses.mask;
  }
  all.emplace_back("sum", sum);
  return all;
}

NamedLosses named(const SegmenterLosses& losses) {
  return {{"loss_pixel", losses.mean}, {"loss_pixel_sum", losses.sum}, {"sum", losses.mean}};
}

void LossSums::add(const NamedLosses& losses) {
  if (images_++ == 0) {
    sums_ = losses;
    return;
  }
  for (std::size_t i = 0; i < losses.size(); ++i) sums_[i].second += losses[i].second;
}

NamedLosses LossSums::means() const {
  NamedLosses means = sums_;
  for (auto& [loss, value] : means) value /= static_cast<double>(images_);
  return means;
}

std::string loss_table(const NamedLosses& means) {
  std::string text;
  for (const auto& [loss, value] : means) text += fmt::format("{:<18}{:>14.6f}\n", loss, value);
  return text;
}

nlohmann::ordered_json loss_json(const NamedLosses& losses) {
  nlohmann::ordered_json json;
  for (const auto& [loss, value] : losses) json[loss] = value;
  return json;
}

}  // namespace roiflow
