// The pickle machine in both dialects, and the search for tensors in what it made.
#include "io/weights/pickle.hpp"

#include "io/weights/state_dict.hpp"
#include "io/weights/torch_script.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace roiflow;

namespace {

void check_recipe(const pickle::TensorRecipe& tensor) {
  fuzz::must(tensor.shape.size() == tensor.strides.size(), "a stride for each dimension");
  std::uint64_t last = tensor.offset, count = 1, step = 0;
  bool overflow = false;
  for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
    fuzz::must(tensor.shape[axis] >= 0 && tensor.strides[axis] >= 0, "no negative extents");
    if (tensor.shape[axis] == 0) return;
    overflow |= __builtin_mul_overflow(count, tensor.shape[axis], &count);
    overflow |= __builtin_mul_overflow(tensor.shape[axis] - 1, tensor.strides[axis], &step);
    overflow |= __builtin_add_overflow(last, step, &last);
  }
  fuzz::must(!overflow && last < tensor.storage->elements, "a tensor lies within its storage");
  fuzz::must(count <= tensor.storage->elements, "a tensor has at most its storage's elements");
}

void check_tensors(const StateDict& state) {
  for (const auto& [name, tensor] : state.tensors) check_recipe(*tensor);
  for (const auto& [name, tensor] : state.quantised) check_recipe(tensor->integers);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(data, size);
  const std::string source = "weights.pth";
  pickle::Document plain, script;
  const bool is_plain = fuzz::accepts(source, [&] { plain = pickle::read(bytes, source); });
  const bool is_script = fuzz::accepts(
      source, [&] { script = pickle::read(bytes, source, {}, pickle::Dialect::torch_script); });
  fuzz::must(!is_plain || is_script, "a script may say whatever a state_dict may");
  if (is_plain) {
    fuzz::must(plain.bytes <= size && plain.root != nullptr, "a document ends within its input");
    fuzz::accepts(source, [&] { check_tensors(find_state_dict(plain, source)); });
  }
  if (is_script) fuzz::accepts(source, [&] { check_tensors(find_script_tensors(script, source)); });
  return 0;
}
