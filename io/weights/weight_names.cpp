#include "io/weights/weight_names.hpp"

#include <algorithm>
#include <cctype>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::string_view counter = ".num_batches_tracked";
constexpr std::string_view parallel = "module.";

/// Splits "..PREFIX12.weight" after `prefix` into the number and what follows; empty if not so.
struct Numbered {
  std::string_view before;  ///< up to and with the prefix
  std::string_view digits;
  std::string_view parameter;  ///< "weight" or "bias"
};

bool split(std::string_view name, std::string_view prefix, Numbered& parts) {
  const std::size_t at = name.rfind(prefix);
  if (at == std::string_view::npos) return false;
  const std::size_t begin = at + prefix.size();
  const std::size_t dot = name.find('.', begin);
  if (dot == std::string_view::npos) return false;
  parts = {name.substr(0, begin), name.substr(begin, dot - begin), name.substr(dot + 1)};
  return !parts.digits.empty() && parts.digits.size() < 4 &&
         std::ranges::all_of(parts.digits, [](unsigned char c) { return std::isdigit(c) != 0; }) &&
         (parts.parameter == "weight" || parts.parameter == "bias");
}

}  // namespace

std::string canonical_weight_name(std::string_view name) {
  Numbered parts;
  for (const std::string_view block : {"fpn.inner_blocks.", "fpn.layer_blocks."}) {
    if (split(name, block, parts)) {
      return fmt::format("{}{}.0.{}", parts.before, parts.digits, parts.parameter);
    }
  }
  if (split(name, "mask_head.mask_fcn", parts)) {
    const int number = std::stoi(std::string(parts.digits));  // counts from 1
    const auto before =
        parts.before.substr(0, parts.before.size() - std::string_view("mask_fcn").size());
    if (number > 0) return fmt::format("{}{}.0.{}", before, number - 1, parts.parameter);
  }
  for (const std::string_view parameter : {"weight", "bias"}) {
    if (name == fmt::format("rpn.head.conv.{}", parameter)) {
      return fmt::format("rpn.head.conv.0.0.{}", parameter);
    }
  }
  return std::string(name);
}

Weights canonical_weights(Weights weights, const std::string& source) {
  const bool wrapped = std::ranges::all_of(
      weights, [](const auto& entry) { return entry.first.starts_with(parallel); });
  Weights renamed;
  for (auto& [name, tensor] : weights) {
    if (name.ends_with(counter)) continue;
    const std::string_view bare = std::string_view(name).substr(wrapped ? parallel.size() : 0);
    std::string canonical = canonical_weight_name(bare);
    const bool added = renamed.try_emplace(canonical, std::move(tensor)).second;
    require(added, ErrorCode::bad_data, "{}: tensor '{}' is there twice, under an older name too",
            source, canonical);
  }
  return renamed;
}

}  // namespace roiflow
