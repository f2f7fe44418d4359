#include "stages/cuda/handles.hpp"

#include "stages/cuda/cuda_check.hpp"

namespace roiflow {
namespace {

Event make_event(unsigned flags) {
  cudaEvent_t event = nullptr;
  cuda_check(cudaEventCreateWithFlags(&event, flags), "an event could not be made");
  return Event(event);
}

}  // namespace

Stream make_stream() {
  cudaStream_t stream = nullptr;
  cuda_check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking),
             "a stream could not be made");
  return Stream(stream);
}

Event make_event() {
  return make_event(cudaEventBlockingSync | cudaEventDisableTiming);
}

Event make_timing_event() {
  return make_event(cudaEventDefault);
}

}  // namespace roiflow
