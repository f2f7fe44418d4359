/// A graph made ready for one set of input shapes: the steps in order, where every activation lies
/// in the arena, and the weights they read. Immutable, shared by all lanes.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include <dnnl.hpp>

#include "stages/core/tensor.hpp"
#include "stages/execute/bilinear_upsample.hpp"
#include "stages/execute/upsample.hpp"
#include "stages/execute/winograd.hpp"

namespace roiflow {

/// Where an operand of a step lies.
struct Place {
  enum class Kind { buffer, input, output, weights };
  Kind kind = Kind::buffer;
  std::size_t index = 0;  ///< buffer of the arena, or input or output of the network
  bool operator==(const Place&) const = default;
};

struct Operand {
  int argument = 0;  ///< DNNL_ARG_SRC, ...
  dnnl::memory::desc layout;
  Place place;
  dnnl::memory weights;  ///< if place.kind is weights
};

/// What a step does: a primitive of oneDNN or one of our own.
using Work = std::variant<dnnl::primitive, Upsample, BilinearUpsample, WinogradConvolution>;

struct Step {
  std::string layer;
  std::string implementation;
  double flops = 0;
  Work work;
  std::vector<Operand> operands;
};

struct Plan {
  std::vector<Step> steps;
  std::vector<std::size_t> offsets;  ///< of the buffers in the arena
  std::size_t arena_bytes = 0;
  std::vector<Shape<4>> input_shapes;
  std::vector<Shape<4>> output_shapes;
};

}  // namespace roiflow
