/// VOCdevkit folders: the way there and back.
#include "io/voc/voc_devkit.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/support/voc_folder.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using test::plain_xml;
using test::Scratch;
using test::with;
using test::write_devkit;

/// Elements of VOC2012: parts, actions, corners in another order and with fractions, no
/// <difficult>.
const std::string rich_object =
    "\t<object>\n"
    "\t\t<bndbox>\n"
    "\t\t\t<xmax>191.20</xmax>\n"
    "\t\t\t<xmin>45.70000076293945</xmin>\n"
    "\t\t\t<ymax>300</ymax>\n"
    "\t\t\t<ymin>1</ymin>\n"
    "\t\t</bndbox>\n"
    "\t\t<name>person</name>\n"
    "\t\t<actions>\n"
    "\t\t\t<jumping>0</jumping>\n"
    "\t\t\t<other>1</other>\n"
    "\t\t</actions>\n"
    "\t\t<part>\n"
    "\t\t\t<name>head</name>\n"
    "\t\t\t<bndbox>\n"
    "\t\t\t\t<xmin>60</xmin>\n"
    "\t\t\t\t<ymin>2</ymin>\n"
    "\t\t\t\t<xmax>90.5</xmax>\n"
    "\t\t\t\t<ymax>40</ymax>\n"
    "\t\t\t</bndbox>\n"
    "\t\t</part>\n"
    "\t\t<part>\n"
    "\t\t\t<name>foot</name>\n"
    "\t\t</part>\n"
    "\t\t<point unit=\"pixel &quot;0&quot;\">\n"
    "\t\t\t<x>7</x>\n"
    "\t\t</point>\n"
    "\t\t<!-- looked at twice -->\n"
    "\t\t<occluded></occluded>\n"
    "\t</object>\n";

std::string rich_xml() {
  return with(plain_xml, "</annotation>", rich_object + "</annotation>");
}

Sample sample_of(const VocSet& set, std::size_t i) {
  Sample sample;
  sample.record = set.images[i];
  if (sample.record.width == 0) sample.record.width = sample.record.height = 10;
  sample.annotations = set.annotations[i];
  sample.encoded = {1, 2, 3};
  read_voc_maps(set, sample);
  return sample;
}

/// Reads the folder, writes it as a new one and returns where that is.
fs::path there_and_back(const Scratch& scratch, const std::string& split = "test") {
  const VocSet set = read_voc(scratch / "VOCdevkit", split);
  VocWriter writer(scratch / "back", set.categories, set.extra);
  for (std::size_t i = 0; i < set.images.size(); ++i) writer.append(sample_of(set, i), "image");
  writer.close();
  return scratch / "back/VOC2007";
}

std::string refusal(const Scratch& scratch, const std::string& split = "test",
                    ErrorCode code = ErrorCode::bad_data) {
  try {
    (void)read_voc(scratch / "VOCdevkit", split);
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("voc folder: records, boxes and what has no column") {
  const Scratch scratch("voc_records");
  write_devkit(scratch, {plain_xml, rich_xml()});
  const VocSet set = read_voc(scratch / "VOCdevkit", "test");
  REQUIRE(set.images.size() == 2);
  CHECK(set.image_folder == scratch / "VOCdevkit/VOC2007/JPEGImages");
  CHECK(set.images[1].id == 2);
  CHECK(set.images[1].file_name == "000002.jpg");
  CHECK(set.images[1].width == 353);
  CHECK(set.images[1].height == 500);
  const Annotation& dog = set.annotations[0].at(0);
  CHECK(dog.bbox == std::array<double, 4>{47, 239, 148, 132});  // 195 - 48 + 1, 371 - 240 + 1
  CHECK(dog.area == 148.0 * 132);
  CHECK_FALSE(dog.difficult);
  CHECK(Json::parse(dog.extra) ==
        Json::parse(R"({"voc":{"name":null,"pose":"Left","truncated":"1","difficult":null,
                              "bndbox":null}})"));
  CHECK(Json::parse(set.images[0].extra)["voc"]["owner"]["name"] == "J & K <\xC3\xA9>");
  const Annotation& person = set.annotations[1].at(1);
  CHECK(person.bbox[0] == 45.70000076293945 - 1);
  CHECK(person.bbox[0] + person.bbox[2] == 191.2);
  CHECK(person.id == 3);
  const Json extra = Json::parse(person.extra)["voc"];
  CHECK(extra["part"][0]["bndbox"]["xmax"] == "90.5");
  CHECK(extra["point"]["@unit"] == "pixel \"0\"");
  // All objects are of VOC's twenty: the whole table, numbered as in label maps.
  REQUIRE(set.categories.size() == 20);
  CHECK(set.categories[11].name == "dog");
  CHECK(dog.category_id == 12);
  CHECK(person.category_id == 15);
}

TEST_CASE("voc folder: files in VOC's form come back byte by byte, in any order of elements") {
  const Scratch scratch("voc_back");
  write_devkit(scratch, {plain_xml, rich_xml()});
  const fs::path back = there_and_back(scratch);
  CHECK(test::read_bytes(back / "Annotations/000001.xml") == plain_xml);
  // The file belongs to image 2 but names another one, which must not be lost either.
  CHECK(test::read_bytes(back / "Annotations/000002.xml") == rich_xml());
  CHECK(test::read_bytes(back / "ImageSets/Main/test.txt") == "000001\n000002\n");
}

TEST_CASE("voc folder: other ways to write the same XML come back in VOC's form") {
  const Scratch scratch("voc_form");
  std::string xml = with(plain_xml, "Left", "<![CDATA[Left & <right>]]>");
  xml = with(xml, "\t<segmented>", "  <segmented>");
  xml = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><!-- before -->\r\n" + xml;
  xml = with(xml, "J &amp; K &lt;\xC3\xA9&gt;", "J &#38; K &lt;\xE9>");
  write_devkit(scratch, {xml});
  const fs::path back = there_and_back(scratch);
  CHECK(test::read_bytes(back / "Annotations/000001.xml") ==
        with(plain_xml, "Left", "Left &amp; &lt;right&gt;"));
}

TEST_CASE("voc folder: label maps, flags of the image set, and splits of other tasks") {
  const Scratch scratch("voc_maps");
  write_devkit(scratch, {plain_xml, plain_xml});
  const fs::path root = scratch / "VOCdevkit/VOC2007";
  fs::create_directories(root / "ImageSets/Segmentation");
  fs::create_directories(root / "SegmentationClass");
  fs::create_directories(root / "SegmentationObject");
  test::write_bytes(root / "ImageSets/Segmentation/val.txt", "000002\r\n\n000001\n");
  test::write_bytes(root / "ImageSets/Main/dog_test.txt", "000001 -1\n000002  1\n");
  test::write_bytes(root / "SegmentationClass/000002.png", "classes");
  test::write_bytes(root / "SegmentationObject/000002.png", "objects");
  const VocSet set = read_voc(root, "val");
  CHECK(set.has_label_maps);
  CHECK(set.has_object_maps);
  CHECK(set.images[0].file_name == "000002.jpg");
  CHECK(Json::parse(set.extra)["voc"]["image_set"] == "Segmentation/val");
  CHECK(sample_of(set, 0).label_map.size() == 7);
  CHECK(sample_of(set, 1).label_map.empty());
  const fs::path back = there_and_back(scratch, "val");
  CHECK(test::read_bytes(back / "SegmentationClass/000002.png") == "classes");
  CHECK(test::read_bytes(back / "SegmentationObject/000002.png") == "objects");
  CHECK(test::read_bytes(back / "ImageSets/Segmentation/val.txt") == "000002\n000001\n");
  fs::remove_all(scratch / "back");
  CHECK(test::read_bytes(there_and_back(scratch, "dog_test") / "ImageSets/Main/dog_test.txt") ==
        "000001 -1\n000002  1\n");
  CHECK(refusal(scratch, "train", ErrorCode::no_input)
            .ends_with("expected Main/train.txt or Segmentation/train.txt (--split), found "
                       "Main/dog_test, Main/test, Segmentation/val"));
  CHECK(refusal(scratch, "../test", ErrorCode::usage).find("a '..' component") !=
        std::string::npos);
}

TEST_CASE("voc folder: category names and image ids of other people's folders") {
  const Scratch scratch("voc_custom");
  write_devkit(scratch, {with(plain_xml, ">dog<", "> helmet <"), with(plain_xml, ">dog<", ">cat<"),
                         with(plain_xml, ">dog<", ">a b<")});
  const fs::path root = scratch / "VOCdevkit/VOC2007";
  fs::rename(root / "JPEGImages/000003.jpg", root / "JPEGImages/x.3.PNG");
  fs::rename(root / "Annotations/000003.xml", root / "Annotations/x.3.xml");
  const VocSet set = read_voc(scratch / "VOCdevkit", "");
  REQUIRE(set.categories.size() == 3);
  CHECK(set.categories[0].name == "cat");
  CHECK(set.categories[1].name == "a b");
  CHECK(set.categories[2].name == "helmet");
  CHECK(set.categories[2].id == 3);
  CHECK(set.images[2].file_name == "x.3.PNG");
  CHECK(set.images[2].id == 3);  // not every name is a number: 1, 2, 3
  const fs::path back = there_and_back(scratch, "");
  CHECK(test::read_bytes(back / "Annotations/000001.xml") ==
        with(plain_xml, ">dog<", "> helmet <"));
  CHECK_FALSE(fs::exists(back / "ImageSets"));

  fs::rename(root / "JPEGImages/x.3.PNG", root / "JPEGImages/2007_000027.jpg");
  fs::rename(root / "Annotations/x.3.xml", root / "Annotations/2007_000027.xml");
  CHECK(read_voc(root, "").images[2].id == 2007000027);
}

TEST_CASE("voc folder: without annotations, and without a size") {
  const Scratch scratch("voc_bare");
  std::string no_size = plain_xml;
  no_size.erase(no_size.find("\t<size>"), no_size.find("\t<segmented>") - no_size.find("\t<size>"));
  write_devkit(scratch, {no_size});
  CHECK(read_voc(scratch / "VOCdevkit", "test").images[0].width == 0);
  fs::remove_all(scratch / "VOCdevkit/VOC2007/Annotations");
  const VocSet set = read_voc(scratch / "VOCdevkit", "test");
  CHECK(set.annotations[0].empty());
  CHECK(set.images[0].extra.empty());
  CHECK(set.categories.size() == 20);
}

TEST_CASE("voc folder: records of another source get the elements that readers ask for") {
  const Scratch scratch("voc_from_coco");
  Sample sample;
  sample.record = {0, 7, "sub/a.png", 20, 10, R"({"license":1})"};
  Annotation annotation;
  annotation.category_id = 3;
  annotation.bbox = {0.5, 1, 4, 5.25};
  annotation.difficult = true;
  sample.annotations = {annotation};
  sample.encoded = {1};
  VocWriter writer(scratch / "out", {{3, "disc", {}, {}}}, R"({"info":{"year":2020}})");
  writer.append(sample, "image 0");
  CHECK_THROWS_WITH_AS(writer.append(sample, "image 1"),
                       "image 1: expected every file name once, found 'sub/a.png' again", Error);
  writer.close();
  CHECK(test::read_bytes(scratch / "out/VOC/ImageSets/Main/all.txt") == "sub/a\n");
  CHECK(test::read_bytes(scratch / "out/VOC/Annotations/sub/a.xml") ==
        "<annotation>\n\t<filename>sub/a.png</filename>\n\t<size>\n\t\t<width>20</width>\n"
        "\t\t<height>10</height>\n\t\t<depth>3</depth>\n\t</size>\n\t<segmented>0</segmented>\n"
        "\t<object>\n\t\t<name>disc</name>\n\t\t<pose>Unspecified</pose>\n"
        "\t\t<truncated>0</truncated>\n\t\t<difficult>1</difficult>\n\t\t<bndbox>\n"
        "\t\t\t<xmin>1.5</xmin>\n\t\t\t<ymin>2</ymin>\n\t\t\t<xmax>4.5</xmax>\n"
        "\t\t\t<ymax>6.25</ymax>\n\t\t</bndbox>\n\t</object>\n</annotation>\n");
}

}  // namespace roiflow
