/// The keys of a detector's description behind its backbone: pyramid, anchors, region proposal
/// network or proposals from outside, heads. Private to this room.
#pragma once

#include "stages/model/ini_values.hpp"
#include "stages/model/model_description.hpp"

namespace roiflow {

/// The backbone's keys must have been read. Throws Error{usage} that names the key.
void read_detector_keys(const IniValues& values, ModelDescription& model);

}  // namespace roiflow
