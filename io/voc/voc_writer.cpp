#include <span>

#include "io/files/folder.hpp"
#include "io/image_folder.hpp"
#include "io/voc/voc_annotation.hpp"
#include "io/voc/voc_devkit.hpp"
#include "io/voc/voc_json.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;

std::string text_of(const VocJson& object, const char* member, const std::string& otherwise) {
  if (!object.is_object() || !object.contains(member)) return otherwise;
  const VocJson& value = object[member];
  return value.is_string() ? value.get<std::string>() : otherwise;
}

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

VocWriter::VocWriter(const fs::path& folder, std::vector<Category> categories,
                     const std::string& extra)
    : categories_(std::move(categories)) {
  const VocJson voc = voc_member(extra, "the data set");
  const fs::path name = text_of(voc, "folder", "VOC");
  root_ = folder / (name.has_filename() && name.filename() == name && name != ".." && name != "."
                        ? name
                        : fs::path("VOC"));
  image_set_ = voc.is_null() ? "Main/all" : text_of(voc, "image_set", "");
  for (const char* part : {"Annotations", "JPEGImages"}) create_folder(root_ / part);
}

void VocWriter::append(const Sample& sample, const std::string& item) {
  const fs::path file = sample.record.file_name;
  const std::string name = fs::path(file).replace_extension().string();
  const std::string xml = voc_annotation_text(sample.record, sample.annotations, categories_, item);
  write_below(root_ / "JPEGImages", file, sample.encoded, item);
  write_below(root_ / "Annotations", name + ".xml", bytes_of(xml), item);
  if (!sample.label_map.empty()) {
    write_below(root_ / "SegmentationClass", name + ".png", sample.label_map, item);
  }
  if (!sample.object_map.empty()) {
    write_below(root_ / "SegmentationObject", name + ".png", sample.object_map, item);
  }
  const VocJson extra = VocJson::parse(sample.record.extra, nullptr, false);
  lines_ += name + text_of(extra, "voc_image_set", "") + '\n';
}

void VocWriter::close() {
  if (image_set_.empty()) return;
  write_below(root_ / "ImageSets", image_set_ + ".txt", bytes_of(lines_), root_.string());
}

}  // namespace roiflow
