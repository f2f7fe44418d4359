/// The stage `match` of every detector's graph: compares the detections with the frame's own
/// annotations. Only the records travel on. A frame with a detection that is not a number fails.
#pragma once

#include <optional>
#include <span>

#include "graph/token.hpp"
#include "stages/core/annotation.hpp"
#include "stages/detector/payloads.hpp"
#include "stages/evaluate/evaluation_params.hpp"
#include "stages/evaluate/evaluation_types.hpp"

namespace roiflow {

class Match {
 public:
  Match(std::span<const Category> categories, const EvaluationTypes& types)
      : params_(coco_params(categories)), types_(types) {}

  Evaluated operator()(const ImageDetections& image, const Source& source) const;

 private:
  void match(IouType type, const ImageDetections& image, const Source& source,
             std::optional<ImageMatches>& matches,
             std::optional<ImageAnalysisRecord>& analysis) const;

  EvaluationParams params_;
  EvaluationTypes types_;
};

}  // namespace roiflow
