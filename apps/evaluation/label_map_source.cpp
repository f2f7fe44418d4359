#include "apps/evaluation/label_map_source.hpp"

#include <algorithm>
#include <unordered_set>

#include "io/image_folder.hpp"
#include "io/input_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;

void require_hdf5(const fs::path& path, const char* expected) {
  require(
      is_hdf5(path), ErrorCode::bad_data,
      "{}: expected {} with label maps, or a folder of label maps as PNG, found another kind of "
      "file",
      path.string(), expected);
}

}  // namespace

TruthLabelMaps::TruthLabelMaps(const fs::path& path) : path_(path.string()) {
  if (roiflow::is_folder(path)) {
    folder_.emplace(path, "ground truth");
    return;
  }
  require_hdf5(path, "a data set (.h5)");
  dataset_.emplace(path);
  require(dataset_->has_label_maps(), ErrorCode::bad_data,
          "{}: expected a data set with label maps, found one without (pack --labels puts them in)",
          path_);
}

std::int64_t TruthLabelMaps::size() const {
  return dataset_ ? dataset_->size() : std::ssize(folder_->stems());
}

LabelledImage TruthLabelMaps::image(std::int64_t index) const {
  if (folder_) return {index + 1, folder_->stems()[static_cast<std::size_t>(index)]};
  const ImageRecord record = dataset_->record(index);
  return {record.id, file_stem(record.file_name)};
}

std::vector<std::uint8_t> TruthLabelMaps::read(std::int64_t index) const {
  if (dataset_) return dataset_->label_map(index);
  return folder_->read(folder_->stems()[static_cast<std::size_t>(index)]);
}

const DatasetInfo* TruthLabelMaps::info() const {
  return dataset_ ? &dataset_->info() : nullptr;
}

PredictedLabelMaps::PredictedLabelMaps(const fs::path& path) : path_(path.string()) {
  if (roiflow::is_folder(path)) {
    folder_.emplace(path, "predictions");
    return;
  }
  require_hdf5(path, "predictions (.h5)");
  file_.emplace(path);
  require(file_->has_label_maps(), ErrorCode::bad_data,
          "{}: expected predictions with label maps, found some without: a detector made them",
          path_);
  const auto& ids = file_->image_ids();
  for (std::size_t row = 0; row < ids.size(); ++row) {
    row_of_[ids[row]] = static_cast<std::int64_t>(row);
  }
}

PredictedLabelMaps::Answer PredictedLabelMaps::find(const LabelledImage& image) const {
  if (folder_) {
    if (folder_->has(image.name)) return {folder_->read(image.name), {}};
    return {{}, fmt::format("there is no {}", folder_->file(image.name).string())};
  }
  const auto row = row_of_.find(image.id);
  if (row == row_of_.end()) return {{}, "the run did not get to this image"};
  if (file_->failed(row->second)) return {{}, "the run failed on this image"};
  Answer answer{file_->label_map(row->second), {}};
  if (answer.png.empty()) answer.problem = "the predictions have no label map of this image";
  return answer;
}

std::vector<std::string> PredictedLabelMaps::strangers(
    const std::vector<LabelledImage>& images) const {
  std::unordered_set<std::string> names;
  std::unordered_set<std::int64_t> ids;
  for (const LabelledImage& image : images) {
    names.insert(image.name);
    ids.insert(image.id);
  }
  std::vector<std::string> strangers;
  if (folder_) {
    for (const std::string& stem : folder_->stems()) {
      if (!names.contains(stem)) strangers.push_back(folder_->file(stem).string());
    }
    return strangers;
  }
  for (const std::int64_t id : file_->image_ids()) {
    if (!ids.contains(id)) strangers.push_back(fmt::format("image {}", id));
  }
  return strangers;
}

bool holds_label_maps(const fs::path& predictions) {
  if (is_folder(predictions)) return true;
  return is_hdf5(predictions) && PredictionsReader(predictions).has_label_maps();
}

}  // namespace roiflow
