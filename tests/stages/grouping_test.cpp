#include "stages/selective_search/grouping.hpp"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "stages/selective_search/colour_spaces.hpp"
#include "tests/support/painted_image.hpp"

using namespace roiflow;

namespace {

using Pixels = std::vector<std::size_t>;

/// Equations 2 and 4 of the paper on two sets of pixels.
double naive_intersection(const RegionBins& bins, const Pixels& a, const Pixels& b) {
  const auto planes = static_cast<std::size_t>(bins.planes);
  const auto histogram = [&](const Pixels& pixels) {
    std::vector<double> shares(planes * static_cast<std::size_t>(bins.bins));
    for (const std::size_t pixel : pixels)
      for (std::size_t plane = 0; plane < planes; ++plane)
        shares[plane * static_cast<std::size_t>(bins.bins) +
               bins.bins_of_pixels[pixel * planes + plane]] +=
            1 / static_cast<double>(planes * pixels.size());
    return shares;
  };
  const std::vector<double> first = histogram(a), second = histogram(b);
  double sum = 0;
  for (std::size_t i = 0; i < first.size(); ++i) sum += std::min(first[i], second[i]);
  return sum;
}

PixelBox naive_box(const Pixels& pixels, int width) {
  PixelBox box{1 << 20, 1 << 20, 0, 0};
  for (const std::size_t pixel : pixels) {
    const int x = static_cast<int>(pixel) % width, y = static_cast<int>(pixel) / width;
    box = {std::min(box.x0, x), std::min(box.y0, y), std::max(box.x1, x + 1),
           std::max(box.y1, y + 1)};
  }
  return box;
}

Pixels both(const Pixels& a, const Pixels& b) {
  Pixels all = a;
  all.insert(all.end(), b.begin(), b.end());
  return all;
}

/// Everything from the pixels, every time.
struct NaiveRegions {
  int width, height;
  RegionBins colour, texture;
  std::vector<Pixels> regions;  ///< empty once merged

  [[nodiscard]] double similarity(const Pixels& a, const Pixels& b, const Measures& wanted) const {
    const double n = width * height, size = static_cast<double>(a.size() + b.size());
    const PixelBox box = naive_box(both(a, b), width);
    const double around = (box.x1 - box.x0) * (box.y1 - box.y0);
    return (wanted.colour ? naive_intersection(colour, a, b) : 0) +
           (wanted.texture ? naive_intersection(texture, a, b) : 0) +
           (wanted.size ? 1 - size / n : 0) + (wanted.fill ? 1 - (around - size) / n : 0);
  }
  [[nodiscard]] bool touch(const Pixels& a, const Pixels& b) const {
    const auto near = [&](std::size_t p, std::size_t q) {
      const int i = static_cast<int>(p), j = static_cast<int>(q);
      return std::abs(i % width - j % width) <= 1 && std::abs(i / width - j / width) <= 1;
    };
    return std::any_of(a.begin(), a.end(), [&](std::size_t p) {
      return std::any_of(b.begin(), b.end(), [&](std::size_t q) { return near(p, q); });
    });
  }
  [[nodiscard]] double best_similarity(const Measures& wanted) const {
    double best = -1;
    for (std::size_t i = 0; i < regions.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (!regions[i].empty() && !regions[j].empty() && touch(regions[i], regions[j]))
          best = std::max(best, similarity(regions[i], regions[j], wanted));
    return best;
  }
};

}  // namespace

TEST_CASE("grouping: every merge is the most similar pair, computed from the pixels") {
  const Measures all_measures[] = {{.colour = true, .texture = true, .size = true, .fill = true},
                                   {.texture = true, .size = true, .fill = true},
                                   {.colour = true},
                                   {.fill = true},
                                   {.size = true}};
  constexpr double tolerance = 1e-5;  // float sums of 320 terms below 1
  const int height = 26, width = 34;
  const Image image = noisy(3, height, width);
  const Planes planes = to_colour_space(image, ColourSpace::lab);
  const Segmentation segmentation = PixelGraph(planes.view()).segment(20, 8);
  REQUIRE(segmentation.segments > 12);
  NaiveRegions start{width, height, colour_bins(planes.view()), texture_bins(planes.view()), {}};
  start.regions.resize(static_cast<std::size_t>(segmentation.segments));
  for (std::size_t i = 0; i < segmentation.labels.size(); ++i)
    start.regions[static_cast<std::size_t>(segmentation.labels[i])].push_back(i);
  const RegionSet regions = make_region_set(segmentation, start.colour, start.texture);
  for (const Measures& wanted : all_measures) {
    NaiveRegions naive = start;
    const std::vector<Merge> merges = group(regions, wanted);
    REQUIRE(merges.size() + 1 == regions.sizes.size());
    for (const Merge& merge : merges) {
      CAPTURE(merge.first);
      CAPTURE(merge.second);
      REQUIRE(merge.first < merge.second);
      Pixels& a = naive.regions[static_cast<std::size_t>(merge.first)];
      Pixels& b = naive.regions.at(static_cast<std::size_t>(merge.second));
      REQUIRE((!a.empty() && !b.empty()));
      CHECK(naive.touch(a, b));
      CHECK(std::abs(merge.similarity - naive.similarity(a, b, wanted)) < tolerance);
      CHECK(std::abs(merge.similarity - naive.best_similarity(wanted)) < tolerance);
      const Pixels joined = both(a, b);
      a.clear(), b.clear();
      CHECK(merge.box == naive_box(joined, width));
      naive.regions.push_back(joined);
    }
    CHECK(merges.back().box == PixelBox{0, 0, width, height});
  }
}

TEST_CASE("region set: the sum of two rows is the row of the united region, exactly") {
  const Image image = noisy(11, 40, 50);
  const Planes planes = to_colour_space(image, ColourSpace::hsv);
  const RegionBins bins = texture_bins(planes.view());
  Segmentation segmentation = PixelGraph(planes.view()).segment(60, 20);
  const RegionHistograms before = count_bins(segmentation, bins);
  const int last = segmentation.segments - 1;
  REQUIRE(last > 2);
  std::replace(segmentation.labels.begin(), segmentation.labels.end(), last, 0);
  const RegionHistograms after = count_bins(segmentation, bins);
  for (std::size_t i = 0; i < before.stride; ++i)
    CHECK(after.row(0)[i] == before.row(0)[i] + before.row(static_cast<std::size_t>(last))[i]);
}

TEST_CASE("region set: regions that touch at a corner are neighbours") {
  const Segmentation quarters{2, 2, 4, {0, 1, 2, 3}};
  const RegionBins bins{1, 2, {0, 1, 1, 0}};
  const RegionSet regions = make_region_set(quarters, bins, bins);
  const std::vector<std::pair<int, int>> all{{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}};
  CHECK(regions.neighbours == all);
  CHECK(regions.sizes == std::vector<std::int32_t>{1, 1, 1, 1});
  CHECK(regions.boxes[2] == PixelBox{0, 1, 1, 2});
  // Only the diagonals share a bin: 0 and 3 first, then 1 and 2, and nothing in common at the end.
  const std::vector<Merge> merges = group(regions, {.colour = true});
  REQUIRE(merges.size() == 3);
  CHECK((merges[0].first == 0 && merges[0].second == 3 && merges[0].similarity == 1));
  CHECK((merges[1].first == 1 && merges[1].second == 2 && merges[1].similarity == 1));
  CHECK((merges[2].first == 4 && merges[2].second == 5 && merges[2].similarity == 0));
}
