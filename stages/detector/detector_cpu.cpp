#include <algorithm>
#include <array>

#include "stages/core/finite.hpp"
#include "stages/detector/described_params.hpp"
#include "stages/detector/detector.hpp"
#include "stages/detector/region_pool.hpp"
#include "stages/detector/regions.hpp"
#include "stages/detector/rpn_levels.hpp"
#include "stages/execute/detector_networks.hpp"
#include "stages/heads/box_result.hpp"
#include "stages/paste_masks/paste_masks.hpp"
#include "stages/preprocess/described_preprocess.hpp"
#include "stages/proposals/proposals.hpp"

namespace roiflow {
namespace {

using Networks = std::shared_ptr<const DetectorNetworks>;

/// Regions are pooled and classified so many at a time: their features stay in the caches and the
/// pooled tensor stays small.
constexpr std::int64_t regions_at_a_time = 256;

/// Boxes that came with the image, as the network sees it.
NetworkInput with_proposals(NetworkInput input, std::span<const Box> boxes) {
  for (const Box& box : boxes) input.proposals.push_back(to_resized(box, input.geometry));
  return input;
}

TrunkResult run_trunk(const DetectorNetworks& networks, const NetworkInput& input) {
  TrunkOutputs outputs = networks.trunk(input.pixels.view());
  for (const auto& level : outputs.objectness)
    require_finite(level.view().span(), "objectness scores");
  for (const auto& level : outputs.deltas) require_finite(level.view().span(), "proposals");
  return {std::make_shared<const Pyramid>(Pyramid{std::move(outputs.features), input.geometry}),
          std::move(outputs.objectness), std::move(outputs.deltas), input.proposals};
}

std::vector<StepTime> profile_trunk(const DetectorNetworks& networks, const NetworkInput& input) {
  const Network& network = networks.trunk_network();
  const auto pixels = input.pixels.view();
  std::vector<Tensor<float, 4>> outputs;
  std::vector<TensorView<float, 4>> views;
  for (const Shape<4>& shape : network.output_shapes(std::span(&pixels.shape, 1))) {
    views.push_back(outputs.emplace_back(shape).view());
  }
  return network.profile(views, std::span(&pixels, 1));
}

Proposed propose(const Proposals& proposals, const TrunkResult& trunk) {
  return {trunk.pyramid, proposals(rpn_levels(trunk), trunk.pyramid->geometry)};
}

/// Copies `rows` behind the first `done` rows of `all`.
void append_rows(Tensor<float, 2>& all, std::int64_t done, const Tensor<float, 2>& rows) {
  const auto from = rows.view();
  std::copy_n(from.data, from.size(), all.view().data + done * from.shape[1]);
}

Classified run_box_head(const DetectorNetworks& networks, const RegionPool& pool, int classes,
                        const Proposed& proposed) {
  const std::int64_t count = std::ssize(proposed.boxes);
  Classified result{proposed.pyramid, proposed.boxes, Tensor<float, 2>({count, classes}),
                    Tensor<float, 2>({count, std::int64_t{4} * classes})};
  for (std::int64_t done = 0; done < count; done += regions_at_a_time) {
    const auto regions =
        std::span(proposed.boxes)
            .subspan(static_cast<std::size_t>(done),
                     static_cast<std::size_t>(std::min(regions_at_a_time, count - done)));
    const BoxHeadResult rows =
        networks.box_head(pool(networks.buffers(), *proposed.pyramid, regions).view());
    append_rows(result.class_logits, done, rows.class_logits);
    append_rows(result.deltas, done, rows.deltas);
  }
  require_finite(result.class_logits.view().span(), "class scores");
  require_finite(result.deltas.view().span(), "boxes");
  return result;
}

Masked run_mask_head(const DetectorNetworks& networks, const RegionPool& pool,
                     const Detected& detected) {
  std::vector<Box> boxes;
  std::vector<int> labels;
  for (const ScoredBox& found : detected.boxes) {
    boxes.push_back(found.box);
    labels.push_back(found.label);
  }
  return {detected.pyramid->geometry, detected.boxes,
          networks.mask_head(pool(networks.buffers(), *detected.pyramid, boxes).view(), labels)};
}

ImageDetections with_masks(const CategoryIds& categories, float threshold,
                           PasteConvention convention, const Masked& masked) {
  const ImageGeometry& g = masked.geometry;
  ImageDetections result = without_masks(categories, masked.boxes, g);
  const auto probabilities = masked.probabilities.view();
  const std::int64_t side = probabilities.shape[1];
  for (std::size_t i = 0; i < result.detections.size(); ++i) {
    const TensorView<const float, 2> own{
        probabilities.data + static_cast<std::int64_t>(i) * side * side, {side, side}};
    Detection& detection = result.detections[i];
    detection.mask =
        paste_mask(own, detection.box, g.original_height, g.original_width, threshold, convention);
  }
  return result;
}

}  // namespace

DetectorStages make_detector_cpu(const ModelDescription& d, const Weights& weights,
                                 const ExecutorOptions& options) {
  const auto networks = std::make_shared<const DetectorNetworks>(d, weights, options);
  const RegionPool boxes(box_pool_params(d)), masks(mask_pool_params(d));
  const CategoryIds ids = category_ids(d);

  DetectorStages s;
  s.preprocess = described_preprocess(d.preprocess);
  s.trunk = [networks](const NetworkInput& in) { return run_trunk(*networks, in); };
  if (d.has_rpn()) {
    s.propose = [p = Proposals(anchor_params(d), proposal_params(d))](const TrunkResult& in) {
      return propose(p, in);
    };
  } else {
    s.propose = [](const TrunkResult& in) -> Proposed { return {in.pyramid, in.proposals}; };
    s.find_regions = make_find_regions(d.proposals);
    s.preprocess_proposed = [p = described_preprocess(d.preprocess)](const ProposedImage& in) {
      return with_proposals(p(in.image), in.boxes);
    };
  }
  s.box_head = [networks, boxes, classes = d.classes](const Proposed& in) {
    return run_box_head(*networks, boxes, classes, in);
  };
  s.detect = [result = BoxResult(box_result_params(d))](const Classified& in) -> Detected {
    return {in.pyramid,
            result(in.class_logits.view(), in.deltas.view(), in.boxes, in.pyramid->geometry)};
  };
  s.profile_trunk = [networks](const NetworkInput& in) { return profile_trunk(*networks, in); };
  s.pool_boxes = [networks, boxes](const Pyramid& pyramid, std::span<const Box> regions) {
    return boxes(networks->buffers(), pyramid, regions);
  };
  s.pool_masks = [networks, masks](const Pyramid& pyramid, std::span<const Box> regions) {
    return masks(networks->buffers(), pyramid, regions);
  };
  if (d.kind == ModelKind::mask_rcnn) {
    s.mask_head = [networks, masks](const Detected& in) {
      return run_mask_head(*networks, masks, in);
    };
    s.mask_logits = [networks, pool = s.pool_masks](const Pyramid& pyramid,
                                                    std::span<const Box> regions) {
      return networks->mask_logits(pool(pyramid, regions).view());
    };
    s.paste = [ids, threshold = d.mask.threshold, convention = paste_convention(d.mask.paste)](
                  const Masked& in) { return with_masks(ids, threshold, convention, in); };
  } else {
    s.finish = [ids](const Detected& in) {
      return without_masks(ids, in.boxes, in.pyramid->geometry);
    };
  }
  return s;
}

}  // namespace roiflow
