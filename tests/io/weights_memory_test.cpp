// How much memory reading weights takes.
#include <deque>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "io/weights/load_tensors.hpp"
#include "tests/support/allocation_count.hpp"

using namespace roiflow;

TEST_CASE("weights: reading takes the tensors once, and one storage more") {
  constexpr std::size_t count = 8;
  constexpr std::size_t elements = 1U << 20U;
  std::deque<pickle::Storage> storages;
  std::deque<pickle::TensorRecipe> recipes;
  StateDict state;
  for (std::size_t i = 0; i < count; ++i) {
    storages.push_back({ElementType::float32, std::to_string(i), elements});
    recipes.push_back({&storages.back(), 0, {std::int64_t{elements}}, {1}});
    state.tensors.emplace_back("w" + std::to_string(i), &recipes.back());
  }
  const auto read = [](const pickle::Storage& storage) {
    return std::vector<std::uint8_t>(storage.elements * sizeof(float));
  };
  const std::size_t before = start_allocation_count();
  const ImportedWeights imported = load_tensors(state, read, "f", "test");
  CHECK(imported.weights.size() == count);
  const std::size_t taken = peak_allocated_bytes() - before;
  // One more for the storage that is being read, and one for names and the like.
  CHECK(taken < (count + 2) * elements * sizeof(float));
  CHECK(taken > count * elements * sizeof(float));
}

TEST_CASE("weights: a tensor of two names has its values under both") {
  const pickle::Storage storage{ElementType::uint8, "0", 3};
  const pickle::TensorRecipe recipe{&storage, 0, {3}, {1}};
  StateDict state;
  state.tensors = {{"a", &recipe}, {"b", &recipe}};
  const auto read = [](const pickle::Storage& /*storage*/) {
    return std::vector<std::uint8_t>{7, 8, 9};
  };
  const ImportedWeights imported = load_tensors(state, read, "f", "test");
  CHECK(imported.weights.at("a").values == std::vector<float>{7, 8, 9});
  CHECK(imported.weights.at("b").values == std::vector<float>{7, 8, 9});
}
