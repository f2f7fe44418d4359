#include "apps/model_info.hpp"

#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "stages/core/error.hpp"
#include "stages/model/detector.hpp"
#include "stages/model/fcn.hpp"
#include "stages/model/layer_text.hpp"
#include "stages/model/shape_rules.hpp"
#include "stages/preprocess/described_preprocess.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

constexpr int example_height = 480, example_width = 640;

struct InputSize {
  std::int64_t height = 0, width = 0;
};

InputSize example_size(const PreprocessDescription& d) {
  const ImageGeometry geometry = described_preprocess(d).geometry(example_height, example_width);
  return {geometry.padded_height, geometry.padded_width};
}

InputSize parse_size(const std::string& text) {
  InputSize size;
  const char* end = text.data() + text.size();
  const auto height = std::from_chars(text.data(), end, size.height);
  const bool has_width = height.ec == std::errc() && height.ptr != end && *height.ptr == 'x';
  const auto width = has_width ? std::from_chars(height.ptr + 1, end, size.width) : height;
  constexpr std::int64_t most = 1 << 16;
  require(has_width && width.ec == std::errc() && width.ptr == end && size.height > 0 &&
              size.width > 0 && size.height <= most && size.width <= most,
          ErrorCode::usage, "--size: expected HEIGHTxWIDTH in pixels, such as 800x1088, found '{}'",
          text);
  return size;
}

NetworkInfo region_network(std::string name, std::string runs, std::int64_t most_runs,
                           ModelGraph graph) {
  Shape<4> input = graph.inputs.front().shape;
  input[0] = 1;
  return {std::move(name), std::move(runs), most_runs, std::move(graph), input};
}

std::vector<NetworkInfo> networks_of(const ModelDescription& d, const InputSize& size) {
  const Shape<4> image{1, size.height, size.width, 3};
  if (!d.is_detector()) return {{"network", "once an image", 1, build_fcn(d).graph, image}};
  DetectorGraphs graphs = build_detector(d);
  const int proposals = d.has_rpn() ? d.rpn.post_nms_top_n : d.proposals.max_count;
  std::vector<NetworkInfo> networks;
  networks.push_back({"trunk", "once an image", 1, std::move(graphs.trunk), image});
  networks.push_back(
      region_network("box head", "on every proposal", proposals, std::move(graphs.box_head)));
  if (graphs.mask_head) {
    networks.push_back(region_network("mask head", "on every detection", d.box.detections_per_image,
                                      std::move(*graphs.mask_head)));
  }
  return networks;
}

/// Layers beside what they cost; both are in the graph's order.
template <class Use>
void for_each_layer(const NetworkInfo& network, const Use& use) {
  const ValueShapes shapes = infer_shapes(network.graph, std::span(&network.input, 1));
  const std::vector<LayerCost> costs = layer_costs(network.graph, std::span(&network.input, 1));
  for (std::size_t i = 0; i < costs.size(); ++i) {
    const Layer& layer = network.graph.layers[i];
    use(layer, shapes.find(layer.name)->second, costs[i]);
  }
}

struct Total {
  std::int64_t parameters = 0;
  double flops = 0;
};

Total total_of(const NetworkInfo& network) {
  Total total;
  for_each_layer(network, [&](const Layer&, const Shape<4>&, const LayerCost& cost) {
    total.parameters += cost.parameters;
    total.flops += cost.flops;
  });
  return total;
}

std::string network_text(const NetworkInfo& network) {
  std::string text = fmt::format("{} ({}), input {}\n  {:<48} {:<22} {:<22} {:>12} {:>10}\n",
                                 network.name, network.runs, to_text(network.input), "layer",
                                 "kind", "output", "parameters", "GFLOP");
  for_each_layer(network, [&](const Layer& layer, const Shape<4>& shape, const LayerCost& cost) {
    text += fmt::format("  {:<48} {:<22} {:<22} {:>12} {:>10.4f}\n", layer.name,
                        describe(layer.kind), to_text(shape), cost.parameters, 1e-9 * cost.flops);
  });
  const Total total = total_of(network);
  return text + fmt::format("  {:<48} {:<22} {:<22} {:>12} {:>10.4f}\n", "all", "", "",
                            total.parameters, 1e-9 * total.flops);
}

Json network_json(const NetworkInfo& network) {
  Json layers = Json::array();
  for_each_layer(network, [&](const Layer& layer, const Shape<4>& shape, const LayerCost& cost) {
    layers.push_back({{"name", layer.name},
                      {"kind", describe(layer.kind)},
                      {"output", shape},
                      {"parameters", cost.parameters},
                      {"flops", cost.flops}});
  });
  const Total total = total_of(network);
  return {
      {"name", network.name},   {"runs", network.runs},           {"most_runs", network.most_runs},
      {"input", network.input}, {"parameters", total.parameters}, {"flops", total.flops},
      {"layers", layers}};
}

}  // namespace

ModelInfo model_info(const std::string& text, const std::string& label, const std::string& size) {
  ModelInfo info{.description = parse_model_description(text, label)};
  const InputSize input =
      size.empty() ? example_size(info.description.preprocess) : parse_size(size);
  info.height = input.height;
  info.width = input.width;
  info.networks = networks_of(info.description, input);
  return info;
}

std::string model_info_text(const ModelInfo& info, const std::string& label) {
  std::string text = fmt::format("{}: model {}, {} classes with the background\n", label,
                                 info.description.name, info.description.classes);
  Total whole;
  std::string parts;
  for (const NetworkInfo& network : info.networks) {
    text += network_text(network);
    const Total total = total_of(network);
    whole.parameters += total.parameters;
    whole.flops += total.flops * static_cast<double>(network.most_runs);
    parts += fmt::format("{}{} x {}", parts.empty() ? "" : ", ", network.name, network.most_runs);
  }
  return text + fmt::format(
                    "whole model: {} parameters; at most {:.2f} GFLOP an image of {} x {} "
                    "({})\n",
                    whole.parameters, 1e-9 * whole.flops, info.height, info.width, parts);
}

std::string model_info_json(const ModelInfo& info) {
  Json networks = Json::array();
  for (const NetworkInfo& network : info.networks) networks.push_back(network_json(network));
  return Json{{"format", "model description"},
              {"name", info.description.name},
              {"classes", info.description.classes},
              {"input", {info.height, info.width}},
              {"networks", networks}}
             .dump(2) +
         "\n";
}

}  // namespace roiflow
