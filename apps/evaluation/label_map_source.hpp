/// Where label maps come from: a data set or predictions file (.h5), or a folder of PNG files named
/// like the images. Bytes only; decoding is the caller's.
///
/// Images of a data set are matched with a predictions file by id, and with a folder by file name
/// without the ending ("a/b" for a/b.jpg and a/b.png). A ground truth of two folders needs nothing
/// else. All methods may be called from several threads at once.
///
/// Errors: those of the readers; Error{bad_data} for a file without label maps; Error{usage} for a
/// folder together with a predictions file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "io/dataset/dataset.hpp"
#include "io/label_folder.hpp"
#include "io/predictions/predictions_file.hpp"

namespace roiflow {

struct LabelledImage {
  std::int64_t id = 0;  ///< of the data set; for a folder: 1 + place in the sorted names
  std::string name;     ///< file name without the ending
};

class TruthLabelMaps {
 public:
  explicit TruthLabelMaps(const std::filesystem::path& path);
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::int64_t size() const;  ///< images
  [[nodiscard]] LabelledImage image(std::int64_t index) const;
  /// The PNG's bytes; empty: the image has none.
  [[nodiscard]] std::vector<std::uint8_t> read(std::int64_t index) const;
  /// Categories and ignore label; nothing for a folder.
  [[nodiscard]] const DatasetInfo* info() const;

 private:
  std::string path_;
  std::optional<DatasetReader> dataset_;
  std::optional<LabelFolder> folder_;
};

class PredictedLabelMaps {
 public:
  explicit PredictedLabelMaps(const std::filesystem::path& path);
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] bool is_folder() const { return folder_.has_value(); }

  struct Answer {
    std::vector<std::uint8_t> png;
    std::string problem;  ///< why there is none: "the run failed on this image", ...
  };
  [[nodiscard]] Answer find(const LabelledImage& image) const;
  /// Predictions that belong to none of the images: names of files, or ids.
  [[nodiscard]] std::vector<std::string> strangers(const std::vector<LabelledImage>& images) const;

 private:
  std::string path_;
  std::optional<PredictionsReader> file_;
  std::optional<LabelFolder> folder_;
  std::unordered_map<std::int64_t, std::int64_t> row_of_;  ///< image id: row in the file
};

/// A folder, or a predictions file that has label maps.
[[nodiscard]] bool holds_label_maps(const std::filesystem::path& predictions);

}  // namespace roiflow
