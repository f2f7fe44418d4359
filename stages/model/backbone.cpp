#include "stages/model/backbone.hpp"

#include "stages/core/error.hpp"
#include "stages/model/fbnet.hpp"
#include "stages/model/resnet.hpp"
#include "stages/model/vgg.hpp"

namespace roiflow {

BackboneOutputs add_backbone(ModelGraph& graph, const std::string& image,
                             const BackboneDescription& backbone) {
  switch (backbone.kind) {
    case BackboneKind::resnet:
      return add_resnet(graph, image, "backbone.body", backbone);
    case BackboneKind::vgg:
      return add_vgg(graph, image, backbone, {.names = VggNames::torchvision});
    case BackboneKind::fbnet:
      return add_fbnet(graph, image, "backbone.body", backbone);
  }
  fail(ErrorCode::internal, "unknown backbone");
}

std::int64_t backbone_channels(const BackboneDescription& backbone) {
  ModelGraph graph;
  return add_backbone(graph, "image", backbone).channels.back();
}

}  // namespace roiflow
