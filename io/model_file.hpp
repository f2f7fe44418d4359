/// The model file: trained tensors by name and the description of the network they belong to, in
/// one HDF5 file that runs by itself (io/FORMAT.md, "Model file").
///
///   /            attributes format = "roiflow-model", version = 1, description (INI text),
///                source (name of the imported file)
///   /quantisation  only if the weights were integers: their scales and zero points
///   /tensors/N   one data set a tensor, named and laid out as in torchvision's state_dict; float32
///                or float16
///
/// With StoredPrecision::f16 the tensors of two and more dimensions are stored as float16 (half the
/// size); vectors stay float32, because variances of a batch norm can be too small for float16.
///
/// Errors: Error{no_input}; Error{bad_data} for another kind of file, a tensor that is not finite,
/// or a weight too large for float16; Error{cannot_create} and Error{io} when writing.
///
/// Example: write_model("m.h5", {text, weights, "m.pth"}, StoredPrecision::f16);
///          read_model("m.h5").weights.at("rpn.head.conv.0.0.weight").shape
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "stages/model/quantisation.hpp"
#include "stages/model/weights.hpp"

namespace roiflow {

inline constexpr std::string_view model_format = "roiflow-model";
inline constexpr int model_version = 1;

struct ModelFile {
  std::string description;  ///< the INI text, as parse_model_description reads it
  Weights weights;
  std::string source;         ///< where the weights came from, for people; may be empty
  Quantisation quantisation;  ///< of integers that the weights came from; may be empty
};

/// How wide the big tensors are on disk; in memory all are float32.
enum class StoredPrecision { f32, f16 };

ModelFile read_model(const std::filesystem::path& path);

/// The file appears complete or not at all.
void write_model(const std::filesystem::path& path, const ModelFile& model,
                 StoredPrecision precision = StoredPrecision::f32);

}  // namespace roiflow
