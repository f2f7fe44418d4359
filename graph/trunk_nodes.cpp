#include "graph/trunk_nodes.hpp"

namespace roiflow {

PipelineNode<NetworkInput, TrunkResult> add_trunk(Pipeline& graph, const DetectorStages& stages,
                                                  int slots,
                                                  const PipelineNode<EncodedImage, Image>& decode) {
  if (!stages.needs_proposals()) {
    auto preprocess = graph.node<Image>("preprocess", slots, stages.preprocess);
    auto backbone = graph.node<NetworkInput>("backbone", slots, stages.trunk);
    graph.connect(decode, preprocess);
    graph.connect(preprocess, backbone);
    return backbone;
  }
  auto regions = graph.node<Image>(
      "regions", slots, [find = stages.find_regions](const Image& image, const Source& source) {
        return find(image, source.proposals);
      });
  auto preprocess = graph.node<ProposedImage>("preprocess", slots, stages.preprocess_proposed);
  auto backbone = graph.node<NetworkInput>("backbone", slots, stages.trunk);
  graph.connect(decode, regions);
  graph.connect(regions, preprocess);
  graph.connect(preprocess, backbone);
  return backbone;
}

}  // namespace roiflow
