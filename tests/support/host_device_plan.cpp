#include "tests/support/host_device_plan.hpp"

namespace roiflow {

std::vector<Tensor<float, 4>> run_on_host(const Model& model,
                                          const std::vector<Tensor<float, 4>>& inputs) {
  HostPlanRunner<float> runner(model);
  std::vector<Shape<4>> shapes;
  for (const auto& input : inputs) shapes.push_back(input.shape());
  runner.prepare(shapes);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const DeviceValue& place = runner.plan().inputs[i];
    const std::int64_t channels = place.shape[3];
    float* to = runner.at(place);
    for (std::int64_t p = 0; p < place.pixels(); ++p) {
      std::fill_n(to + p * place.stride, place.stride, 0.0F);
      std::copy_n(inputs[i].view().data + p * channels, channels, to + p * place.stride);
    }
  }
  runner.run();
  std::vector<Tensor<float, 4>> outputs;
  for (const DeviceValue& place : runner.plan().outputs) {
    Tensor<float, 4>& output = outputs.emplace_back(place.shape);
    const std::int64_t channels = place.shape[3];
    for (std::int64_t p = 0; p < place.pixels(); ++p) {
      std::copy_n(runner.at(place) + p * place.stride + place.first, channels,
                  output.view().data + p * channels);
    }
  }
  return outputs;
}

}  // namespace roiflow
