/// How HDF5 reaches the disk: through io/files/file_calls.hpp, like everything else of this
/// program. Inside of the HDF5 room.
///
/// A "virtual file driver" in HDF5's words; it does what the library's own POSIX driver (sec2)
/// does, with the same flags, so that files have the same bytes. Its errors are the system's
/// sentences.
#pragma once

#include <hdf5.h>

namespace roiflow::hdf5 {

/// Registers the driver with the library; once. Negative if the library refuses it.
hid_t register_driver();

}  // namespace roiflow::hdf5
