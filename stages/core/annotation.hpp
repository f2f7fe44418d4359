/// What a data set says about one image: its record, its annotations, and the category table.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "stages/core/detection.hpp"

namespace roiflow {

/// Polygon rings in image pixels, each x0 y0 x1 y1 ...; the mask is the union of the rings.
struct Polygons {
  std::vector<std::vector<double>> rings;
  bool operator==(const Polygons&) const = default;
};

/// The COCO API's compressed text form of an Rle.
struct RleText {
  int height = 0;
  int width = 0;
  std::string counts;
  bool operator==(const RleText&) const = default;
};

/// As the source wrote it: nothing, polygons, plain run lengths, or compressed run lengths.
using Segmentation = std::variant<std::monostate, Polygons, Rle, RleText>;

struct Annotation {
  std::int64_t id = 0;
  std::int64_t category_id = 0;
  std::array<double, 4> bbox{};  ///< x y width height, image pixels
  double area = 0;               ///< as the source says, square pixels; never recomputed
  bool iscrowd = false;
  bool difficult = false;  ///< PASCAL VOC
  Segmentation segmentation;
  std::string
      extra;  ///< members of the source's JSON object that have no column, as a JSON object; or ""
};

/// A region that somebody found worth a look, before any detector saw the image.
struct Proposal {
  std::array<double, 4> bbox{};  ///< x y width height, image pixels
  double score = 0;              ///< of whoever proposed it; larger is better
  bool operator==(const Proposal&) const = default;
};

struct ImageRecord {
  std::int64_t index = 0;  ///< row in the data set
  std::int64_t id = 0;     ///< the source's id
  std::string file_name;
  int width = 0;  ///< as the source says
  int height = 0;
  std::string extra;  ///< as in Annotation
};

struct Category {
  std::int64_t id = 0;
  std::string name;
  std::string supercategory;
  std::string extra;
};

/// One row of a data set, complete: what the reading node hands to the graph.
struct Sample {
  ImageRecord record;
  std::vector<std::uint8_t> encoded;  ///< the image file's bytes (JPEG or PNG)
  std::vector<Annotation> annotations;
  std::vector<std::uint8_t> label_map;   ///< PNG bytes, or empty
  std::vector<std::uint8_t> object_map;  ///< the same with a number for each object (VOC), or empty
  std::vector<Proposal> proposals;       ///< from outside, best first, or empty
};

}  // namespace roiflow
