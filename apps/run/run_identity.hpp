/// What the results of a run depend on, as a JSON object: the images, the weights, the options that
/// change what is found, the arithmetic of the machine. Two runs with the same identity give the
/// same bytes; a journal is continued only by a run with its identity.
///
/// Not part of it: workers, images in flight, paths, reports.
#pragma once

#include <string>

#include "apps/load_model.hpp"
#include "apps/options.hpp"
#include "graph/dataset_part.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/decode/decode_limits.hpp"

namespace roiflow {

struct IdentitySource {
  const DatasetReader& data;
  const LoadedModel& model;
  std::string model_path;
  std::string proposals;  ///< --proposals, or ""
  bool evaluate = true;   ///< damaged ground truth makes an image fail
  const DatasetPart& part;
  const DecodeLimits& decode;  ///< which images fail depends on them
};

/// Two-space indented JSON. Reads the whole model file. Errors: those of reading the inputs.
[[nodiscard]] std::string run_identity(const IdentitySource& source);

/// "model.sha256: begun with "a", now "b"; ..." for every value that differs; "" if none does.
/// `but_part`: whichever part of the data set it was.
[[nodiscard]] std::string identity_difference(const std::string& begun, const std::string& now,
                                              bool but_part = false);

}  // namespace roiflow
