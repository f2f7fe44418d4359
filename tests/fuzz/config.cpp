// A model's description (INI). What is accepted describes a model that can be asked for its
// numbers.
#include "stages/model/model_description.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace roiflow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::as_text({data, size}));
  fuzz::accepts(
      "model.ini",
      [&] {
        const ModelDescription model = parse_model_description(text, "model.ini");
        fuzz::must(model.classes >= 2, "a model has classes");
        for (int label = 0; label < model.classes; ++label) (void)model.category_id(label);
        if (!model.is_detector()) return;
        fuzz::must(model.levels() >= 1 && model.pooled_levels() >= 1, "a detector has levels");
        if (model.has_rpn()) {
          fuzz::must(model.anchors_per_position() >= 1, "an RPN has anchors");
        }
      },
      ErrorCode::usage);
  return 0;
}
