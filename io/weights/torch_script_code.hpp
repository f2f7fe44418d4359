/// Two numbers out of the text of a TorchScript class: what its quantised sum or linear layer
/// rounds its result to. Tracing leaves them nowhere else.
///
/// The text is searched, never run: `ops.quantized.add(a, b, SCALE, ZERO_POINT)` (or `linear`) must
/// stand exactly once between `class NAME(` and the next class.
///
/// Example: "class Sum(Module):\n  x = ops.quantized.add(a, b, 0.5, 3)" and "Sum" give {0.5, 3}.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace roiflow {

struct OutputScale {
  double scale = 1;
  std::int64_t zero_point = 0;
};

/// Nothing if the class is not there, or the operation is not or more than once.
std::optional<OutputScale> output_scale_in_code(std::string_view text, std::string_view name);

/// Where in the archive the text of a class stands: "__torch__.a.b.Net" is "code/__torch__/a/b.py".
std::string code_entry(std::string_view type);

}  // namespace roiflow
