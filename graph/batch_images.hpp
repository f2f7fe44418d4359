/// How every graph on devices begins: images as engines take them.
///
///   decode
///   decode -> regions    Fast R-CNN
#pragma once

#include <functional>
#include <span>

#include "graph/device_health.hpp"
#include "graph/pipeline.hpp"
#include "stages/core/annotation.hpp"
#include "stages/detector/payloads.hpp"
#include "stages/gpu/batch_engine.hpp"

namespace roiflow {

using FindRegions = std::function<ProposedImage(const Image&, std::span<const Proposal>)>;

/// Adds the nodes. `find_regions`: of Fast R-CNN; otherwise empty. Nothing is decoded when no
/// device is left.
PipelineNode<EncodedImage, BatchImage> add_batch_images(Pipeline& graph, int slots,
                                                        const DeviceHealth& health,
                                                        const FindRegions& find_regions = {});

}  // namespace roiflow
