// Truth: which pixels a box, a mask or a letter covers can be counted by hand.
#include "stages/draw/draw.hpp"

#include <cstddef>
#include <limits>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

#include "stages/core/error.hpp"
#include "stages/draw/canvas.hpp"
#include "stages/draw/font_5x7.hpp"

using namespace roiflow;

namespace {

Image gray_image(int height, int width) {
  return {height, width,
          std::vector<std::uint8_t>(
              static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 3, 100)};
}

Colour pixel(const Image& image, int y, int x) {
  const auto at = (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
                   static_cast<std::size_t>(x)) *
                  3;
  return {image.rgb[at], image.rgb[at + 1], image.rgb[at + 2]};
}

constexpr Colour untouched{100, 100, 100};

/// One character a pixel: '#' where the picture was changed.
std::string changed(const Image& image) {
  std::string rows;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) rows += pixel(image, y, x) == untouched ? '.' : '#';
    rows += '\n';
  }
  return rows;
}

DrawnObject box(float x0, float y0, float x1, float y1) {
  DrawnObject object;
  object.box = {x0, y0, x1, y1};
  object.category_id = 1;
  return object;
}

}  // namespace

TEST_CASE("draw: a frame covers the edge of the box and nothing else") {
  const std::vector<DrawnObject> objects{box(1, 1, 6, 5)};
  CHECK(changed(draw_objects(gray_image(6, 8), objects)) ==
        "........\n"
        ".#####..\n"
        ".#...#..\n"
        ".#...#..\n"
        ".#####..\n"
        "........\n");
  CHECK(pixel(draw_objects(gray_image(6, 8), objects), 1, 1) == category_colour(1));
}

TEST_CASE("draw: what lies outside is cut off") {
  constexpr float far = std::numeric_limits<float>::max();
  constexpr float infinity = std::numeric_limits<float>::infinity();
  std::vector<DrawnObject> objects{
      box(-5, 2, 4, 90), box(-far, -far, far, far), box(-infinity, 0, infinity, 2),
      box(std::numeric_limits<float>::quiet_NaN(), 0, 3, 3), box(7, 5, 2, 1)};
  objects[0].label = "a label that is longer than the picture is wide";
  objects[1].crowd = true;
  const Image out = draw_objects(gray_image(30, 20), objects, {.zoom = 2});
  CHECK(out.height == 60);
  CHECK(out.width == 40);
}

TEST_CASE("draw: masks are tinted, their edge is drawn in full") {
  DrawnObject object = box(0, 0, 0, 0);
  object.mask = Rle{5, 5, {6, 3, 2, 3, 2, 3, 6}};  // rows and columns 1 .. 3
  const std::vector<DrawnObject> objects{object};
  const Image out = draw_objects(gray_image(5, 5), objects, {.mask_opacity = 0.5});
  CHECK(changed(out) == ".....\n.###.\n.###.\n.###.\n.....\n");
  const Colour colour = category_colour(1);
  CHECK(pixel(out, 1, 1) == colour);
  CHECK(pixel(out, 2, 2).red == doctest::Approx((100 + colour.red) / 2.0).epsilon(0.01));
}

TEST_CASE("draw: letters are those of the font") {
  Canvas canvas(gray_image(9, 13));
  canvas.text("T\xC3\xA9", 1, 1, 1, {0, 0, 0});  // T and an accented letter, which becomes '?'
  CHECK(changed(canvas.image()) ==
        ".............\n"
        ".#####..###..\n"
        "...#...#...#.\n"
        "...#.......#.\n"
        "...#......#..\n"
        "...#.....#...\n"
        "...#.........\n"
        "...#.....#...\n"
        ".............\n");
  CHECK(text_width("T\xC3\xA9", 1) == 11);
  CHECK(text_height(3) == 21);
  std::set<Glyph> glyphs;
  for (char c = ' '; c <= '~'; ++c) glyphs.insert(glyph(c));
  CHECK(glyphs.size() == 95);
}

TEST_CASE("draw: labels stand above their box, or inside at the top edge") {
  std::vector<DrawnObject> objects{box(4, 20, 30, 30)};
  objects[0].label = "x";
  const Image above = draw_objects(gray_image(40, 40), objects);
  CHECK_FALSE(pixel(above, 12, 5) == untouched);
  objects[0].box = {4, 2, 30, 30};
  const Image inside = draw_objects(gray_image(40, 40), objects);
  CHECK(pixel(inside, 1, 5) == untouched);
  CHECK_FALSE(pixel(inside, 4, 5) == untouched);
}

TEST_CASE("draw: neighbouring categories have different colours, also negative ids have one") {
  std::set<std::tuple<int, int, int>> colours;
  for (std::int64_t id = -2; id < 90; ++id) {
    const Colour colour = category_colour(id);
    colours.emplace(colour.red, colour.green, colour.blue);
  }
  CHECK(colours.size() == 92);
}

TEST_CASE("draw: label maps and pairs of pictures") {
  const LabelMap labels{1, 3, {0, 4, 255}};
  const Image out = draw_label_map(gray_image(1, 3), labels, 255);
  CHECK(pixel(out, 0, 0) == untouched);
  CHECK_FALSE(pixel(out, 0, 1) == untouched);
  CHECK(pixel(out, 0, 2).red == pixel(out, 0, 2).blue);
  const Image pair = side_by_side(gray_image(10, 20), "left", gray_image(12, 30), "right");
  CHECK(pair.height == 7 + 4 + 12);
  CHECK(pair.width == 20 + 4 + 30);
  CHECK(comfortable_zoom(192, 300) == 3);
  CHECK(comfortable_zoom(427, 640) == 1);
  CHECK(comfortable_zoom(1, 1) == 4);
}

TEST_CASE("draw: a legend stands below the picture, in as many lines as it needs") {
  const Image picture = gray_image(20, 60);
  const Colour red{255, 0, 0}, blue{0, 0, 255};
  const std::vector<LegendEntry> entries{{red, "ab"}, {blue, "a longer text"}};
  const Image one = with_legend(picture, std::span(entries).first(1));
  const Image two = with_legend(picture, entries);
  REQUIRE(one.width == 60);
  // A line of letters of 7 pixels with 2 above and below.
  CHECK(one.height == 20 + 11);
  CHECK(two.height == 20 + 22);
  CHECK(std::equal(picture.rgb.begin(), picture.rgb.end(), two.rgb.begin()));
  CHECK(pixel(one, 22, 2) == red);
  CHECK(pixel(one, 28, 8) == red);
  CHECK(pixel(one, 29, 2) == Colour{255, 255, 255});
  CHECK(pixel(two, 33, 2) == blue);
  CHECK(with_legend(picture, {}).rgb == picture.rgb);
}

TEST_CASE("draw: what does not fit the image is refused") {
  DrawnObject object = box(0, 0, 2, 2);
  object.mask = Rle{3, 2, {6}};
  const std::vector<DrawnObject> objects{object};
  CHECK_THROWS_WITH_AS(static_cast<void>(draw_objects(gray_image(2, 2), objects)),
                       "draw: a mask is 2 x 3 pixels, its image 2 x 2", Error);
  CHECK_THROWS_AS(static_cast<void>(draw_label_map(gray_image(2, 2), {1, 4, {0, 0, 0, 0}}, 255)),
                  Error);
  CHECK_THROWS_AS(static_cast<void>(draw_objects({2, 2, {}}, {})), Error);
  CHECK_THROWS_AS(static_cast<void>(draw_objects(gray_image(2, 2), {}, {.zoom = 0})), Error);
}
