// The search for two numbers in the text of a TorchScript class. Input: NAME, newline, text.
#include "io/weights/torch_script_code.hpp"

#include <algorithm>

#include "tests/fuzz/fuzz.hpp"

using namespace roiflow;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzz::as_text({data, size});
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view name = input.substr(0, end);
  const std::string_view text = input.substr(std::min(end + 1, input.size()));
  const auto found = output_scale_in_code(text, name);
  if (found) {
    fuzz::must(text.find("ops.quantized.") != std::string_view::npos, "no scale without a call");
    // A class behind it changes nothing.
    const auto again = output_scale_in_code(std::string(text) + "\nclass Other(Module):\n", name);
    fuzz::must(again && again->zero_point == found->zero_point, "the answer is the class's own");
  }
  const std::string entry = code_entry(name);
  fuzz::must(entry.starts_with("code/") && entry.ends_with(".py"), "code stands in code/*.py");
  return 0;
}
