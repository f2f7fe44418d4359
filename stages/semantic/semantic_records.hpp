/// What an evaluation of a part of the images knows: its histogram, and which images are in it.
/// Parts of the same data set merge to the very counts of one evaluation over all of it.
#pragma once

#include <string>
#include <vector>

#include "stages/semantic/semantic_confusion.hpp"

namespace roiflow {

struct SemanticRecords {
  SemanticConfusion confusion;
  std::vector<std::string> images;  ///< names (relative, without ending), sorted, each once
};

/// Adds `part` to `into`. Error{bad_data}, naming the first image, if an image is in both: it would
/// count twice; or if the classes differ. `into` is unchanged then.
void merge(SemanticRecords& into, const SemanticRecords& part);

}  // namespace roiflow
