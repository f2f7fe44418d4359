/// Weights from the zip format of torch.save (torch 1.6 and later).
///
/// The archive holds NAME/data.pkl (read by io/pickle.hpp), NAME/data/KEY (one storage each, raw
/// little-endian), NAME/byteorder and NAME/version. Entries are normally stored, deflate is read.
///
/// Refused: local and central headers that disagree, a name twice, more than one data.pkl, names
/// that leave the archive, encryption, entries that unpack to more than 100 times their size,
/// wrong checksums, big-endian files, and TorchScript archives (they hold code).
///
/// Source: torch/serialization.py, caffe2/serialize/inline_container.cc.
#pragma once

#include <string>

#include "io/weights/state_dict.hpp"

namespace roiflow {

/// Throws Error{bad_data} with the archive's path, the entry and the reason.
ImportedWeights read_torch_zip(const std::string& path);

}  // namespace roiflow
