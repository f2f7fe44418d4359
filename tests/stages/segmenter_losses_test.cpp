#include "stages/segmenter/segmenter_losses.hpp"

#include <cmath>
#include <tuple>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/label_map/label_map.hpp"
#include "stages/label_map/score_rows.hpp"
#include "tests/support/hash_noise.hpp"

// That a whole segmenter's loss is torch's is the business of tests/reference/losses_live.sh.

using namespace roiflow;

namespace {

using Pixels = std::vector<std::vector<float>>;  ///< scores of every pixel, row by row

Pixels enlarged(TensorView<const float, 3> scores, std::span<const Tap> rows,
                std::span<const Tap> columns) {
  Pixels pixels;
  for_each_score_row(scores, rows, columns, [&](TensorView<const float, 2> row) {
    CHECK(row.shape == Shape<2>{std::ssize(columns), scores.shape[2]});
    for (std::int64_t x = 0; x < row.shape[0]; ++x) {
      const auto pixel = row.rows(x, 1).span();
      pixels.emplace_back(pixel.begin(), pixel.end());
    }
  });
  return pixels;
}

/// Scores of a 1 x 2 image whose classes have the values 0 and 7.
SegmenterStages stages_of(const std::vector<float>& scores) {
  SegmenterStages stages;
  stages.values = {0, 7};
  stages.score_rows = [scores](const ScoreMap&, const UseScoreRow& use) {
    use({scores.data(), {2, 2}});
  };
  return stages;
}

ScoreMap one_by_two() {
  return {{}, {1, 2, 1, 2, 1, 2}};
}

}  // namespace

TEST_CASE("score rows: the example of the header") {
  const float scores[] = {1, 0, 0, 1};
  const std::vector<Tap> row{{0, 0, 1, 0}};
  CHECK(enlarged({scores, {1, 2, 2}}, row, interpolation_taps(2, 4)) ==
        Pixels{{1, 0}, {0.75F, 0.25F}, {0.25F, 0.75F}, {0, 1}});
}

TEST_CASE("score rows: their best classes are the label map's") {
  const std::vector<float> scores = hash_noise(77, 140, -3, 3);
  const TensorView<const float, 3> view{scores.data(), {5, 7, 4}};
  const std::uint8_t values[] = {0, 1, 2, 3};
  for (const auto& [rows, columns] :
       {std::pair(interpolation_taps(5, 33), interpolation_taps(7, 50)),
        std::pair(deconvolution_taps(5, {8, 11}, 25, 25),
                  deconvolution_taps(7, {8, 11}, 40, 40))}) {
    const LabelMap map = make_label_map(view, rows, columns, values);
    const Pixels pixels = enlarged(view, rows, columns);
    REQUIRE(pixels.size() == map.labels.size());
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      const auto best = std::max_element(pixels[i].begin(), pixels[i].end()) - pixels[i].begin();
      CHECK(best == map.labels[i]);
    }
  }
}

TEST_CASE("score rows: a tap outside is refused") {
  const float scores[] = {1, 2};
  const std::vector<Tap> good{{0, 0, 1, 0}}, bad{{0, 1, 1, 0}};
  CHECK_THROWS_AS(for_each_score_row({scores, {1, 1, 2}}, bad, good, {}), Error);
  CHECK_THROWS_AS(for_each_score_row({scores, {1, 1, 2}}, good, bad, {}), Error);
}

TEST_CASE("segmenter loss: values of the data set, and pixels that do not count") {
  const SegmenterStages stages = stages_of({0, 0, 0, std::log(3.0F)});
  const ComputePixelLoss loss(stages, 9);
  const SegmenterLosses both = loss(one_by_two(), {1, 2, {0, 7}});
  CHECK(both.pixels == 2);
  CHECK(both.sum == doctest::Approx(std::log(2.0) + std::log(4.0 / 3)));  // softmax 1/2 and 3/4
  CHECK(both.mean == doctest::Approx(both.sum / 2));
  const SegmenterLosses second = loss(one_by_two(), {1, 2, {9, 0}});
  CHECK(second.pixels == 1);
  CHECK(second.mean == doctest::Approx(std::log(4.0)));
  CHECK(std::isnan(loss(one_by_two(), {1, 2, {9, 9}}).mean));
  // A class of the model may be the label that does not count.
  CHECK(ComputePixelLoss(stages, 7)(one_by_two(), {1, 2, {0, 7}}).pixels == 1);
}

TEST_CASE("segmenter loss: a label map that does not fit is refused") {
  const ComputePixelLoss loss(stages_of({0, 0, 0, 0}), -1);
  CHECK_THROWS_WITH_AS(std::ignore = loss(one_by_two(), {1, 2, {0, 1}}),
                       "label map: value 1 is neither a class of the model nor the ignore label -1",
                       Error);
  CHECK_THROWS_WITH_AS(std::ignore = loss(one_by_two(), {2, 1, {0, 0}}),
                       "label map: expected the size of the image, 1 x 2 pixels (height x width), "
                       "found 2 x 1",
                       Error);
}
