/// A model ready to run, from its model file.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "apps/options.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/detector/detector.hpp"
#include "stages/evaluate/evaluation_types.hpp"
#include "stages/model/model_description.hpp"
#include "stages/segmenter/segmenter.hpp"
#include "stages/semantic/semantic_classes.hpp"

namespace roiflow {

struct LoadedModel {
  ModelDescription description;
  std::variant<DetectorStages, SegmenterStages> stages;  ///< as description.is_detector() says
};

/// The options that change a model when it is loaded: --proposals.
void add_model_options(Options& options);

/// The file's own copy of the weights is given back before this returns: it is as large as the
/// network. Errors as read_model, parse_model_description, make_detector_cpu and
/// make_segmenter_cpu; Error{usage} if `options` ask for proposals that the model cannot take,
/// Error{bad_data} if the data set has none. `change` may change the description before the model
/// is made.
LoadedModel load_model(const std::string& model_path, const ParsedOptions& options,
                       const DatasetReader& data,
                       const std::function<void(ModelDescription&)>& change = {});

/// What the data set's annotations allow to evaluate: nothing without annotations, masks only if
/// every annotation has one.
EvaluationTypes types_to_evaluate(const DatasetReader& data, bool masks);

/// The classes of the data set's label maps; nothing if it has none.
std::optional<SemanticClasses> classes_to_evaluate(const DatasetReader& data);

}  // namespace roiflow
