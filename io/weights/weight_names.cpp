#include "io/weights/weight_names.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <utility>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

constexpr std::string_view counter = ".num_batches_tracked";
constexpr std::string_view parallel = "module.";
constexpr std::string_view weight_of_module = ".weight";

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

/// The entries under their new names; those whose new name is empty are dropped.
template <class Value, class NewName>
void rename(std::map<std::string, Value, std::less<>>& entries, NewName new_name,
            const std::string& source) {
  std::map<std::string, Value, std::less<>> renamed;
  for (auto& [name, value] : entries) {
    const std::string canonical = new_name(name);
    if (canonical.empty()) continue;
    require(renamed.try_emplace(canonical, std::move(value)).second, ErrorCode::bad_data,
            "{}: '{}' is there twice, under an older name too", source, canonical);
  }
  entries = std::move(renamed);
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

void make_names_canonical(ImportedWeights& imported, const std::string& source) {
  const bool wrapped = std::ranges::all_of(
      imported.weights, [](const auto& entry) { return entry.first.starts_with(parallel); });
  const auto bare = [&](std::string_view name) {
    return wrapped && name.starts_with(parallel) ? name.substr(parallel.size()) : name;
  };
  const auto tensor_name = [&](const std::string& name) {
    return name.ends_with(counter) ? std::string() : canonical_weight_name(bare(name));
  };
  const auto module_name = [&](const std::string& name) {
    if (wrapped && parallel == name + ".") return std::string();  // now the root: it has no name
    const std::string weight = name + std::string(weight_of_module);
    if (!imported.weights.contains(weight)) return std::string(bare(name));
    const std::string renamed = canonical_weight_name(bare(weight));
    return renamed.substr(0, renamed.size() - weight_of_module.size());
  };
  rename(imported.quantisation.outputs, module_name, source);  // first: asks for the old names
  rename(imported.quantisation.weights, tensor_name, source);
  rename(imported.weights, tensor_name, source);
}

}  // namespace roiflow
