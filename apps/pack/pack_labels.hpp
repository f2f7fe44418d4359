/// `pack --labels DIR`: label maps from a folder of PNG files, checked and put beside their images.
///
/// The label map of images/a.jpg is DIR/a.png: gray or palette, at most 8 bits, of the image's size
/// (as annotated), stored as it is. Its values are classes; classes are the categories of --coco,
/// or the lines of --classes (the first line is the class 0), or else 0 up to the highest value
/// that occurs. 0 (background) and the ignore label are always allowed.
///
/// Errors (bad_data, no_input) name the file, what was expected and the option that changes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/options.hpp"
#include "io/dataset/dataset.hpp"
#include "io/label_folder.hpp"
#include "stages/decode/decode_limits.hpp"

namespace roiflow {

void add_label_options(Options& options);

class PackedLabels {
 public:
  /// Nothing without --labels. Completes `categories` if no file with annotations gave them, and
  /// names on stderr label maps that belong to none of the images.
  static std::optional<PackedLabels> from(const ParsedOptions& options,
                                          const std::vector<ImageRecord>& images,
                                          std::vector<Category>& categories);

  [[nodiscard]] int ignore_label() const { return ignore_label_; }
  /// Fills sample.label_map; the sample's record must be complete.
  void attach(Sample& sample) const;

 private:
  explicit PackedLabels(const ParsedOptions& options);
  void warn_of_extra(const std::vector<ImageRecord>& images) const;
  [[nodiscard]] int highest_value() const;

  LabelFolder folder_;
  DecodeLimits decode_;
  int ignore_label_ = 255;
  bool partial_ = false;               ///< images without a label map are welcome
  std::vector<std::uint8_t> allowed_;  ///< values, ascending
};

}  // namespace roiflow
