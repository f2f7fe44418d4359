// Truth: mask_result on logits of all classes, summed up in double; and DetectorNetworks on the CPU
// has the same sixteen sums, written down here once more for equality to the last bit.
#include "stages/heads/mask_predictor_kernels.hpp"

#include <array>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "stages/core/random.hpp"
#include "stages/heads/mask_result.hpp"
#include "stages/kernels/host_block.hpp"

using namespace roiflow;

namespace {

std::vector<float> noise(std::int64_t count, Random& random) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(static_cast<float>(random.real(-1, 1)));
  return values;
}

struct Case {
  int rows, height, width, side, channels, classes, padding;
};

struct Inputs {
  Inputs(const Case& c, Random& random)
      : sizes(c),
        hidden(
            {c.rows, c.height, c.width, std::int64_t{c.side} * c.side * c.channels + c.padding}) {
    for (float& value : hidden.view().span()) value = static_cast<float>(random.real(-1, 1));
    weights = Tensor<float, 2>({c.classes, c.channels});
    for (float& value : weights.view().span()) value = static_cast<float>(random.real(-1, 1));
    bias = noise(c.classes, random);
    for (int i = 0; i < c.rows; ++i) labels.push_back(random.integer(-1, c.classes));
  }

  [[nodiscard]] bool in_use(std::size_t row) const {
    return labels[row] >= 0 && labels[row] < sizes.classes;
  }
  /// The hidden vector of a pixel of the mask.
  [[nodiscard]] const float* vector(int row, int y, int x) const {
    const int side = sizes.side, corner = y % side * side + x % side;
    const auto view = hidden.view();
    return &view(row, y / side, x / side, 0) + std::int64_t{corner} * sizes.channels;
  }
  template <int pack>
  [[nodiscard]] Tensor<float, 3> predict(PhaseOrder order) const {
    const Case& c = sizes;
    Tensor<float, 3> out({c.rows, std::int64_t{c.side} * c.height, std::int64_t{c.side} * c.width});
    for (float& value : out.view().span()) value = NAN;
    const PredictMasks<float, pack> kernel{
        {weights.view().data, bias.data(), c.classes, c.channels, c.height, c.width, c.side,
         static_cast<int>(hidden.shape()[3])},
        hidden.view().data,
        labels.data(),
        c.rows,
        out.view().data};
    run_blocks(kernel, kernel.blocks(), order);
    return out;
  }

  Case sizes;
  Tensor<float, 4> hidden;
  Tensor<float, 2> weights;
  std::vector<float> bias;
  std::vector<int> labels;
};

float dot_of_sixteen(const float* a, const float* b, int count) {
  std::array<float, 16> sums{};
  for (int i = 0; i < count; ++i) sums[static_cast<std::size_t>(i % 16)] += a[i] * b[i];
  for (std::size_t width = 8; width > 0; width /= 2) {
    for (std::size_t k = 0; k < width; ++k) sums[k] += sums[k + width];
  }
  return sums[0];
}

template <int pack>
void compare(const Inputs& in, PhaseOrder order) {
  const Tensor<float, 3> found = in.predict<pack>(order);
  const auto& [rows, height, width] = found.shape();
  const Case& c = in.sizes;
  for (int row = 0; row < c.rows; ++row) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const float value = found.view()(row, y, x);
        INFO("row ", row, ", pixel (", y, ", ", x, "), pack ", pack);
        if (!in.in_use(static_cast<std::size_t>(row))) {
          REQUIRE(value == 0);
          continue;
        }
        const int label = in.labels[static_cast<std::size_t>(row)];
        const float* vector = in.vector(row, y, x);
        const float* weights = &in.weights.view()(label, 0);
        const float bias = in.bias[static_cast<std::size_t>(label)];
        const float logit = dot_of_sixteen(vector, weights, c.channels) + bias;
        REQUIRE(value == 1.0F / (1.0F + std::exp(-logit)));
        std::vector<float> logits(static_cast<std::size_t>(c.classes));
        double exact = static_cast<double>(bias);
        for (int i = 0; i < c.channels; ++i) {
          exact += static_cast<double>(vector[i]) * static_cast<double>(weights[i]);
        }
        logits[static_cast<std::size_t>(label)] = static_cast<float>(exact);
        const Tensor<float, 3> result =
            mask_result({logits.data(), {1, 1, 1, c.classes}}, std::span(&label, 1));
        REQUIRE(std::abs(value - result.view()(0, 0, 0)) < 1e-5F);
      }
    }
  }
}

}  // namespace

TEST_CASE("mask_predictor_kernels: the probabilities of each detection's own class") {
  Random random(101, 0);
  const Case cases[] = {{9, 14, 14, 2, 64, 7, 0},
                        {4, 28, 28, 1, 16, 3, 8},
                        {3, 5, 9, 2, 24, 2, 0},
                        {1, 1, 1, 1, 8, 1, 0},
                        {20, 3, 2, 1, 40, 81, 0}};
  for (const Case& c : cases) {
    const Inputs in(c, random);
    for (const PhaseOrder order :
         {PhaseOrder::ascending, PhaseOrder::descending, PhaseOrder::interleaved}) {
      compare<8>(in, order);
    }
    compare<1>(in, PhaseOrder::ascending);
  }
  const Inputs odd({5, 4, 7, 2, 21, 4, 4}, random);
  compare<1>(odd, PhaseOrder::interleaved);
}
