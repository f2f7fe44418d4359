/// Which comparisons are made for an image.
#pragma once

namespace roiflow {

struct EvaluationTypes {
  bool bbox = false;
  bool segm = false;
};

}  // namespace roiflow
