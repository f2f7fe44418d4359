#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <unordered_set>

#include "io/image_folder.hpp"
#include "io/voc/voc_annotation.hpp"
#include "io/voc/voc_classes.hpp"
#include "io/voc/voc_devkit.hpp"
#include "io/voc/voc_image_set.hpp"
#include "io/voc/voc_json.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// "2007_000027": 2007000027. Nothing if it is no such name or too long for an id.
std::optional<std::int64_t> number_in(std::string name) {
  constexpr std::size_t most_digits = 15;  // every JSON reader has them exactly
  const std::size_t underscore = name.find('_');
  if (underscore != std::string::npos) name.erase(underscore, 1);
  const bool digits = std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
  if (name.empty() || name.size() > most_digits || !digits) return std::nullopt;
  std::int64_t number = 0;
  std::from_chars(name.data(), name.data() + name.size(), number);
  return number;
}

void give_ids(std::vector<ImageRecord>& images) {
  std::vector<std::int64_t> ids;
  std::unordered_set<std::int64_t> seen;
  for (const ImageRecord& image : images) {
    const auto number = number_in(fs::path(image.file_name).replace_extension().string());
    if (!number || !seen.insert(*number).second) break;
    ids.push_back(*number);
  }
  for (std::size_t i = 0; i < images.size(); ++i) {
    images[i].index = static_cast<std::int64_t>(i);
    images[i].id = ids.size() == images.size() ? ids[i] : static_cast<std::int64_t>(i) + 1;
  }
}

struct OneImage {
  ImageRecord record;
  std::vector<VocObjectRecord> objects;
};

OneImage read_image(const fs::path& root, const VocImageName& image, bool annotated) {
  OneImage one;
  one.record.file_name = voc_image_file(root / "JPEGImages", image.name);
  if (annotated) {
    const std::string file = (root / "Annotations" / (image.name + ".xml")).string();
    VocFileRecord parsed = read_voc_annotation(file, one.record.file_name);
    one.record.width = parsed.width;
    one.record.height = parsed.height;
    one.record.extra = std::move(parsed.extra);
    one.objects = std::move(parsed.objects);
  }
  if (image.rest.empty()) return one;
  VocJson extra = one.record.extra.empty() ? VocJson::object() : VocJson::parse(one.record.extra);
  extra["voc_image_set"] = image.rest;
  one.record.extra = extra.dump();
  return one;
}

std::string set_extra(const fs::path& root, const std::string& image_set) {
  VocJson voc = VocJson::object();
  voc["folder"] = fs::weakly_canonical(root).filename().string();
  if (!image_set.empty()) voc["image_set"] = image_set;
  VocJson extra = VocJson::object();
  extra["voc"] = std::move(voc);
  return extra.dump(-1, ' ', false, VocJson::error_handler_t::replace);
}

/// Numbers the objects and turns their names into categories.
void give_categories(VocSet& set, std::vector<std::vector<VocObjectRecord>>& objects) {
  std::set<std::string> names;
  for (const auto& of_image : objects) {
    for (const VocObjectRecord& object : of_image) names.insert(object.name);
  }
  set.categories = voc_categories({names.begin(), names.end()});
  std::map<std::string, std::int64_t> id_of;
  for (const Category& category : set.categories) id_of[category.name] = category.id;
  std::int64_t annotation_id = 0;
  for (auto& of_image : objects) {
    auto& annotations = set.annotations.emplace_back();
    for (VocObjectRecord& object : of_image) {
      object.annotation.id = ++annotation_id;
      object.annotation.category_id = id_of.at(object.name);
      annotations.push_back(std::move(object.annotation));
    }
  }
}

fs::path map_file(const VocSet& set, const std::string& folder, const std::string& image_file) {
  return set.image_folder.parent_path() / folder / fs::path(image_file).replace_extension(".png");
}

}  // namespace

VocSet read_voc(const fs::path& folder, const std::string& split,
                const std::function<void(const Error&)>& on_bad) {
  const fs::path root = voc_root(folder);
  const VocImageSet image_set = voc_image_set(root, split);
  const bool annotated = is_there(root / "Annotations");
  VocSet set;
  set.image_folder = root / "JPEGImages";
  set.extra = set_extra(root, image_set.name);
  std::vector<std::vector<VocObjectRecord>> objects;
  for (const VocImageName& image : image_set.images) {
    try {
      OneImage one = read_image(root, image, annotated);
      set.images.push_back(std::move(one.record));
      objects.push_back(std::move(one.objects));
    } catch (const Error& error) {
      if (!on_bad) throw;
      on_bad(error);
    }
  }
  give_ids(set.images);
  give_categories(set, objects);
  for (const ImageRecord& image : set.images) {
    set.has_label_maps |= is_there(map_file(set, "SegmentationClass", image.file_name));
    set.has_object_maps |= is_there(map_file(set, "SegmentationObject", image.file_name));
  }
  return set;
}

void read_voc_maps(const VocSet& set, Sample& sample) {
  const fs::path labels = map_file(set, "SegmentationClass", sample.record.file_name);
  const fs::path objects = map_file(set, "SegmentationObject", sample.record.file_name);
  if (is_there(labels)) sample.label_map = read_bytes(labels);
  if (is_there(objects)) sample.object_map = read_bytes(objects);
}

}  // namespace roiflow
