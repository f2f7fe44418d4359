#include "stages/proposals/proposals.hpp"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/proposals/top_k.hpp"
#include "tests/support/golden.hpp"

using namespace roiflow;
using Indices = std::vector<std::uint32_t>;

namespace {

/// The two maps of every level, from noise, as make_detection_golden.py makes them.
struct Maps {
  Maps(std::uint64_t stream, int height, int width) {
    for (int level = 0; level < 5; ++level) {
      const std::int64_t h = (height + (4 << level) - 1) / (4 << level);
      const std::int64_t w = (width + (4 << level) - 1) / (4 << level);
      const auto cells = static_cast<std::size_t>(h * w);
      const std::uint64_t first = stream + 2 * static_cast<std::uint64_t>(level);
      logits.push_back(golden_noise(first, cells * 3, -40, 3));
      deltas.push_back(golden_noise(first + 1, cells * 12, -0.6F, 0.6F));
      levels.push_back({{logits.back().data(), {h, w, 3}}, {deltas.back().data(), {h, w, 12}}});
    }
  }
  std::vector<std::vector<float>> logits, deltas;
  std::vector<RpnLevel> levels;
};

void compare(const std::string& name, const std::vector<Box>& found) {
  const std::vector<float> boxes = detection_golden("proposals_" + name + "_boxes").floats();
  check_ranked(found, to_boxes(boxes), detection_golden("proposals_" + name + "_scores").floats(),
               2e-4F);  // the ulp of a coordinate above 1024 is 1.2e-4
}

/// One level, one cell of one anchor {-16 -16 16 16}.
struct OneAnchor {
  float logit = 0;
  std::array<float, 4> deltas{};
  std::vector<Box> operator()() const {
    const RpnLevel level{{&logit, {1, 1, 1}}, {deltas.data(), {1, 1, 4}}};
    return Proposals({{{32}}, {1}}, {})({&level, 1}, {100, 100, 100, 100, 128, 128});
  }
};

}  // namespace

TEST_CASE("top_k: small cases") {
  CHECK(top_k(std::vector<float>{1, 3, 3, 2}, 2) == Indices{1, 2});
  CHECK(top_k(std::vector<float>{1, 3}, 5) == Indices{1, 0});
  CHECK(top_k(std::vector<float>{1, 3}, 0).empty());
  CHECK(top_k({}, 4).empty());
  CHECK(top_k(std::vector<float>{-INFINITY, NAN, INFINITY, NAN}, 3) == Indices{1, 3, 2});
}

TEST_CASE("top_k: equals a full stable sort, with ties") {
  std::vector<float> scores = golden_noise(99, 5000, -20, 20);
  for (float& score : scores) score = std::round(score * 8);
  Indices order(scores.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return scores[a] > scores[b]; });
  for (const std::size_t k : {1U, 2U, 63U, 1000U, 2500U, 4999U, 5000U, 9000U}) {
    CAPTURE(k);
    CHECK(top_k(scores, k) ==
          Indices(order.begin(),
                  order.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(k, 5000))));
  }
  CHECK(top_k(std::vector<float>(3000, 1.5F), 10) == Indices{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("proposals: the example of the header, and inputs without a proposal") {
  CHECK(OneAnchor{}() == std::vector<Box>{{0, 0, 16, 16}});
  CHECK(OneAnchor{.logit = NAN}().empty());
  CHECK(OneAnchor{.deltas = {NAN, 0, 0, 0}}().empty());
  CHECK(OneAnchor{.deltas = {INFINITY, 0, 0, 0}}().empty());
  CHECK(OneAnchor{.deltas = {-9, 0, 0, 0}}().empty());  // outside the image: no width is left
  CHECK(OneAnchor{.deltas = {0, 0, 99, 99}}() == std::vector<Box>{{0, 0, 100, 100}});
}

TEST_CASE("proposals: equal scores come in the order of levels") {
  const float logits[] = {30, 40, 35};  // the sigmoid is 1 for all of them
  const float deltas[12] = {};
  const Shape<3> one{1, 1, 1}, four{1, 1, 4};
  const RpnLevel levels[] = {{{&logits[0], one}, {&deltas[0], four}},
                             {{&logits[1], one}, {&deltas[4], four}},
                             {{&logits[2], one}, {&deltas[8], four}}};
  const Proposals proposals({{{32}, {64}, {128}}, {1}}, {.post_nms_top_n = 2});
  CHECK(proposals(levels, {200, 200, 200, 200, 256, 256}) ==
        std::vector<Box>{{0, 0, 16, 16}, {0, 0, 32, 32}});
}

TEST_CASE("proposals: equal torchvision's, small, with limits that bite") {
  const Maps maps(30, 128, 160);
  const Proposals proposals(
      {}, {.pre_nms_top_n = 60, .post_nms_top_n = 150, .min_size = 12, .score_threshold = 0.2F});
  compare("small", proposals(maps.levels, {240, 300, 120, 150, 128, 160}));
}

TEST_CASE("proposals: equal torchvision's at 800 x 1088") {
  const Maps maps(50, 800, 1088);
  compare("full", Proposals({}, {})(maps.levels, {427, 569, 800, 1066, 800, 1088}));
}

TEST_CASE("proposals: what does not fit is refused") {
  Maps maps(30, 128, 160);
  const Proposals proposals({}, {});
  const ImageGeometry geometry{128, 160, 128, 160, 128, 160};
  CHECK_THROWS_WITH_AS(proposals(std::span(maps.levels).first(4), geometry),
                       "proposals: anchors are described for 5 levels, the network gave 4", Error);
  maps.levels[2].deltas.shape[2] = 8;
  CHECK_THROWS_WITH_AS(proposals(maps.levels, geometry),
                       "proposals: level 2: expected deltas of shape 8 x 10 x 12, found 8 x 10 x 8",
                       Error);
  CHECK_THROWS_AS(Proposals({}, {.pre_nms_top_n = 0}), Error);
}
