#include "apps/pack/pack_labels.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <unordered_set>

#include <fmt/format.h>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_reduce.h>

#include "apps/decode_options.hpp"
#include "io/class_names.hpp"
#include "stages/core/error.hpp"
#include "stages/decode/decode.hpp"
#include "stages/semantic/semantic_classes.hpp"

namespace roiflow {
namespace {

constexpr const char* skip_hint = "--skip-bad leaves such images out";

LabelMap decode_labels(const LabelFolder& folder, const std::string& stem,
                       const std::vector<std::uint8_t>& png, const DecodeLimits& limits) {
  try {
    return decode_label_map(png, limits);
  } catch (const Error& error) {
    fail(error.code(), "{}: {} ({})", folder.file(stem).string(), error.what(), skip_hint);
  }
}

}  // namespace

void add_label_options(Options& options) {
  options.add()(
      "labels", po::value<std::string>()->value_name("DIR"),
      "label maps: for each image a PNG of the same name (8 bits, gray or palette; values "
      "are classes)")(
      "ignore-label", po::value<int>()->value_name("N")->default_value(255),
      "with --labels: the value of pixels that do not count, 0 .. 255, or -1: none")(
      "classes", po::value<std::string>()->value_name("FILE"),
      "with --labels and without --coco: names of the classes, one a line; the first is class 0")(
      "partial-labels", po::bool_switch(), "with --labels: images without a label map are welcome");
}

PackedLabels::PackedLabels(const ParsedOptions& options)
    : folder_(options.get<std::string>("labels"), "--labels"),
      decode_(decode_limits(options)),
      ignore_label_(options.get<int>("ignore-label")),
      partial_(options.flag("partial-labels")) {
  require(ignore_label_ >= -1 && ignore_label_ <= 255, ErrorCode::usage,
          "--ignore-label must be 0 .. 255, or -1 for none, found {}", ignore_label_);
}

std::optional<PackedLabels> PackedLabels::from(const ParsedOptions& options,
                                               const std::vector<ImageRecord>& images,
                                               std::vector<Category>& categories) {
  if (!options.has("labels")) {
    require(!options.has("classes") && !options.flag("partial-labels"), ErrorCode::usage,
            "--classes and --partial-labels are for --labels, which was not given");
    return std::nullopt;
  }
  require(categories.empty() || !options.has("classes"), ErrorCode::usage,
          "--classes: the annotations have categories already; leave out one of them");
  PackedLabels labels(options);
  labels.warn_of_extra(images);
  if (options.has("classes")) {
    for (const std::string& line : read_class_names(options.get<std::string>("classes"))) {
      categories.push_back({.id = std::ssize(categories), .name = line});
    }
  } else if (categories.empty()) {
    for (int value = 0; value <= labels.highest_value(); ++value) {
      categories.push_back({.id = value, .name = fmt::format("class {}", value)});
    }
  }
  labels.allowed_ = classes_of(categories, labels.ignore_label_).values;
  return labels;
}

void PackedLabels::warn_of_extra(const std::vector<ImageRecord>& images) const {
  std::unordered_set<std::string> known;
  for (const ImageRecord& image : images) known.insert(file_stem(image.file_name));
  std::int64_t count = 0;
  std::string first;
  for (const std::string& stem : folder_.stems()) {
    if (known.contains(stem)) continue;
    if (count++ == 0) first = folder_.file(stem).string();
  }
  if (count == 0) return;
  std::cerr << fmt::format(
      "roiflow: warning: {} label maps belong to no image and are left out: {}{}\n", count, first,
      count > 1 ? ", ..." : "");
}

/// Damaged files are met again, and named, when their image's turn comes.
int PackedLabels::highest_value() const {
  const auto& stems = folder_.stems();
  const auto highest = [](int a, int b) { return std::max(a, b); };
  using Range = tbb::blocked_range<std::size_t>;
  return tbb::parallel_reduce(
      Range(0, stems.size()), 0,
      [&](const Range& range, int best) {
        for (std::size_t i = range.begin(); i < range.end(); ++i) {
          try {
            const LabelMap map = decode_label_map(folder_.read(stems[i]), decode_);
            best = std::max(best, highest_label(map, ignore_label_));
          } catch (const Error&) {
          }
        }
        return best;
      },
      highest);
}

void PackedLabels::attach(Sample& sample) const {
  const std::string stem = file_stem(sample.record.file_name);
  if (!folder_.has(stem)) {
    require(
        partial_, ErrorCode::no_input,
        "{}: expected the label map of image {} ({}), found none (--partial-labels allows that, "
        "{})",
        folder_.file(stem).string(), sample.record.id, sample.record.file_name, skip_hint);
    return;
  }
  sample.label_map = folder_.read(stem);
  const LabelMap map = decode_labels(folder_, stem, sample.label_map, decode_);
  require(map.width == sample.record.width && map.height == sample.record.height,
          ErrorCode::bad_data,
          "{}: expected {} x {} pixels, the size of image {} ({}), found {} x {} ({})",
          folder_.file(stem).string(), sample.record.width, sample.record.height, sample.record.id,
          sample.record.file_name, map.width, map.height, skip_hint);
  std::array<bool, 256> known{};
  for (const std::uint8_t value : allowed_) known[value] = true;
  if (ignore_label_ >= 0) known[static_cast<std::size_t>(ignore_label_)] = true;
  const auto strange = std::ranges::find_if(map.labels, [&](auto v) { return !known[v]; });
  if (strange == map.labels.end()) return;
  const auto at = strange - map.labels.begin();
  fail(ErrorCode::bad_data,
       "{}: expected values of the {} classes, or the ignore label {}, found {} at x {}, y {} "
       "(--classes names the classes, --ignore-label the value that does not count; {})",
       folder_.file(stem).string(), allowed_.size(), ignore_label_, *strange, at % map.width,
       at / map.width, skip_hint);
}

}  // namespace roiflow
