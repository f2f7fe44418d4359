/// Images without files: patches on gray, and random ones with grain.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "stages/core/image.hpp"
#include "tests/support/hash_noise.hpp"

namespace roiflow {

struct Patch {
  int x0, y0, x1, y1;
  std::uint8_t r, g, b;
};

/// Gray, with patches on it.
inline Image painted(int height, int width, const std::vector<Patch>& patches) {
  Image image{height, width, {}};
  image.rgb.assign(static_cast<std::size_t>(height * width) * 3, 128);
  for (const Patch& p : patches)
    for (int y = p.y0; y < p.y1; ++y)
      for (int x = p.x0; x < p.x1; ++x) {
        const auto at = static_cast<std::size_t>(y * width + x) * 3;
        image.rgb[at] = p.r, image.rgb[at + 1] = p.g, image.rgb[at + 2] = p.b;
      }
  return image;
}

/// Blobs of random colour with noise on them: textures, and no two similarities alike.
inline Image noisy(std::uint64_t stream, int height, int width) {
  const std::vector<float> u = hash_noise(stream, 280, 0, 1);
  std::vector<Patch> patches;
  for (std::size_t i = 0; i < u.size(); i += 7) {
    const int x = static_cast<int>(u[i] * static_cast<float>(width - 4));
    const int y = static_cast<int>(u[i + 1] * static_cast<float>(height - 4));
    const auto byte = [&](std::size_t k) { return static_cast<std::uint8_t>(u[i + k] * 255); };
    patches.push_back({x, y, std::min(width, x + 4 + byte(2) / 8),
                       std::min(height, y + 4 + byte(3) / 8), byte(4), byte(5), byte(6)});
  }
  Image image = painted(height, width, patches);
  const std::vector<float> grain = hash_noise(stream + 1, image.rgb.size(), -9, 9);
  for (std::size_t i = 0; i < grain.size(); ++i)
    image.rgb[i] = static_cast<std::uint8_t>(
        std::clamp(static_cast<float>(image.rgb[i]) + grain[i], 0.0F, 255.0F));
  return image;
}

}  // namespace roiflow
