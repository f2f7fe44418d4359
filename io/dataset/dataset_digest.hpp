/// Inside of the data set room: what DatasetReader::digest sums up.
#pragma once

#include <functional>
#include <string>

#include "io/files/sha256.hpp"
#include "io/hdf5/hdf5.hpp"

namespace roiflow {

/// Goes on where something cannot be read because its checksum is wrong: whatever stands there
/// fails when its turn comes, and nothing else.
void add_if_readable(const std::function<void()>& add);

/// Names, shapes and elements of every array below the group but `left_out`, in bounded memory.
void add_arrays(Sha256& sum, const hdf5::Group& group, const std::string& left_out);

}  // namespace roiflow
