/// Inside of the HDF5 room: what a data set's header may say, checked before anything is read.
///
/// Refused are data outside of this file (external raw storage, virtual data sets), filters other
/// than those that every HDF5 library has (Fletcher32, deflate, shuffle), chunks above 256 MiB, and
/// shapes that need more bytes than the file has: without compression each byte must be there, with
/// it a thousand times as much are believed (deflate cannot do better than 1032).
#pragma once

#include <cstdint>
#include <string>

#include <hdf5.h>

#include "io/hdf5/hdf5.hpp"

namespace roiflow::hdf5 {

/// Error{bad_data} naming the data set. Reads no data.
void check_storage(hid_t dataset, const Shape& shape, Type type, const std::string& location);

/// Whether a deflate filter is used: how much a chunk will become is then seen only by reading it.
[[nodiscard]] bool is_compressed(hid_t dataset, const std::string& location);

/// Each chunk is there and has the length that its filters give. The library itself does not
/// compare them, and copies from behind a chunk that is too short.
void check_chunks(hid_t dataset, const Shape& shape, Type type, const std::string& location);

}  // namespace roiflow::hdf5
