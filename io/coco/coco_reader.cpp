#include <algorithm>
#include <optional>
#include <unordered_map>

#include "io/coco/coco_json.hpp"
#include "io/coco/coco_records.hpp"
#include "io/json/json_stream.hpp"

namespace roiflow {
namespace {

/// Numbers every key in the order of coming and refuses one that comes again.
template <class Key>
class Directory {
 public:
  void add(const Key& key, const std::string& file, std::string_view array,
           std::string_view member) {
    const auto [entry, fresh] = rows_.emplace(key, rows_.size());
    require(fresh, ErrorCode::bad_data,
            "{}: /{}/{}/{}: expected every {} once, found {} also at /{}/{}", file, array, count_,
            member, member, key, array, entry->second);
    ++count_;
  }
  [[nodiscard]] std::optional<std::size_t> find(const Key& key) const {
    const auto entry = rows_.find(key);
    return entry == rows_.end() ? std::nullopt : std::optional(entry->second);
  }

 private:
  std::unordered_map<Key, std::size_t> rows_;
  std::size_t count_ = 0;
};

class Reader {
 public:
  Reader(const std::filesystem::path& path, std::vector<BadAnnotation>* left_out)
      : json_(path), left_out_(left_out) {}

  CocoFile read() {
    json_.begin_object("");
    while (const auto key = json_.next_member("")) read_member(*key);
    json_.end();
    for (const char* name : {"images", "annotations", "categories"}) {
      require(seen_.contains(name), ErrorCode::bad_data,
              "{}: /{}: expected an array (it may be empty), found no such member", json_.path(),
              name);
    }
    if (!coco_.extra.empty()) coco_.extra += '}';
    distribute();
    return std::move(coco_);
  }

 private:
  void read_member(const std::string& key) {
    require(seen_.emplace(key, 0).second, ErrorCode::bad_data,
            "{}: /{}: expected every member once, found it twice", json_.path(), key);
    if (key == "images") {
      read_array("/images", [&](const JsonValue& value) {
        coco_.images.push_back(image_record(value));
        coco_.images.back().index = static_cast<std::int64_t>(coco_.images.size()) - 1;
        image_rows_.add(coco_.images.back().id, json_.path(), "images", "id");
        file_names_.add(coco_.images.back().file_name, json_.path(), "images", "file_name");
      });
    } else if (key == "annotations") {
      read_array("/annotations", [&](const JsonValue& value) {
        annotations_.push_back(annotation_ids(value));
        ParsedAnnotation& added = annotations_.back();
        annotation_rows_.add(added.annotation.id, json_.path(), "annotations", "id");
        if (!attempt(annotations_.size() - 1, [&] { read_values(value, added.annotation); })) {
          added.annotation = {.id = added.annotation.id};
          bad_.push_back(annotations_.size() - 1);
        }
      });
    } else if (key == "categories") {
      read_array("/categories", [&](const JsonValue& value) {
        coco_.categories.push_back(category(value));
        category_rows_.add(coco_.categories.back().id, json_.path(), "categories", "id");
      });
    } else {
      keep_extra(key);
    }
  }

  template <class Take>
  void read_array(const std::string& pointer, Take&& take) {
    json_.begin_array(pointer);
    for (std::size_t i = 0; json_.next_element(pointer); ++i) {
      std::string place = fmt::format("{}/{}", pointer, i);
      const auto element = json_.value(place);
      take(JsonValue(element, json_.path(), std::move(place)));
    }
  }

  void keep_extra(const std::string& key) {
    const auto value = json_.value("/" + key);
    std::string& text = coco_.extra;
    text += text.empty() ? '{' : ',';
    simdjson::internal::mini_formatter name;
    name.key(key);
    text += name.str();
    text += simdjson::minify(value);
  }

  /// Only now are all images and categories known, wherever in the file they stand.
  void distribute() {
    coco_.annotations.resize(coco_.images.size());
    auto bad = bad_.begin();
    for (std::size_t i = 0; i < annotations_.size(); ++i) {
      if (bad != bad_.end() && *bad == i) {
        ++bad;
      } else {
        attempt(i, [&] { place(i); });
      }
    }
    if (left_out_ != nullptr) {
      std::ranges::sort(*left_out_, {}, &BadAnnotation::index);
    }
  }

  /// Does what concerns annotation `i` only. False if it is left out.
  template <class Do>
  bool attempt(std::size_t i, Do&& act) {
    const std::int64_t id = annotations_[i].annotation.id;
    try {
      act();
      return true;
    } catch (const Error& error) {
      if (left_out_ == nullptr) {
        fail(error.code(), "{} (--skip-bad leaves such annotations out)", error.what());
      }
      left_out_->push_back(
          {static_cast<std::int64_t>(i), id, annotations_[i].image_id, error.what()});
      return false;
    }
  }

  void place(std::size_t i) {
    Annotation& a = annotations_[i].annotation;
    const auto row = image_rows_.find(annotations_[i].image_id);
    require(row.has_value(), ErrorCode::bad_data,
            "{}: /annotations/{}/image_id: expected the id of an image, found {}", json_.path(), i,
            annotations_[i].image_id);
    require(category_rows_.find(a.category_id).has_value(), ErrorCode::bad_data,
            "{}: /annotations/{}/category_id: expected the id of a category, found {}",
            json_.path(), i, a.category_id);
    check_on_image(a, i, coco_.images[*row]);
    coco_.annotations[*row].push_back(std::move(a));
  }

  void check_on_image(const Annotation& a, std::size_t i, const ImageRecord& image) const {
    const auto& [x, y, w, h] = a.bbox;
    require(x <= image.width && y <= image.height && x + w >= 0 && y + h >= 0, ErrorCode::bad_data,
            "{}: /annotations/{}/bbox: expected a box that touches its image of {} x {} pixels, "
            "found [{},{},{},{}]",
            json_.path(), i, image.width, image.height, x, y, w, h);
    const auto check_size = [&](int height, int width) {
      require(height == image.height && width == image.width, ErrorCode::bad_data,
              "{}: /annotations/{}/segmentation/size: expected [{},{}] (height and width of image "
              "{}), found [{},{}]",
              json_.path(), i, image.height, image.width, image.id, height, width);
    };
    if (const auto* rle = std::get_if<Rle>(&a.segmentation)) check_size(rle->height, rle->width);
    if (const auto* text = std::get_if<RleText>(&a.segmentation)) {
      check_size(text->height, text->width);
    }
  }

  JsonStream json_;
  std::vector<BadAnnotation>* left_out_;  // none: an error
  std::vector<std::size_t> bad_;          // rows of annotations_, ascending
  CocoFile coco_;
  std::vector<ParsedAnnotation> annotations_;
  Directory<std::int64_t> image_rows_, annotation_rows_, category_rows_;
  Directory<std::string> file_names_;
  std::unordered_map<std::string, int> seen_;
};

}  // namespace

CocoFile read_coco(const std::filesystem::path& path, std::vector<BadAnnotation>* left_out) {
  return Reader(path, left_out).read();
}

}  // namespace roiflow
