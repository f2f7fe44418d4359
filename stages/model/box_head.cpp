#include "stages/model/box_head.hpp"

namespace roiflow {

BoxHeadOutputs add_box_head(ModelGraph& graph, const std::string& pooled,
                            const ModelDescription::BoxHead& box, std::int64_t classes) {
  const auto linear = [&](const std::string& name, std::int64_t features,
                          const std::string& input) {
    return graph.add({name, Linear{.out_features = features}, {input}, name});
  };
  const auto relu = [&](const std::string& input) {
    return graph.add({input + ".relu", Relu{}, {input}, ""});
  };
  const std::string prefix = "roi_heads.";
  const std::string fc6 = relu(linear(prefix + "box_head.fc6", box.hidden, pooled));
  const std::string fc7 = relu(linear(prefix + "box_head.fc7", box.hidden, fc6));
  return {linear(prefix + "box_predictor.cls_score", classes, fc7),
          linear(prefix + "box_predictor.bbox_pred", 4 * classes, fc7)};
}

}  // namespace roiflow
