// Truth: the rows written down by plain loops, and to_original of whole images.
#include "stages/heads/mask_rows_kernels.hpp"

#include <vector>

#include <doctest/doctest.h>

#include "stages/core/random.hpp"
#include "stages/kernels/host_run.hpp"

using namespace roiflow;

namespace {

struct Gathered {
  explicit Gathered(std::size_t rows) : boxes(rows), originals(rows), images(rows), labels(rows) {}
  MaskRows rows() { return {boxes.data(), originals.data(), images.data(), labels.data()}; }
  std::vector<Box> boxes, originals;
  std::vector<int> images, labels;
};

}  // namespace

TEST_CASE("mask_rows_kernels: the detections of all images without gaps") {
  Random random(141, 0);
  const std::vector<std::vector<int>> cases{{2, 1}, {0, 0, 0}, {5}, {0, 5, 0, 3, 0}, {5, 5, 5}};
  constexpr int per_image = 5;
  for (const std::vector<int>& counts : cases) {
    const std::size_t images = counts.size(), most = images * per_image;
    std::vector<ScoredBox> found(most);
    std::vector<ImageGeometry> geometry;
    for (std::size_t i = 0; i < images; ++i) {
      geometry.push_back({480, 640, random.integer(300, 900), random.integer(300, 900), 0, 0,
                          i == 1 ? 1.7F : 0.0F});
    }
    for (ScoredBox& detection : found) {
      const auto at = [&] { return static_cast<float>(random.real(0, 800)); };
      detection = {{at(), at(), at(), at()}, 0.5F, random.integer(1, 80)};
    }
    for (const std::size_t rows : {most, std::size_t{3}}) {
      Gathered gathered(rows);
      gather_mask_rows(HostRun(),
                       GatherMaskRows{found.data(), counts.data(), geometry.data(),
                                      static_cast<int>(images), per_image, gathered.rows()},
                       static_cast<int>(rows));
      std::size_t row = 0;
      for (std::size_t i = 0; i < images; ++i) {
        const auto count = static_cast<std::size_t>(counts[i]);
        const std::span own = std::span(found).subspan(i * per_image, count);
        const std::vector<ScoredBox> originals = to_original(own, geometry[i]);
        for (std::size_t k = 0; k < count && row < rows; ++k, ++row) {
          CHECK(gathered.boxes[row] == own[k].box);
          CHECK(gathered.originals[row] == originals[k].box);
          CHECK(gathered.images[row] == static_cast<int>(i));
          CHECK(gathered.labels[row] == own[k].label);
        }
      }
      for (; row < rows; ++row) {
        CHECK(gathered.images[row] == -1);
        CHECK(gathered.labels[row] == -1);
        CHECK(gathered.originals[row] == Box{});
      }
    }
  }
}
