/// Bilinear resampling along one axis without antialiasing: where the elements of the output lie on
/// the input, by several conventions.
#pragma once

#include <cstdint>
#include <vector>

namespace roiflow {

/// out[i] = first_weight * in[first] + second_weight * in[second]
struct Tap {
  std::int32_t first = 0, second = 0;
  float first_weight = 1, second_weight = 0;
};

/// What a tap makes of its two elements.
[[nodiscard]] constexpr float mix(const Tap& tap, float first, float second) {
  return tap.first_weight * first + tap.second_weight * second;
}

/// How an image of one size is resized: a tap for every row and column of the result.
struct ResizePlan {
  std::vector<Tap> rows, columns;
};

/// One tap for each of the `out_size` elements, as torch.nn.functional.interpolate does it with
/// align_corners=False.
/// Example: 2 to 4 elements: taps at 0, 0.25, 0.75 and 1.
[[nodiscard]] std::vector<Tap> bilinear_taps(int in_size, int out_size);

/// The same with align_corners=True: the first and the last elements of both sizes coincide.
/// Example: 2 to 3 elements: taps at 0, 0.5 and 1.
[[nodiscard]] std::vector<Tap> corner_taps(int in_size, int out_size);

/// The same as cv2.resize(fx=enlargement) does it with INTER_LINEAR: element i lies at (i + 0.5) /
/// enlargement - 0.5, whatever the sizes were rounded to; positions are rounded to float32.
[[nodiscard]] std::vector<Tap> opencv_taps(int in_size, int out_size, double enlargement);

}  // namespace roiflow
