/// Annotation files that are wrong, damaged or meant to do harm.
#include <random>

#include <doctest/doctest.h>

#include "io/voc/voc_devkit.hpp"
#include "tests/support/voc_folder.hpp"

namespace roiflow {
namespace {

using test::plain_xml;
using test::Scratch;
using test::with;
using test::write_devkit;

/// What is said about one annotation file, after its name; "accepted" if it is.
std::string refusal_of(const std::string& xml) {
  const Scratch scratch("voc_xml");
  write_devkit(scratch, {xml});
  const std::string file = (scratch / "VOCdevkit/VOC2007/Annotations/000001.xml").string();
  try {
    (void)read_voc(scratch / "VOCdevkit", "test");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::bad_data);
    const std::string text = error.what();
    REQUIRE(text.starts_with(file));
    return text.substr(file.size());
  }
  return "accepted";
}

std::string changed(const std::string& old, const std::string& now) {
  return refusal_of(with(plain_xml, old, now));
}

}  // namespace

TEST_CASE("voc xml: values that are wrong, with line, element, expected and found") {
  const std::string number = ": line 23: <xmin>: expected a finite number, found ";
  CHECK(changed("<xmin>48<", "<xmin>4x<") == number + "'4x'");
  CHECK(changed("<xmin>48<", "<xmin><") == number + "''");
  CHECK(changed("<xmin>48<", "<xmin>nan<") == number + "'nan'");
  CHECK(changed("<xmin>48<", "<xmin>1e999<") == number + "'1e999'");
  CHECK(changed("<xmin>48<", "<xmin>4,5<") == number + "'4,5'");
  CHECK(changed("<xmin>48<", "<xmin>" + std::string(100, '7') + "x<") ==
        number + "'" + std::string(60, '7') + "...'");
  CHECK(changed("<xmin>48<", "<xmin>196<") ==
        ": line 22: <bndbox>: expected xmin <= xmax and ymin <= ymax, found 196 240 195 371");
  CHECK(changed("<ymax>371<", "<ymax>-3<") ==
        ": line 22: <bndbox>: expected xmin <= xmax and ymin <= ymax, found 48 240 195 -3");
  CHECK(changed("<width>353<", "<width>40<") ==
        ": line 22: <bndbox>: expected a box that touches the image of 40 x 500 pixels, found xmin "
        "ymin xmax ymax = 48 240 195 371");
  CHECK(changed("<width>353<", "<width>-353<") ==
        ": line 12: <width>: expected a positive whole number of pixels, found '-353'");
  CHECK(changed("<width>353<", "<width>99999999999<") ==
        ": line 12: <width>: expected a positive whole number of pixels, found '99999999999'");
  CHECK(changed("<difficult>0<", "<difficult>2<") ==
        ": line 21: <difficult>: expected 0 or 1, found '2'");
  CHECK(changed(">dog<", "> <") ==
        ": line 18: <name>: expected the name of a class, found nothing");
  // A box may stick out of its image: tools that count from 0 write such files.
  CHECK(changed("<xmin>48<", "<xmin>0<") == "accepted");
  CHECK(changed("<xmax>195<", "<xmax>1e3<") == "accepted");
}

TEST_CASE("voc xml: elements that are missing or come twice") {
  CHECK(changed("<name>dog</name>", "") ==
        ": line 17: <object>: expected an element <name> in it, found none");
  CHECK(changed("<ymin>240</ymin>", "") ==
        ": line 22: <bndbox>: expected an element <ymin> in it, found none");
  CHECK(changed("<height>500</height>", "") ==
        ": line 11: <size>: expected an element <height> in it, found none");
  CHECK(changed("<ymin>240</ymin>", "<ymin>240</ymin><ymin>240</ymin>") ==
        ": line 24: expected one <ymin> in this <bndbox>, found a second one");
  CHECK(changed("<pose>Left</pose>", "<name>cat</name>") ==
        ": line 19: expected one <name> in this <object>, found a second one");
  CHECK(refusal_of("<html/>") ==
        ": line 1: <html>: expected the root element <annotation>, found html");
  CHECK(refusal_of("<annotation/>") == "accepted");
  CHECK(changed("<difficult>0</difficult>", "") == "accepted");
}

TEST_CASE("voc xml: what is not well-formed, with line and column") {
  CHECK(refusal_of("") == ": line 1, column 1: expected well-formed XML, found: no element found");
  CHECK(changed("</name>\n\t\t<pose>", "\n\t\t<pose>") ==
        ": line 28, column 4: expected well-formed XML, found: mismatched tag");
  CHECK(changed("dog", "d&og;")
            .starts_with(": line 18, column 10: expected well-formed XML, found: "
                         "undefined entity"));
  CHECK(changed("dog", std::string("d\0g", 3)).find("not well-formed (invalid token)") !=
        std::string::npos);
  CHECK(changed("dog", "d\xFFg").find("line 18, column 10") != std::string::npos);
  CHECK(changed("dog", "d\xED\xA0\x80g").find("line 18, column 10") != std::string::npos);
  CHECK(refusal_of(plain_xml + plain_xml).find("junk after document element") != std::string::npos);
  CHECK(
      refusal_of("<?xml version='1.0' encoding='klingon'?>" + plain_xml).find("unknown encoding") !=
      std::string::npos);
}

TEST_CASE("voc xml: nothing expands, is fetched or nests without end") {
  std::string laughs = "<!DOCTYPE annotation [<!ENTITY a \"ha\">";
  for (char name = 'b'; name <= 'z'; ++name) {
    laughs += std::string("<!ENTITY ") + name + " \"";
    for (int i = 0; i < 10; ++i) laughs += std::string("&") + static_cast<char>(name - 1) + ";";
    laughs += "\">";
  }
  const std::string refused = "expected no document type declaration, found <!DOCTYPE";
  CHECK(refusal_of(laughs + "]>\n" + with(plain_xml, "dog", "&z;")).ends_with(refused));
  CHECK(refusal_of("<!DOCTYPE a SYSTEM \"file:///etc/passwd\">" + plain_xml).ends_with(refused));
  std::string deep = "<annotation>";
  for (int i = 0; i < 100'000; ++i) deep += "<part>";
  CHECK(refusal_of(deep).ends_with("expected elements nested at most 64 deep, found more"));
  CHECK(refusal_of("<annotation>" + std::string(std::size_t{8} * 1024 * 1024, ' ')) ==
        ": expected an XML file of at most 8388608 bytes, found 8388620");
  std::string wide = "<annotation>";
  for (int i = 0; i < 300'000; ++i) wide += "<a/>";
  CHECK(refusal_of(wide + "</annotation>") == "accepted");
}

TEST_CASE("voc folder: names never lead out of it, and images are found by their own name") {
  const Scratch scratch("voc_names");
  write_devkit(scratch, {with(plain_xml, "000001.jpg", "../../../../etc/passwd")});
  const auto root = scratch / "VOCdevkit/VOC2007";
  CHECK(read_voc(root, "test").images[0].file_name == "000001.jpg");
  const auto refused = [&](const std::string& list) {
    test::write_bytes(root / "ImageSets/Main/test.txt", list);
    try {
      (void)read_voc(root, "test");
    } catch (const Error& error) {
      const std::string text = error.what();
      return text.substr(std::min(root.string().size(), text.size()));
    }
    return std::string("accepted");
  };
  const std::string list = "/ImageSets/Main/test.txt: ";
  CHECK(refused("000001\n../000001\n") ==
        list + "line 2: expected the name of an image, found a '..' component: '../000001'");
  CHECK(refused("/etc/passwd\n").find("an absolute path") != std::string::npos);
  CHECK(refused("000001\n\n000001  1\n") ==
        list + "line 3: expected every image once, found '000001' of line 1 again");
  CHECK(refused(" \n") == list + "expected names of images, found none");
  CHECK(refused("000002\n") ==
        "/JPEGImages: expected an image 000002.jpg (or .jpeg, .png), found none (--skip-bad leaves "
        "such images out)");
  test::write_bytes(root / "JPEGImages/000001.png", "another");
  CHECK(refused("000001\n") ==
        "/JPEGImages: expected one image of the name 000001, found 000001.jpg, 000001.png "
        "(--skip-bad leaves such images out)");
  std::filesystem::remove(root / "JPEGImages/000001.png");
  std::filesystem::remove(root / "Annotations/000001.xml");
  CHECK(refused("000001\n").find("000001.xml") != std::string::npos);
}

TEST_CASE("voc folder: bad images can be left out, each with a reason") {
  const Scratch scratch("voc_skip");
  write_devkit(scratch, {plain_xml, "<annotation>", plain_xml});
  std::vector<std::string> reasons;
  const VocSet set = read_voc(scratch / "VOCdevkit", "test",
                              [&](const Error& error) { reasons.emplace_back(error.what()); });
  CHECK(set.images.size() == 2);
  REQUIRE(reasons.size() == 1);
  CHECK(reasons[0].find("000002.xml: line 1, column 13") != std::string::npos);
}

TEST_CASE("voc writer: a data set of anybody cannot write what is no XML, or elsewhere") {
  const Scratch scratch("voc_extra");
  const std::vector<Category> categories{{1, "disc", {}, {}}};
  const auto refused = [&](const std::string& image_extra, const std::string& annotation_extra) {
    Sample sample;
    sample.record = {0, 1, "a.png", 20, 10, image_extra};
    Annotation& annotation = sample.annotations.emplace_back();
    annotation.category_id = 1;
    annotation.extra = annotation_extra;
    try {
      VocWriter writer(scratch / "out", categories, "");
      writer.append(sample, "image 0");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_data);
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  const auto voc = [](const std::string& members) { return "{\"voc\":{" + members + "}}"; };
  CHECK(refused("", "[1]") == "image 0: expected a JSON object as extra, found [1]");
  CHECK(refused("", "{\"voc\":7}") ==
        "image 0: extra: expected an object as member \"voc\", found number");
  CHECK(refused("", voc("\"a><b\":\"x\"")) ==
        "image 0: expected the name of an XML element, found 'a><b'");
  CHECK(refused("", voc("\"\":\"x\"")) == "image 0: expected the name of an XML element, found ''");
  CHECK(refused("", voc("\"@1\":\"x\"")) ==
        "image 0: expected the name of an XML element, found '1'");
  CHECK(refused("", voc("\"pose\":3")) ==
        "image 0: extra, member pose: expected text, an object or an array of them, found number");
  CHECK(refused("", voc("\"#comment\":{}")) ==
        "image 0: extra, member #comment: expected text, an object or an array of them, found "
        "object");
  CHECK(refused("", voc("\"#comment\":\"a--b\"")) ==
        "image 0: expected a comment without '--', found 'a--b'");
  CHECK(refused("", voc("\"pose\":null")) ==
        "image 0: extra: expected null only where a column holds the value, found member pose");
  CHECK(refused(voc("\"bndbox\":null"), "").find("found member bndbox") != std::string::npos);
  CHECK(refused("", voc("\"pose\":\"\\u0000\"")).find("without control characters") !=
        std::string::npos);
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "{\"a\":";
  CHECK(refused("", voc("\"a\":" + deep + "\"x\"" + std::string(200, '}')))
            .find("nested at most 64 deep") != std::string::npos);
  const std::string brackets(500'000, '[');
  CHECK(refused("", voc("\"a\":" + brackets + std::string(500'000, ']')))
            .find("nested at most 64 deep") != std::string::npos);
  // Folder and image set are names of anybody, too.
  VocWriter up(scratch / "up", categories, R"({"voc":{"folder":"..","image_set":"../../list"}})");
  CHECK_THROWS_AS(up.close(), Error);
  CHECK(std::filesystem::exists(scratch / "up/VOC/JPEGImages"));
  CHECK_FALSE(std::filesystem::exists(scratch / "list.txt"));
}

TEST_CASE("voc xml: cut and damaged files are refused or read, and never more than that") {
  const Scratch scratch("voc_fuzz");
  write_devkit(scratch, {plain_xml});
  const auto outcome = [&](const std::string& xml) {
    const auto file = scratch / "VOCdevkit/VOC2007/Annotations/000001.xml";
    std::filesystem::remove(file);  // ext4 waits for the disk when a file is cut and written anew
    test::write_bytes(file, xml);
    try {
      const VocSet set = read_voc(scratch / "VOCdevkit", "test");
      // What was accepted can be written, and says the same when it is read again.
      VocWriter writer(scratch / "back", set.categories, set.extra);
      Sample sample{set.images.at(0), {1}, set.annotations.at(0), {}};
      writer.append(sample, "image");
      writer.close();
      const VocSet again = read_voc(scratch / "back", "test");
      CHECK(again.images.at(0).extra == set.images.at(0).extra);
      REQUIRE(again.annotations.at(0).size() == set.annotations.at(0).size());
      for (std::size_t i = 0; i < set.annotations[0].size(); ++i) {
        CHECK(again.annotations[0][i].extra == set.annotations[0][i].extra);
        CHECK(again.annotations[0][i].bbox == set.annotations[0][i].bbox);
      }
      std::filesystem::remove_all(scratch / "back");
      return true;
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_data);
      return false;
    }
  };
  CHECK(outcome(plain_xml));
  const std::size_t end = plain_xml.size() - 1;  // the last character is a line feed
  for (std::size_t length = 0; length < end; ++length) {
    CHECK_FALSE(outcome(plain_xml.substr(0, length)));
  }
  std::mt19937 random(20260101);
  int accepted = 0;
  for (int round = 0; round < 1000; ++round) {
    std::string xml = plain_xml;
    for (int changes = 0; changes < 3; ++changes) {
      const std::size_t at = random() % xml.size();
      const char byte = static_cast<char>(random() % 256);
      switch (random() % 3) {
        case 0:
          xml[at] = byte;
          break;
        case 1:
          xml.erase(at, random() % 20);
          break;
        default:
          xml.insert(at, xml.substr(random() % xml.size(), random() % 20));
      }
    }
    accepted += outcome(xml) ? 1 : 0;
  }
  CHECK(accepted > 0);
  CHECK(accepted < 1000);
}

}  // namespace roiflow
