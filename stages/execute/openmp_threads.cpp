#include "stages/execute/openmp_threads.hpp"

// Declared here rather than by <omp.h>: under clang that header belongs to another OpenMP library
// than the one oneDNN is linked with.
extern "C" void omp_set_num_threads(int count);

namespace roiflow {

void use_one_thread_per_call() {
  omp_set_num_threads(1);
}

}  // namespace roiflow
