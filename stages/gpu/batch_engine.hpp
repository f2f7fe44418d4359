/// Something that computes batches of images on a device of its own: what a GPU is to the graph.
///
/// A batch holds images whose network input has the same size, so an image is padded as it would be
/// alone, and its result depends neither on its neighbours nor on its place. An engine has lanes: a
/// lane computes one batch at a time, several lanes overlap.
///
/// Threads. `bucket` may be called by anybody at any time. One thread submits, another one (or the
/// same) finishes; of one lane the calls alternate.
///
/// Errors. Error{device} from submit or finish: the device is lost, nothing more can be computed
/// there; the images of all lanes under way have no results. Error{bad_data} from `bucket`: this
/// image cannot be computed, others can.
///
/// Example: engine.submit(0, images);  const std::vector<R> results = engine.finish(0);
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "stages/core/box.hpp"
#include "stages/core/image.hpp"
#include "stages/core/tensor.hpp"

namespace roiflow {

struct BatchImage {
  std::shared_ptr<const Image> image;
  std::vector<Box> regions;  ///< to be classified, pixels of the image; Fast R-CNN only
};

/// Time of one stage of a batch, for benchmarks.
struct StageTime {
  std::string name;
  double milliseconds = 0;
};

template <class Result>
class BatchEngine {
 public:
  virtual ~BatchEngine() = default;

  /// Most images of a batch.
  [[nodiscard]] virtual int batch_size() const = 0;
  /// Batches that may be under way at once.
  [[nodiscard]] virtual int lanes() const = 0;
  /// Height and width of the network's input for an image of that size: images of one batch have
  /// the same.
  [[nodiscard]] virtual Shape<2> bucket(int height, int width) const = 0;

  /// Begins to compute 1 .. batch_size() images of one bucket on a lane with nothing under way, and
  /// returns without waiting for the result. The pixels live until finish(lane) returns or throws.
  virtual void submit(int lane, std::span<const BatchImage> images) = 0;
  /// Waits for the lane's batch; the results in the order of its images.
  virtual std::vector<Result> finish(int lane) = 0;

  /// Computes such a batch with a clock around every stage, in their order; empty if the engine
  /// cannot tell. Only while nothing is under way.
  virtual std::vector<StageTime> profile(std::span<const BatchImage>) { return {}; }
};

}  // namespace roiflow
