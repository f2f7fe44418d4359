/// oneDNN's thread count. Debian builds oneDNN on GNU OpenMP, whose team size belongs to the
/// calling thread; primitives remember the size they were made with.
#pragma once

namespace roiflow {

/// oneDNN calls of the calling thread compute on that thread only, from now on.
void use_one_thread_per_call();

}  // namespace roiflow
