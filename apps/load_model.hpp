/// A model ready to run, from its model file.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "apps/device.hpp"
#include "apps/options.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/detector/detector.hpp"
#include "stages/evaluate/evaluation_types.hpp"
#include "stages/model/model_description.hpp"
#include "stages/segmenter/segmenter.hpp"
#include "stages/semantic/semantic_classes.hpp"

namespace roiflow {

/// Stages for the CPU, or engines for devices; detectors and segmenters as
/// description.is_detector() says.
using ModelStages = std::variant<DetectorStages, SegmenterStages, BatchDetector, BatchSegmenter>;

struct LoadedModel {
  ModelDescription description;
  std::shared_ptr<EngineChoices> choices;  ///< of cuda; engines look into it while they live
  ModelStages stages;
  DeviceChoice device;            ///< where they run
  std::vector<std::string> gpus;  ///< names of the devices, if it is cuda

  /// Of a detector: whether it makes masks.
  [[nodiscard]] bool has_masks() const { return description.kind == ModelKind::mask_rcnn; }
  /// Frames in flight for so many workers and images of this data set, where nobody said how many.
  [[nodiscard]] int default_in_flight(int workers, const DatasetReader& data) const;
};

/// The options that change a model when it is loaded: --proposals.
void add_model_options(Options& options);

/// The file's own copy of the weights is given back before this returns: it is as large as the
/// network. Errors as read_model, parse_model_description, make_detector_cpu and
/// make_segmenter_cpu; Error{usage} if `options` ask for proposals that the model cannot take,
/// Error{bad_data} if the data set has none. `change` may change the description before the model
/// is made. On GPUs: errors as require_gpus, make_detector_cuda and make_segmenter_cuda, and
/// Error{no_input} if --plans does not exist and nothing is to be tuned.
LoadedModel load_model(const std::string& model_path, const ParsedOptions& options,
                       const DatasetReader& data,
                       const std::function<void(ModelDescription&)>& change = {},
                       const DeviceChoice& device = {});

/// After a run: writes the engines that were chosen to --plans if there was tuning.
void keep_choices(const LoadedModel& model);

/// What the data set's annotations allow to evaluate: nothing without annotations, masks only if
/// every annotation has one.
EvaluationTypes types_to_evaluate(const DatasetReader& data, bool masks);

/// The classes of the data set's label maps; nothing if it has none.
std::optional<SemanticClasses> classes_to_evaluate(const DatasetReader& data);

}  // namespace roiflow
