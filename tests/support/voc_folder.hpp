/// A small VOCdevkit folder, written by hand.
#pragma once

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/support/scratch.hpp"

namespace roiflow::test {

/// An annotation file as VOC2007 has them.
inline const std::string plain_xml =
    "<annotation>\n"
    "\t<folder>VOC2007</folder>\n"
    "\t<filename>000001.jpg</filename>\n"
    "\t<source>\n"
    "\t\t<database>The VOC2007 Database</database>\n"
    "\t\t<flickrid>341012865</flickrid>\n"
    "\t</source>\n"
    "\t<owner>\n"
    "\t\t<name>J &amp; K &lt;\xC3\xA9&gt;</name>\n"
    "\t</owner>\n"
    "\t<size>\n"
    "\t\t<width>353</width>\n"
    "\t\t<height>500</height>\n"
    "\t\t<depth>3</depth>\n"
    "\t</size>\n"
    "\t<segmented>0</segmented>\n"
    "\t<object>\n"
    "\t\t<name>dog</name>\n"
    "\t\t<pose>Left</pose>\n"
    "\t\t<truncated>1</truncated>\n"
    "\t\t<difficult>0</difficult>\n"
    "\t\t<bndbox>\n"
    "\t\t\t<xmin>48</xmin>\n"
    "\t\t\t<ymin>240</ymin>\n"
    "\t\t\t<xmax>195</xmax>\n"
    "\t\t\t<ymax>371</ymax>\n"
    "\t\t</bndbox>\n"
    "\t</object>\n"
    "</annotation>\n";

inline std::string with(std::string text, const std::string& old, const std::string& now) {
  const std::size_t at = text.find(old);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old.size(), now);
}

/// A folder VOC2007 of the given annotations, with images that nobody decodes here.
inline void write_devkit(const Scratch& scratch, const std::vector<std::string>& annotations) {
  const std::filesystem::path root = scratch / "VOCdevkit/VOC2007";
  for (const char* part : {"Annotations", "JPEGImages", "ImageSets/Main"}) {
    std::filesystem::create_directories(root / part);
  }
  std::string list;
  for (std::size_t i = 0; i < annotations.size(); ++i) {
    const std::string name = fmt::format("{:06}", i + 1);
    write_bytes(root / "Annotations" / (name + ".xml"), annotations[i]);
    write_bytes(root / "JPEGImages" / (name + ".jpg"), "picture " + name);
    list += name + "\n";
  }
  write_bytes(root / "ImageSets/Main/test.txt", list);
}

}  // namespace roiflow::test
