#include "stages/selective_search/selective_search.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "tests/support/painted_image.hpp"

using namespace roiflow;

namespace {

std::set<std::tuple<float, float, float, float>> as_set(const std::vector<Box>& boxes) {
  std::set<std::tuple<float, float, float, float>> set;
  for (const Box& b : boxes) set.insert({b.x0, b.y0, b.x1, b.y1});
  return set;
}

}  // namespace

TEST_CASE("selective search: uniform patches are among the boxes, exactly") {
  const std::vector<Patch> patches{
      {10, 12, 40, 44, 255, 0, 0}, {60, 5, 90, 35, 0, 0, 255}, {55, 50, 95, 75, 20, 200, 40}};
  const Image image = painted(80, 100, patches);
  for (const auto mode :
       {SelectiveSearchMode::single, SelectiveSearchMode::fast, SelectiveSearchMode::quality}) {
    const std::vector<Box> boxes = selective_search(image, {.mode = mode, .sigma = 0});
    const auto has = [&](const Box& box) {
      return std::find(boxes.begin(), boxes.end(), box) != boxes.end();
    };
    for (const Patch& p : patches)
      CHECK(has({static_cast<float>(p.x0), static_cast<float>(p.y0), static_cast<float>(p.x1),
                 static_cast<float>(p.y1)}));
    CHECK(has({0, 0, 100, 80}));
    CHECK(boxes.size() <= 4 + 3 * 8);  // four segments, at most three unions more a strategy
  }
}

TEST_CASE("selective search: boxes are within the image, different, large enough, best first") {
  const Image image = noisy(21, 120, 160);
  const std::vector<Box> all = selective_search(image, {.max_proposals = 0, .min_side = 7});
  REQUIRE(all.size() > 40);
  CHECK(as_set(all).size() == all.size());
  for (const Box& box : all) {
    CHECK(box == clip(box, 120, 160));
    CHECK(std::min(width(box), height(box)) >= 7);
  }
  const std::vector<Box> some = selective_search(image, {.max_proposals = 25, .min_side = 7});
  CHECK(some == std::vector<Box>(all.begin(), all.begin() + 25));
  // A box's rank is a random number times its place from the top: the first are the larger ones.
  const auto mean_area = [](auto first, auto last) {
    double sum = 0;
    for (auto box = first; box != last; ++box) sum += double{area(*box)};
    return sum / static_cast<double>(last - first);
  };
  const auto half = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  CHECK(mean_area(all.begin(), half) > 1.5 * mean_area(half, all.end()));
}

TEST_CASE("selective search: the seed decides the order, and nothing else does") {
  const Image image = noisy(31, 90, 110);
  SelectiveSearchParams params{.max_proposals = 0, .min_side = 0};
  const std::vector<Box> first = selective_search(image, params);
  CHECK(selective_search(image, params) == first);
  params.seed = 2;
  const std::vector<Box> second = selective_search(image, params);
  CHECK(second != first);
  CHECK(as_set(second) == as_set(first));
}

TEST_CASE("selective search: a rank is a random number times the place in the hierarchy") {
  // Gray stripes a, b, c, d, 8, 8, 8 and 60 pixels wide. a and b share all bins; of ab+c and c+d
  // the smaller goes first. Boxes by their ends tell the places: abcd 1, abc 2, ab 3, d 4, c 5, b
  // 6, a 7.
  const Image image = painted(30, 84,
                              {{0, 0, 8, 30, 100, 100, 100},
                               {8, 0, 16, 30, 101, 101, 101},
                               {16, 0, 24, 30, 180, 180, 180},
                               {24, 0, 84, 30, 60, 60, 60}});
  const float ends[7][2] = {{0, 84}, {0, 24}, {0, 16}, {24, 84}, {16, 24}, {8, 16}, {0, 8}};
  SelectiveSearchParams params{.mode = SelectiveSearchMode::single,
                               .sigma = 0,
                               .thresholds = {0.5F},
                               .min_segment = 1,
                               .min_side = 0};
  constexpr int seeds = 1500;
  double before[7][7] = {};  // how often place i stood before place j
  for (params.seed = 1; params.seed <= seeds; ++params.seed) {
    const std::vector<Box> boxes = selective_search(image, params);
    REQUIRE(boxes.size() == 7);
    std::ptrdiff_t position[7];
    for (int i = 0; i < 7; ++i)
      position[i] =
          std::find(boxes.begin(), boxes.end(), Box{ends[i][0], 0, ends[i][1], 30}) - boxes.begin();
    for (int i = 0; i < 7; ++i)
      for (int j = 0; j < 7; ++j) before[i][j] += position[i] < position[j] ? 1.0 / seeds : 0;
  }
  // P(u i < v j) = 1 - i / 2j for i < j and independent u, v; 0.05 is four deviations of the
  // sample.
  for (int i = 0; i < 7; ++i)
    for (int j = i + 1; j < 7; ++j) {
      CAPTURE(i);
      CAPTURE(j);
      CHECK(std::abs(before[i][j] - (1 - (i + 1) / (2.0 * (j + 1)))) < 0.05);
    }
}

TEST_CASE("selective search: boxes found at a working size come back in the image's pixels") {
  const std::vector<Patch> patches{{30, 40, 150, 160, 255, 0, 0}, {210, 20, 330, 120, 0, 0, 255}};
  const Image image = painted(200, 400, patches);
  for (const auto& size : {std::pair{200, 0}, {0, 100}, {500, 300}}) {
    CAPTURE(size.first);
    const std::vector<Box> boxes =
        selective_search(image, {.working_width = size.first, .working_height = size.second});
    for (const Patch& p : patches) {
      const Box patch{static_cast<float>(p.x0), static_cast<float>(p.y0), static_cast<float>(p.x1),
                      static_cast<float>(p.y1)};
      CHECK(std::any_of(boxes.begin(), boxes.end(), [&](const Box& box) {
        return intersection_over_union(box, patch) > 0.9F;  // smoothed edges move by a pixel
      }));
    }
    CHECK(std::find(boxes.begin(), boxes.end(), Box{0, 0, 400, 200}) != boxes.end());
  }
}

TEST_CASE("selective search: the smallest images, and what is refused") {
  const Image pixel{1, 1, {9, 8, 7}};
  CHECK(selective_search(pixel, {.min_side = 0}) == std::vector<Box>{{0, 0, 1, 1}});
  CHECK(selective_search(pixel).empty());
  CHECK(as_set(selective_search(noisy(1, 5, 1000), {.min_side = 0})).contains({0, 0, 1000, 5}));
  CHECK_THROWS_AS(static_cast<void>(selective_search(Image{})), Error);
  CHECK_THROWS_AS(static_cast<void>(selective_search(Image{1, 2, {1, 2, 3}})), Error);
  CHECK_THROWS_AS(static_cast<void>(selective_search(pixel, {.sigma = -1})), Error);
  CHECK_THROWS_AS(static_cast<void>(selective_search(pixel, {.sigma = NAN})), Error);
  CHECK_THROWS_AS(static_cast<void>(selective_search(pixel, {.thresholds = {50, -1}})), Error);
  CHECK_THROWS_AS(static_cast<void>(selective_search(pixel, {.max_proposals = -1})), Error);
  const Image line = painted(3000, 1, {});
  CHECK_THROWS_AS(static_cast<void>(selective_search(line, {.working_width = 500})), Error);
  CHECK_THROWS_AS(
      static_cast<void>(selective_search(line, {.working_width = 1 << 30, .working_height = 9})),
      Error);
  CHECK(selective_search_mode("quality") == SelectiveSearchMode::quality);
  CHECK_THROWS_AS(static_cast<void>(selective_search_mode("slow")), Error);
}
