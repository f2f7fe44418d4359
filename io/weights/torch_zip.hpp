/// Weights from the zip formats of torch: torch.save (1.6 and later) and torch.jit.save.
///
/// The archive holds NAME/data.pkl (read by io/pickle.hpp), NAME/data/KEY (one storage each, raw
/// little-endian), NAME/byteorder and NAME/version. Entries are normally stored, deflate is read.
///
/// Refused: local and central headers that disagree, bytes that belong to no record, a name twice,
/// more than one data.pkl, names that leave the archive, encryption, entries that unpack to more
/// than 100 times their size, wrong checksums, and big-endian files.
///
/// An archive with code/ or constants.pkl is a TorchScript module: the code in it is never run, the
/// tensors are named by module path (io/weights/torch_script.hpp). Without them the
/// pickle must be a state_dict, and may not name a class of a script.
///
/// Source: torch/serialization.py, caffe2/serialize/inline_container.cc.
#pragma once

#include <string>

#include "io/weights/state_dict.hpp"

namespace roiflow {

/// Throws Error{bad_data} with the archive's path, the entry and the reason.
ImportedWeights read_torch_zip(const std::string& path);

}  // namespace roiflow
