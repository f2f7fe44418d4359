#include "io/model_file.hpp"

#include <cmath>
#include <span>
#include <vector>

#include "io/hdf5/file_format.hpp"
#include "io/hdf5/hdf5.hpp"
#include "io/model_quantisation.hpp"
#include "io/pending_file.hpp"
#include "io/weights/element_type.hpp"
#include "io/weights/weights_import.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

std::vector<hdf5::Half> halves(const std::string& name, const WeightTensor& tensor,
                               const std::string& path) {
  std::vector<hdf5::Half> result;
  result.reserve(tensor.values.size());
  for (const float value : tensor.values) {
    const std::uint16_t bits = to_half(value);
    require(std::isfinite(from_half(bits)), ErrorCode::bad_data,
            "{}: tensor '{}': {} is too large for float16 (use --precision f32)", path, name,
            value);
    result.push_back({bits});
  }
  return result;
}

WeightTensor read_tensor(const hdf5::Dataset& dataset) {
  WeightTensor tensor{dataset.shape(), {}};
  if (dataset.type() != hdf5::Type::float16) {
    tensor.values = dataset.read<float>();
    return tensor;
  }
  const auto stored = dataset.read<hdf5::Half>();
  tensor.values.reserve(stored.size());
  for (const hdf5::Half value : stored) tensor.values.push_back(from_half(value.bits));
  return tensor;
}

}  // namespace

ModelFile read_model(const std::filesystem::path& path) {
  const hdf5::File file = hdf5::open_file(path);
  const hdf5::Group root =
      open_root(file, {model_format, model_version, "a model file",
                       "; `roiflow import` makes one from .pth or .safetensors"});
  ModelFile model;
  model.description = root.text_attribute("description");
  if (root.has_attribute("source")) model.source = root.text_attribute("source");
  const hdf5::Group tensors = root.group("tensors");
  for (const std::string& name : tensors.children()) {
    check_tensor_name(name, file.path());
    model.weights.emplace(name, read_tensor(tensors.dataset(name)));
  }
  require_finite(model.weights, file.path());
  if (root.has("quantisation")) {
    model.quantisation = read_quantisation(root.group("quantisation"));
  }
  return model;
}

void write_model(const std::filesystem::path& path, const ModelFile& model,
                 StoredPrecision precision) {
  PendingFile pending(path);
  hdf5::File file = hdf5::create_file(pending.temporary());
  {
    hdf5::Group root = file.root();
    hdf5::write_format(root, model_format, model_version);
    root.set_attribute("description", model.description);
    root.set_attribute("source", model.source);
    hdf5::Group tensors = root.create_group("tensors");
    for (const auto& [name, tensor] : model.weights) {
      check_tensor_name(name, path.string());
      if (precision == StoredPrecision::f16 && tensor.shape.size() >= 2) {
        const auto values = halves(name, tensor, path.string());
        tensors.create_array<hdf5::Half>(name, tensor.shape, values);
      } else {
        tensors.create_array<float>(name, tensor.shape, tensor.values);
      }
    }
    if (!model.quantisation.empty()) {
      hdf5::Group quantisation = root.create_group("quantisation");
      write_quantisation(quantisation, model.quantisation);
    }
  }
  file.close();
  pending.publish();
}

}  // namespace roiflow
