#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include "stages/kernels/host_block.hpp"
#include "stages/kernels/host_device.hpp"

namespace roiflow {
namespace {

struct CountPositive {
  [[maybe_unused]] static constexpr int threads = 256;
  struct Shared {
    int count;
  };
  const float* values;
  int size;
  int* out;

  template <class Block>
  ROIFLOW_HOST_DEVICE void operator()(Block& block, Shared& shared, int row) const {
    block.each(1, [&](int) { shared.count = 0; });
    block.each(size, [&](int i) {
      if (values[row * size + i] > 0) block.add(shared.count, 1);
    });
    block.each(1, [&](int) { out[row] = shared.count; });
  }
};

/// Wrong on purpose: within one phase an index reads what another one writes.
struct ShiftInPlace {
  [[maybe_unused]] static constexpr int threads = 32;
  struct Shared {};
  int* values;
  int size;

  template <class Block>
  ROIFLOW_HOST_DEVICE void operator()(Block& block, Shared&, int) const {
    block.each(size - 1, [&](int i) { values[i] = values[i + 1]; });
  }
};

TEST_CASE("kernels: a block kernel gives the same in every order of its phases") {
  const std::vector<float> values{1, -1, 2, 0, /**/ -5, -6, -7, 8};
  for (const PhaseOrder order :
       {PhaseOrder::ascending, PhaseOrder::descending, PhaseOrder::interleaved}) {
    std::vector<int> counts(2, -1);
    run_blocks(CountPositive{values.data(), 4, counts.data()}, 2, order);
    CHECK(counts == std::vector<int>{2, 1});
  }
}

TEST_CASE("kernels: the orders of the host visit every index once") {
  for (const PhaseOrder order :
       {PhaseOrder::ascending, PhaseOrder::descending, PhaseOrder::interleaved}) {
    std::vector<int> visits(23, 0);
    HostBlock(order).each(23, [&](int i) { ++visits[static_cast<std::size_t>(i)]; });
    CHECK(visits == std::vector<int>(23, 1));
  }
}

TEST_CASE("kernels: a phase whose indices depend on each other is found out") {
  const auto shifted = [](PhaseOrder order) {
    std::vector<int> values{1, 2, 3, 4};
    run_blocks(ShiftInPlace{values.data(), 4}, 1, order);
    return values;
  };
  CHECK(shifted(PhaseOrder::ascending) != shifted(PhaseOrder::descending));
}

}  // namespace
}  // namespace roiflow
