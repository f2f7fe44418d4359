#include "apps/commands.hpp"

namespace roiflow {

std::span<const Command> commands() {
  static constexpr Command all[] = {
      {"", "", nullptr},
      {"synth", "make a labelled synthetic data set", synth_command},
      {"pack", "make a data set from COCO or VOC annotations or a folder of images", pack_command},
      {"unpack", "give a data set back as COCO or VOC annotations and image files", unpack_command},
      {"import", "make a model file from .pth or .safetensors weights", import_command},
      {"run", "run a detector over a data set and evaluate it", run_command},
      {"eval", "evaluate stored detections", eval_command},
      {"bench", "measure throughput, with the accuracy beside it", bench_command},
      {"show", "draw detections or annotations over the images", show_command},
      {"info", "say what a file of ours holds", info_command},
      {"verify", "check the directory of a run", verify_command},
  };
  return std::span(all).subspan(1);
}

}  // namespace roiflow
