#include "io/weights/torch_script.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "io/weights/torch_script_code.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

using pickle::Module;
using pickle::QuantisedRecipe;
using pickle::TensorRecipe;
using pickle::Tuple;
using pickle::Value;

constexpr int max_depth = 256;
constexpr std::size_t max_modules = 100'000;
constexpr std::size_t max_attributes = 2'000'000;
constexpr std::size_t max_tensors = 100'000;
constexpr std::size_t max_code_bytes = 256U << 20U;
constexpr std::size_t max_path = 512;
constexpr std::string_view packed = "_packed_params";  // a layer's weights: no level of their own

/// Where a quantised layer's own state has its parts; `output` is its scale, then its zero point.
struct SavedState {
  std::string_view type;  ///< name of the class, without its module
  std::size_t size = 0, weight = 0, bias = 0, output = 0;
};
constexpr std::size_t none = 0;  // the output is never first
constexpr auto saved_states = std::to_array<SavedState>({
    {"Conv1d", 15, 10, 11, 12},
    {"Conv2d", 15, 10, 11, 12},
    {"Conv3d", 15, 10, 11, 12},
    {"ConvReLU1d", 15, 10, 11, 12},
    {"ConvReLU2d", 15, 10, 11, 12},
    {"ConvReLU3d", 15, 10, 11, 12},
    {"LinearPackedParams", 4, 0, 1, none},
    {"LinearPackedParamsBase", 2, 0, 1, none},
});

class Walk {
 public:
  Walk(const std::string& source, const CodeReader& code) : source_(source), code_(code) {}

  void module(const Module& module, const std::string& path, int depth) {
    require(depth < max_depth && ++modules_ <= max_modules && path.size() <= max_path,
            ErrorCode::bad_data,
            "{}: expected at most {} modules, {} inside each other, with names of {} bytes; found "
            "more at byte {} of a name",
            source_, max_modules, max_depth, max_path, path.size());
    if (const auto* attributes = pickle::get_if<pickle::Dict>(module.state)) {
      attributes_ += attributes->items.size();
      require(attributes_ <= max_attributes, ErrorCode::bad_data,
              "{}: module '{}': expected at most {} attributes, those of a module once for each of "
              "its names; found {} up to here",
              source_, printable(path), max_attributes, attributes_);
      for (const auto& [key, value] : attributes->items) {
        const auto* name = pickle::get_if<std::string>(key);
        if (name != nullptr) attribute(path, *name, value, depth);
      }
      output(path, find(*attributes, "scale"), find(*attributes, "zero_point"));
      if (code_ && !outputs_.contains(path)) output_in_code(module.type, path);
    } else if (const auto* state = pickle::get_if<Tuple>(module.state)) {
      own_state(module.type, *state, path);
    } else {
      state_.ignored.push_back(printable(path));
    }
  }

  StateDict finish() {
    // An output's scale and zero point are no weights, wherever they stood among the attributes.
    std::erase_if(state_.tensors, [&](const auto& item) {
      const std::string_view name = item.first;
      const std::size_t dot = name.rfind('.');
      const std::string_view last = dot == std::string_view::npos ? name : name.substr(dot + 1);
      return (last == "scale" || last == "zero_point") &&
             outputs_.contains(std::string(name.substr(0, dot == name.npos ? 0 : dot)));
    });
    return std::move(state_);
  }

 private:
  static const Value* find(const pickle::Dict& attributes, std::string_view wanted) {
    for (const auto& [key, value] : attributes.items) {
      const auto* name = pickle::get_if<std::string>(key);
      if (name != nullptr && *name == wanted) return value;
    }
    return nullptr;
  }

  static std::string join(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : path + "." + std::string(name);
  }

  void attribute(const std::string& path, const std::string& name, const Value* value, int depth) {
    if (const auto* inner = pickle::get_if<Module>(value)) {
      module(*inner, name == packed ? path : join(path, name), depth + 1);
    } else {
      tensor(path, name, value);
    }
  }

  void tensor(const std::string& path, std::string_view attribute, const Value* value) {
    const auto* plain = pickle::get_if<TensorRecipe>(value);
    const auto* integers = pickle::get_if<QuantisedRecipe>(value);
    if (plain == nullptr && integers == nullptr) return;
    const std::string name = join(path, attribute);
    check_tensor_name(name, source_);
    require(names_.size() < max_tensors, ErrorCode::bad_data,
            "{}: tensor '{}': expected at most {} tensors, found more", source_, name, max_tensors);
    require(names_.insert(name).second, ErrorCode::bad_data, "{}: tensor '{}' is there twice",
            source_, name);
    if (plain != nullptr) state_.tensors.emplace_back(name, plain);
    if (integers != nullptr) state_.quantised.emplace_back(name, integers);
  }

  void own_state(const std::string& type, const Tuple& state, const std::string& path) {
    const std::string_view name = std::string_view(type).substr(type.rfind('.') + 1);
    const auto* known = std::ranges::find_if(saved_states, [&](const SavedState& candidate) {
      return candidate.type == name && candidate.size == state.items.size();
    });
    if (known == saved_states.end()) {
      state_.ignored.push_back(printable(join(path, name)));
      return;
    }
    tensor(path, "weight", state.items[known->weight]);
    tensor(path, "bias", state.items[known->bias]);
    if (known->output != none) {
      output(path, state.items[known->output], state.items[known->output + 1]);
    }
  }

  void output(const std::string& path, const Value* scale, const Value* zero_point) {
    StateDict::Output found{path, {}, 0, nullptr, nullptr};
    if (const auto* number = pickle::get_if<double>(scale)) {
      const auto* zero = pickle::get_if<std::int64_t>(zero_point);
      if (zero == nullptr) return;
      found.scale = *number;
      found.zero_point = *zero;
    } else {
      found.scales = pickle::get_if<TensorRecipe>(scale);
      found.zero_points = pickle::get_if<TensorRecipe>(zero_point);
      const std::vector<std::int64_t> one{1};
      if (found.scales == nullptr || found.zero_points == nullptr || found.scales->shape != one ||
          found.zero_points->shape != one) {
        return;
      }
    }
    add(std::move(found));
  }

  /// The root has no name that a model file could hold; its scale is no weight all the same.
  void add(StateDict::Output found) {
    if (!found.module.empty()) check_tensor_name(found.module, source_);
    const bool added = outputs_.insert(found.module).second;
    if (added && !found.module.empty()) state_.outputs.push_back(std::move(found));
  }

  void output_in_code(const std::string& type, const std::string& path) {
    auto known = in_code_.find(type);
    if (known == in_code_.end()) {
      const std::string text = code_(code_entry(type));
      code_bytes_ += text.size();
      require(code_bytes_ <= max_code_bytes, ErrorCode::bad_data,
              "{}: code of class '{}': expected at most {} bytes of code, that of a file once for "
              "each of its classes; found {} up to here",
              source_, type, max_code_bytes, code_bytes_);
      const auto name = std::string_view(type).substr(type.rfind('.') + 1);
      known = in_code_.emplace(type, output_scale_in_code(text, name)).first;
    }
    if (!known->second) return;
    add({path, known->second->scale, known->second->zero_point, nullptr, nullptr});
  }

  const std::string& source_;
  const CodeReader& code_;
  StateDict state_;
  std::map<std::string, std::optional<OutputScale>, std::less<>> in_code_;  // by class
  std::set<std::string, std::less<>> names_;
  std::set<std::string, std::less<>> outputs_;
  std::size_t modules_ = 0;
  std::size_t attributes_ = 0;
  std::size_t code_bytes_ = 0;
};

}  // namespace

StateDict find_script_tensors(const pickle::Document& document, const std::string& source,
                              const CodeReader& code) {
  const auto* root = pickle::get_if<Module>(document.root);
  require(root != nullptr, ErrorCode::bad_data,
          "{}: expected a TorchScript module (the archive holds code), found {}", source,
          pickle::kind(*document.root));
  Walk walk(source, code);
  walk.module(*root, "", 0);
  StateDict state = walk.finish();
  require(!state.tensors.empty() || !state.quantised.empty(), ErrorCode::bad_data,
          "{}: expected a TorchScript module with tensors, found one without any", source);
  return state;
}

}  // namespace roiflow
