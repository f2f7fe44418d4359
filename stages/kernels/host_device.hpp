/// Marks a function that runs on the host and on a GPU alike. This is the only conditional of the
/// whole GPU code: outside nvcc the mark is empty, and the function is an ordinary one.
///
/// constexpr functions need no mark: nvcc calls them from both sides.
#pragma once

#ifdef __CUDACC__
#define ROIFLOW_HOST_DEVICE __host__ __device__
#else
#define ROIFLOW_HOST_DEVICE
#endif
