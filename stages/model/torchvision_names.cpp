#include "stages/model/torchvision_names.hpp"

#include <algorithm>
#include <array>

#include "stages/core/error.hpp"

namespace roiflow {

namespace {

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string current_torchvision_name(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return std::string(name);
  const std::string_view layer = name.substr(0, dot);
  const std::string_view tensor = name.substr(dot);
  if (layer == "rpn.head.conv") return "rpn.head.conv.0.0" + std::string(tensor);
  constexpr std::array<std::string_view, 2> pyramid{"backbone.fpn.inner_blocks.",
                                                    "backbone.fpn.layer_blocks."};
  for (const std::string_view prefix : pyramid) {
    if (layer.starts_with(prefix) && is_number(layer.substr(prefix.size()))) {
      return std::string(layer) + ".0" + std::string(tensor);
    }
  }
  constexpr std::string_view mask = "roi_heads.mask_head.mask_fcn";
  if (layer.starts_with(mask) && is_number(layer.substr(mask.size()))) {
    const int counted_from_one = std::stoi(std::string(layer.substr(mask.size())));
    return "roi_heads.mask_head." + std::to_string(counted_from_one - 1) + ".0" +
           std::string(tensor);
  }
  return std::string(name);
}

Weights with_current_torchvision_names(Weights weights) {
  Weights renamed;
  for (auto& [name, tensor] : weights) {
    if (name.ends_with(".num_batches_tracked")) continue;
    const auto [entry, is_new] = renamed.emplace(current_torchvision_name(name), std::move(tensor));
    require(is_new, ErrorCode::bad_data, "tensor {}: two tensors of the file are called so",
            entry->first);
  }
  return renamed;
}

}  // namespace roiflow
