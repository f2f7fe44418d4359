#include "apps/bench/roofline.hpp"

#include <algorithm>

#include "stages/model/detector.hpp"
#include "stages/model/fcn.hpp"

namespace roiflow {
namespace {

NetworkWork regions(ModelGraph graph, std::int64_t count) {
  Shape<4> input = graph.inputs.front().shape;
  input[0] = count;
  return {std::move(graph), input};
}

double floor_of(const NetworkWork& network, const DevicePeaks& peaks, int element_bytes) {
  const ValueShapes shapes = infer_shapes(network.graph, std::span(&network.input, 1));
  const std::vector<LayerCost> costs = layer_costs(network.graph, std::span(&network.input, 1));
  double seconds = 0;
  for (std::size_t i = 0; i < costs.size(); ++i) {
    const LayerCost& cost = costs[i];
    if (cost.flops == 0) continue;
    std::int64_t elements = cost.output_elements + cost.parameters;
    for (const std::string& input : network.graph.layers[i].inputs) {
      elements += element_count(shapes.find(input)->second);
    }
    seconds += std::max(cost.flops / peaks.flops,
                        static_cast<double>(elements * element_bytes) / peaks.bytes);
  }
  return seconds;
}

}  // namespace

std::vector<NetworkWork> work_of(const ModelDescription& d, int batch, const Shape<2>& size,
                                 std::int64_t detections) {
  const Shape<4> images{batch, size[0], size[1], 3};
  if (!d.is_detector()) return {{build_fcn(d).graph, images}};
  DetectorGraphs graphs = build_detector(d);
  const int proposals = d.has_rpn() ? d.rpn.post_nms_top_n : d.proposals.max_count;
  std::vector<NetworkWork> work;
  work.push_back({std::move(graphs.trunk), images});
  work.push_back(regions(std::move(graphs.box_head), std::int64_t{batch} * proposals));
  if (graphs.mask_head && detections > 0) {
    work.push_back(regions(std::move(*graphs.mask_head), detections));
  }
  return work;
}

double flops_of(const std::vector<NetworkWork>& work) {
  double flops = 0;
  for (const NetworkWork& network : work) {
    for (const LayerCost& cost : layer_costs(network.graph, std::span(&network.input, 1))) {
      flops += cost.flops;
    }
  }
  return flops;
}

double floor_of(const std::vector<NetworkWork>& work, const DevicePeaks& peaks, int element_bytes) {
  double seconds = 0;
  for (const NetworkWork& network : work) seconds += floor_of(network, peaks, element_bytes);
  return seconds;
}

int element_bytes(Precision precision) {
  return precision == Precision::f16 || precision == Precision::bf16 ? 2 : 4;
}

}  // namespace roiflow
