#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/commands.hpp"
#include "apps/options.hpp"
#include "apps/read_description.hpp"
#include "io/model_file.hpp"
#include "io/weights/weights_import.hpp"
#include "stages/core/error.hpp"
#include "stages/model/detector.hpp"
#include "stages/model/fcn.hpp"
#include "stages/model/model_description.hpp"

namespace roiflow {
namespace {

Options import_options() {
  Options options(
      "import",
      "Makes a model file from trained weights: a .pth or .pt of torch.save, a TorchScript "
      "module (its tensors; 8-bit weights become float32, their scales are kept), or a "
      ".safetensors. Nothing in the weights file is executed.",
      "roiflow import maskrcnn_resnet50_fpn_coco.pth --model "
      "configs/mask_rcnn_r50_fpn.ini -o model.h5");
  options.positional("weights", 1, "the trained weights; the format is found from the content");
  options.add()("model", po::value<std::string>()->value_name("FILE.ini"),
                "the description of the network (required), see configs/")(
      "output,o", po::value<std::string>()->value_name("FILE.h5"),
      "the model file to write (required); an existing file is replaced")(
      "precision", po::value<std::string>()->value_name("f32|f16")->default_value("f32"),
      "how tensors of two and more dimensions are stored; f16 halves the file")(
      "allow-missing", po::bool_switch(),
      "missing tensors become 0 (running_var: 1), each with a warning")(
      "allow-extra", po::bool_switch(), "tensors that the network does not use are left out");
  return options;
}

StoredPrecision parse_precision(const std::string& text) {
  if (text == "f32") return StoredPrecision::f32;
  require(text == "f16", ErrorCode::usage, "--precision: expected f32 or f16, found '{}'", text);
  return StoredPrecision::f16;
}

TensorShapes tensors_of(const ModelDescription& description) {
  if (description.is_detector()) return expected_tensors(build_detector(description));
  return expected_tensors(build_fcn(description).graph);
}

/// Tensors of the weights file that belong to the model, but that inference does not need.
void leave_out_unused(ImportedWeights& imported, const ModelDescription& description,
                      const std::string& path) {
  try {
    require_bilinear_upscores(description, imported.weights);
  } catch (const Error& error) {
    fail(error.code(), "{}: {}", path, error.what());
  }
  for (auto entry = imported.weights.begin(); entry != imported.weights.end();) {
    if (is_unused_fcn_tensor(description, entry->first)) {
      imported.ignored.push_back(entry->first);
      imported.quantisation.weights.erase(entry->first);
      entry = imported.weights.erase(entry);
    } else {
      ++entry;
    }
  }
}

/// Every difference that is not allowed, in one Error.
void check_complete(const WeightReport& report, const ParsedOptions& options) {
  WeightReport problems = report;
  if (options.flag("allow-missing")) problems.missing.clear();
  if (options.flag("allow-extra")) problems.extra.clear();
  const std::string text = problems.text();
  require(text.empty(), ErrorCode::bad_data,
          "{}: the weights do not fit {} ({} missing, {} extra, {} misshapen):\n{}"
          "--allow-missing and --allow-extra go on without them; misshapen tensors never fit",
          options.get<std::string>("weights"), options.get<std::string>("model"),
          problems.missing.size(), problems.extra.size(), problems.misshapen.size(), text);
}

/// Makes `weights` hold exactly the tensors of `expected`.
void complete(ImportedWeights& imported, const TensorShapes& expected, const WeightReport& report) {
  Weights& weights = imported.weights;
  for (const std::string& name : report.extra) {
    weights.erase(name);
    imported.quantisation.weights.erase(name);
  }
  for (const std::string& name : report.missing) {
    const float value = name.ends_with(".running_var") ? 1.0F : 0.0F;
    std::cerr << fmt::format("roiflow import: warning: {} is missing and becomes {}\n", name,
                             value);
    WeightTensor tensor{expected.at(name), {}};
    std::size_t count = 1;
    for (const std::int64_t extent : tensor.shape) count *= static_cast<std::size_t>(extent);
    tensor.values.assign(count, value);
    weights.insert_or_assign(name, std::move(tensor));
  }
}

void print_summary(const ParsedOptions& options, const ImportedWeights& imported,
                   const ModelDescription& description, const WeightReport& report) {
  std::size_t parameters = 0;
  for (const auto& [name, tensor] : imported.weights) parameters += tensor.values.size();
  const auto& output = options.get<std::string>("output");
  std::cout << fmt::format("{}: model '{}', {} tensors, {} numbers, {}, {:.1f} MB\n", output,
                           description.name, imported.weights.size(), parameters,
                           options.get<std::string>("precision"),
                           static_cast<double>(std::filesystem::file_size(output)) * 1e-6);
  std::cout << fmt::format("  from {} ({})\n", options.get<std::string>("weights"),
                           imported.format);
  if (const Quantisation& q = imported.quantisation; !q.empty()) {
    std::cout << fmt::format(
        "  scales of integers kept: of {} tensors, of the results of {} modules\n",
        q.weights.size(), q.outputs.size());
  }
  const auto print_list = [](std::string_view what, const std::vector<std::string>& names) {
    if (!names.empty()) std::cout << fmt::format("  {}: {}\n", what, fmt::join(names, ", "));
  };
  print_list("not needed, ignored", imported.ignored);
  print_list("left out", report.extra);
  print_list("filled in", report.missing);
}

}  // namespace

int import_command(const std::vector<std::string>& arguments) {
  const auto options = import_options().parse(arguments);
  if (!options) return 0;
  const auto& weights_path = options->get<std::string>("weights");
  const auto& model_path = options->get<std::string>("model");
  const auto& output = options->get<std::string>("output");
  const StoredPrecision precision = parse_precision(options->get<std::string>("precision"));

  const std::string text = read_description(model_path);
  const ModelDescription description = parse_model_description(text, model_path);
  const TensorShapes expected = tensors_of(description);
  ImportedWeights imported = read_weights(weights_path);
  leave_out_unused(imported, description, weights_path);
  const WeightReport report = compare(expected, imported.weights);
  check_complete(report, *options);
  complete(imported, expected, report);

  const std::string source = std::filesystem::path(weights_path).filename().string();
  ModelFile model{text, std::move(imported.weights), source, imported.quantisation};
  write_model(output, model, precision);
  imported.weights = std::move(model.weights);
  print_summary(*options, imported, description, report);
  return 0;
}

}  // namespace roiflow
