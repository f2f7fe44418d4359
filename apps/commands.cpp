#include "apps/commands.hpp"

namespace roiflow {

std::span<const Command> commands() {
  static constexpr Command all[] = {
      {"", "", nullptr},
      {"synth", "make a labelled synthetic data set", synth_command},
      {"import", "make a model file from .pth or .safetensors weights", import_command},
  };
  return std::span(all).subspan(1);
}

}  // namespace roiflow
