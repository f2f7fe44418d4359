/// A VOCdevkit folder ("VOCdevkit/VOC2007"), read strictly and written back.
///
///   ImageSets/Main/test.txt   the names of a split's images, in order; words after a name are kept
///   Annotations/NAME.xml      optional as a folder, but then for every image
///   JPEGImages/NAME.jpg       or .jpeg, .png; found by the name in the image set, as VOCdevkit
///   does:
///                             <filename> opens nothing, and is kept where it says something else
///   SegmentationClass/NAME.png    label maps: 0 background, 1 to 20 the classes, 255 does not
///   count SegmentationObject/NAME.png   the same with a number for each object
///
/// Boxes become x y w h as stages/voc/voc_match.hpp says; a box must have xmin <= xmax, ymin <=
/// ymax and touch its image, but may stick out of it. `area` is w * h. Everything else that the
/// files say is in `extra` (voc_annotation.hpp) and comes back: text of elements, their order,
/// parts, actions, comments. Categories: VOC's twenty in their order, ids 1 to 20, if every object
/// is one of them; otherwise those that occur, VOC's first, then the others sorted, ids from 1.
/// Image ids: the number in the name ("2007_000027" is 2007000027) if every name is digits with at
/// most one '_' and all are different, otherwise 1, 2, ... in order.
///
/// Errors: Error{no_input} for a missing folder or file; Error{bad_data} with file, line, expected
/// and found. XML is limited as xml_tree.hpp says.
///
/// Example: VocSet set = read_voc("VOCdevkit/VOC2007", "test");   // --voc and --split
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "stages/core/annotation.hpp"
#include "stages/core/error.hpp"

namespace roiflow {

struct VocSet {
  std::filesystem::path image_folder;
  std::vector<ImageRecord> images;  ///< width 0: the annotation does not say, or there is none
  std::vector<std::vector<Annotation>> annotations;  ///< [image]
  std::vector<Category> categories;
  std::string extra;            ///< {"voc": {"folder": "VOC2007", "image_set": "Main/test"}}
  bool has_label_maps = false;  ///< of at least one of the images
  bool has_object_maps = false;
};

/// `folder` is the one that holds JPEGImages, or its parent if there is only one such. `split` is
/// looked for in ImageSets/Main, then in ImageSets/Segmentation; "Action/test" names another
/// folder; "" takes every image of JPEGImages, sorted by name.
/// With `on_bad`, images whose files are bad or missing are left out, each with a call.
[[nodiscard]] VocSet read_voc(const std::filesystem::path& folder, const std::string& split,
                              const std::function<void(const Error&)>& on_bad = {});

/// Reads SegmentationClass and SegmentationObject of one image into the sample, where they exist.
void read_voc_maps(const VocSet& set, Sample& sample);

/// Writes such a folder image by image: what read_voc took comes back with identical image bytes,
/// PNG bytes and image sets, and XML that says the same. Data sets of other sources get the
/// elements that VOC's readers ask for, and what VOC cannot say is left out.
class VocWriter {
 public:
  /// Below `folder`, in VOC2007 or whatever `extra` names ("VOC" if nothing).
  VocWriter(const std::filesystem::path& folder, std::vector<Category> categories,
            const std::string& extra);
  /// `item` names the image in messages. Error{bad_data} if a name leads out of the folder or comes
  /// twice; Error{cannot_create}, Error{io}.
  void append(const Sample& sample, const std::string& item);
  void close();  ///< writes the image set

 private:
  std::filesystem::path root_;
  std::string image_set_;
  std::vector<Category> categories_;
  std::string lines_;
};

}  // namespace roiflow
