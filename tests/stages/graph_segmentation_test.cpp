#include "stages/selective_search/graph_segmentation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "tests/support/hash_noise.hpp"

using namespace roiflow;
using Labels = std::vector<std::int32_t>;

namespace {

/// [channels, height, width] of `levels` different values each, or of many if 0.
Planes noise(std::uint64_t stream, std::int64_t channels, int height, int width, int levels) {
  Planes planes({channels, height, width});
  const std::vector<float> u = hash_noise(stream, static_cast<std::size_t>(planes.size()), 0,
                                          static_cast<float>(levels > 0 ? levels : 255));
  std::transform(u.begin(), u.end(), planes.view().data,
                 [&](float v) { return levels > 0 ? std::floor(v) : v; });
  return planes;
}

struct NaiveEdge {
  int a, b;
  float weight;
};

float distance(PlanesView values, int a, int b) {
  const std::int64_t pixels = values.shape[1] * values.shape[2];
  float sum = 0;
  for (std::int64_t c = 0; c < values.shape[0]; ++c) {
    const float difference = values.data[c * pixels + a] - values.data[c * pixels + b];
    sum += difference * difference;
  }
  return std::sqrt(sum);
}

/// By rising weight; equal ones by pixel, then right, down, down-right, up-right.
std::vector<NaiveEdge> naive_edges(PlanesView values) {
  const int height = static_cast<int>(values.shape[1]), width = static_cast<int>(values.shape[2]);
  const int steps[4][2] = {{1, 0}, {0, 1}, {1, 1}, {1, -1}};
  std::vector<NaiveEdge> edges;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (const auto& [dx, dy] : steps) {
        if (x + dx >= width || y + dy < 0 || y + dy >= height) continue;
        const int a = y * width + x, b = (y + dy) * width + x + dx;
        edges.push_back({a, b, distance(values, a, b)});
      }
  std::stable_sort(edges.begin(), edges.end(),
                   [](const NaiveEdge& a, const NaiveEdge& b) { return a.weight < b.weight; });
  return edges;
}

void relabel(Labels& labels, int from, int to) {
  std::replace(labels.begin(), labels.end(), from, to);
}

/// Int(C): the largest weight of a minimum spanning tree of the component, by Kruskal over its
/// edges.
float internal_difference(const std::vector<NaiveEdge>& edges, const Labels& component, int which) {
  Labels trees(component.size());
  std::iota(trees.begin(), trees.end(), 0);
  float largest = 0;
  for (const auto& [a, b, weight] : edges) {
    const auto i = static_cast<std::size_t>(a), j = static_cast<std::size_t>(b);
    if (component[i] != which || component[j] != which || trees[i] == trees[j]) continue;
    relabel(trees, trees[i], trees[j]);
    largest = weight;
  }
  return largest;
}

Labels by_first_appearance(const Labels& labels) {
  Labels names, out;
  for (const std::int32_t label : labels) {
    const auto found = std::find(names.begin(), names.end(), label);
    out.push_back(static_cast<std::int32_t>(found - names.begin()));
    if (found == names.end()) names.push_back(label);
  }
  return out;
}

/// Algorithm 1 of the paper with its definitions (equations 1 to 5), then the small segments.
Labels naive_segments(PlanesView values, float k, int min_size) {
  const std::vector<NaiveEdge> edges = naive_edges(values);
  Labels labels(static_cast<std::size_t>(values.shape[1] * values.shape[2]));
  std::iota(labels.begin(), labels.end(), 0);
  const auto size = [&](int label) { return std::count(labels.begin(), labels.end(), label); };
  const auto most = [&](int label) {
    return internal_difference(edges, labels, label) + k / static_cast<float>(size(label));
  };
  for (const auto& [i, j, weight] : edges) {
    const int a = labels[static_cast<std::size_t>(i)], b = labels[static_cast<std::size_t>(j)];
    if (a != b && weight <= std::min(most(a), most(b))) relabel(labels, b, a);
  }
  for (const auto& [i, j, weight] : edges) {
    const int a = labels[static_cast<std::size_t>(i)], b = labels[static_cast<std::size_t>(j)];
    if (a != b && (size(a) < min_size || size(b) < min_size)) relabel(labels, b, a);
  }
  return by_first_appearance(labels);
}

}  // namespace

TEST_CASE("graph segmentation: equals the paper's definitions, applied word by word") {
  struct Case {
    const char* name;
    int channels, height, width, levels;
    float k;
    int min_size;
  };
  const Case cases[] = {
      {"all weights different", 3, 9, 11, 0, 300, 1},
      {"many ties", 1, 10, 10, 4, 3, 1},
      {"two channels, ties, small ones", 2, 8, 12, 3, 4, 6},
      {"large k", 3, 9, 9, 0, 3000, 1},
      {"small segments", 1, 9, 11, 0, 60, 9},
      {"one row", 1, 1, 30, 5, 4, 2},
      {"one column", 1, 30, 1, 5, 4, 2},
      {"k 0", 1, 8, 8, 2, 0, 1},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    for (std::uint64_t stream = 1; stream <= 4; ++stream) {
      CAPTURE(stream);
      const Planes values = noise(stream, c.channels, c.height, c.width, c.levels);
      const Segmentation found = PixelGraph(values.view()).segment(c.k, c.min_size);
      const Labels expected = naive_segments(values.view(), c.k, c.min_size);
      CHECK(found.labels == expected);
      CHECK(found.segments == *std::max_element(expected.begin(), expected.end()) + 1);
    }
  }
}

TEST_CASE("graph segmentation: uniform rectangles are the segments") {
  // Four rectangles around (25, 15) of 40 x 30; every two colours differ by at least 80.
  Image image{30, 40, {}};
  Labels expected;
  const std::uint8_t colours[4][3] = {{0, 0, 0}, {80, 0, 0}, {0, 90, 200}, {255, 255, 255}};
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x) {
      expected.push_back((y < 15 ? 0 : 2) + (x < 25 ? 0 : 1));
      const auto& colour = colours[expected.back()];
      image.rgb.insert(image.rgb.end(), colour, colour + 3);
    }
  const Segmentation found = segment_image(image, {.sigma = 0, .k = 100, .min_size = 100});
  CHECK(found.segments == 4);
  CHECK(found.labels == expected);
  // The smallest rectangle has 15 x 15 pixels: it is the first that min_size makes join another.
  CHECK(segment_image(image, {.sigma = 0, .k = 100, .min_size = 225}).segments == 4);
  CHECK(segment_image(image, {.sigma = 0, .k = 100, .min_size = 226}).segments < 4);
  // 80 <= k / 225 and more for all others: everything merges.
  CHECK(segment_image(image, {.sigma = 0, .k = 1e6F, .min_size = 1}).segments == 1);
}

TEST_CASE("graph segmentation: a quarter turn of the image turns the segments") {
  const int height = 23, width = 31;
  const Planes values = noise(9, 2, height, width, 0);
  Planes turned({2, width, height});
  for (int c = 0; c < 2; ++c)
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) turned.view()(c, x, height - 1 - y) = values.view()(c, y, x);
  const Segmentation plain = PixelGraph(values.view()).segment(400, 5);
  const Segmentation other = PixelGraph(turned.view()).segment(400, 5);
  Labels back;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      back.push_back(other.labels[static_cast<std::size_t>(x * height + height - 1 - y)]);
  CHECK(plain.segments > 3);
  CHECK(by_first_appearance(back) == plain.labels);
}

TEST_CASE("graph segmentation: no segment is smaller than min_size") {
  const Planes values = noise(5, 3, 40, 50, 0);
  for (const int min_size : {2, 10, 100, 2000, 5000}) {
    CAPTURE(min_size);
    const Segmentation found = PixelGraph(values.view()).segment(10, min_size);
    std::vector<int> sizes(static_cast<std::size_t>(found.segments));
    for (const std::int32_t label : found.labels) ++sizes[static_cast<std::size_t>(label)];
    CHECK(*std::min_element(sizes.begin(), sizes.end()) >= std::min(min_size, 2000));
  }
}

TEST_CASE("graph segmentation: one pixel, and what is refused") {
  const Planes one = noise(1, 3, 1, 1, 0);
  CHECK(PixelGraph(one.view()).segment(100, 50).labels == Labels{0});
  CHECK_THROWS_AS(PixelGraph(Planes({3, 0, 5}).view()), Error);
  CHECK_THROWS_AS(static_cast<void>(segment_image(Image{}, {})), Error);
  CHECK_THROWS_AS(static_cast<void>(segment_image(Image{2, 2, std::vector<std::uint8_t>(11)}, {})),
                  Error);
  Planes bad = noise(1, 1, 3, 3, 0);
  for (const float value : {std::numeric_limits<float>::quiet_NaN(), HUGE_VALF}) {
    bad.view()(0, 1, 1) = value;
    CHECK_THROWS_AS(PixelGraph(bad.view()), Error);
  }
}
