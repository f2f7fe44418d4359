#include "apps/evaluation/evaluation_options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || rest != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

IouType parse_iou_type(const std::string& text) {
  for (const IouType type : {IouType::bbox, IouType::segm, IouType::keypoints}) {
    if (text == name(type)) return type;
  }
  fail(ErrorCode::usage, "--iou-type must be bbox, segm or keypoints, found {}", text);
}

std::vector<int> parse_max_detections(const std::string& text) {
  std::vector<int> limits;
  for (const std::string_view part : split(text, ',')) {
    const auto limit = number<int>(part);
    require(limit && *limit > 0 && (limits.empty() || *limit > limits.back()), ErrorCode::usage,
            "--max-dets must be ascending numbers like 1,10,100, found {}", text);
    limits.push_back(*limit);
  }
  return limits;
}

std::vector<double> parse_iou_thresholds(const std::string& text) {
  std::vector<double> thresholds;
  for (const std::string_view part : split(text, ',')) {
    const auto threshold = number<double>(part);
    require(threshold && *threshold >= 0 && *threshold <= 1, ErrorCode::usage,
            "--iou-thresholds must be numbers from 0 to 1 like 0.5,0.75, found {}", text);
    thresholds.push_back(*threshold);
  }
  return thresholds;
}

std::vector<AreaRange> parse_area_ranges(const std::string& text) {
  std::vector<AreaRange> ranges;
  for (const std::string_view part : split(text, ',')) {
    const auto fields = split(part, ':');
    const auto low = fields.size() == 3 ? number<double>(fields[1]) : std::nullopt;
    const auto high = fields.size() == 3 ? number<double>(fields[2]) : std::nullopt;
    require(low && high && !fields[0].empty() && *low <= *high, ErrorCode::usage,
            "--area-ranges must be label:least:greatest like all:0:1e10,small:0:1024, found {}",
            text);
    ranges.push_back({std::string(fields[0]), *low, *high});
  }
  return ranges;
}

Shard parse_shard(const std::string& text) {
  const auto fields = split(text, '/');
  const auto index = fields.size() == 2 ? number<std::size_t>(fields[0]) : std::nullopt;
  const auto count = fields.size() == 2 ? number<std::size_t>(fields[1]) : std::nullopt;
  require(index && count && *index >= 1 && *index <= *count, ErrorCode::usage,
          "--shard must be a part of all like 1/4, found {}", text);
  return {*index - 1, *count};
}

}  // namespace roiflow
