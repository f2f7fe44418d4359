/// Engines by themselves: the same decoded batch again and again, without decoding, graph and sink.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "graph/engine_pool.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/core/error.hpp"
#include "stages/decode/decode_annotated.hpp"

namespace roiflow {

/// Images of one network input size.
struct SampleBatch {
  std::vector<BatchImage> images;  ///< a full batch; images are repeated if there are too few
  std::size_t different = 0;       ///< of them
  Shape<2> size{};                 ///< the most frequent one among the images looked at
};

/// Looks at the first `most_images` of the data set, damaged ones left out. `find_regions` as in
/// BatchDetector. Throws Error{bad_data} if none of them can be computed.
template <class Result, class FindRegions>
SampleBatch sample_batch(const BatchEngine<Result>& engine, const DatasetReader& data,
                         std::int64_t most_images, const FindRegions& find_regions) {
  std::map<Shape<2>, std::vector<BatchImage>> by_size;
  for (std::int64_t i = 0; i < std::min(most_images, data.size()); ++i) {
    try {
      const Sample sample = data.read(i);
      const ImageRecord& record = sample.record;
      BatchImage image{std::make_shared<const Image>(
                           decode_annotated(sample.encoded, record.width, record.height)),
                       {}};
      if (find_regions) image.regions = find_regions(*image.image, sample.proposals).boxes;
      by_size[engine.bucket(image.image->height, image.image->width)].push_back(std::move(image));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::bad_data) throw;
    }
  }
  require(!by_size.empty(), ErrorCode::bad_data, "{}: none of the first {} images can be computed",
          data.path(), most_images);
  const auto& [size, images] =
      *std::ranges::max_element(by_size, {}, [](const auto& entry) { return entry.second.size(); });
  SampleBatch sample{{}, 0, size};
  const auto batch = static_cast<std::size_t>(engine.batch_size());
  sample.different = std::min(images.size(), batch);
  for (std::size_t i = 0; i < batch; ++i) sample.images.push_back(images[i % sample.different]);
  return sample;
}

template <class Result>
struct EngineSpeed {
  double images_per_second = 0;
  std::vector<Result> results;  ///< of one batch
};

/// All lanes of all engines are kept at work until `batches` are through, after one batch each that
/// is not timed.
template <class Result>
EngineSpeed<Result> engine_speed(Engines<Result> engines, std::span<const BatchImage> batch,
                                 int batches) {
  std::vector<std::pair<BatchEngine<Result>*, int>> lanes;
  for (int lane = 0; lane < engines.front()->lanes(); ++lane) {
    for (const auto& engine : engines) lanes.emplace_back(engine.get(), lane);
  }
  EngineSpeed<Result> speed;
  const auto run = [&](std::size_t count) {
    for (std::size_t i = 0; i < count + lanes.size(); ++i) {
      const auto& [engine, lane] = lanes[i % lanes.size()];
      if (i >= lanes.size() && i - lanes.size() < count) speed.results = engine->finish(lane);
      if (i < count) engine->submit(lane, batch);
    }
  };
  run(lanes.size());
  const auto start = std::chrono::steady_clock::now();
  run(static_cast<std::size_t>(batches));
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  speed.images_per_second =
      static_cast<double>(batches) * static_cast<double>(batch.size()) / wall.count();
  return speed;
}

}  // namespace roiflow
