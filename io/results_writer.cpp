#include <cmath>
#include <cstddef>
#include <iterator>

#include <fmt/format.h>

#include "io/results_json.hpp"
#include "stages/core/error.hpp"
#include "stages/masks/rle.hpp"

namespace roiflow {
namespace {

constexpr std::size_t buffer_bytes = 1 << 16;

/// Of the characters of a run-length text only the backslash has a meaning in JSON.
void append_escaped(std::string& out, const std::string& text) {
  for (const char c : text) {
    if (c == '\\') out.push_back('\\');
    out.push_back(c);
  }
}

void append_box(std::string& out, const Detection& detection) {
  const auto box = coco_box(detection.box);
  for (const double value : box) {
    require(std::isfinite(value), ErrorCode::bad_data,
            "results: a box must hold finite numbers, found {} {} {} {}", box[0], box[1], box[2],
            box[3]);
  }
  fmt::format_to(std::back_inserter(out), "\"bbox\":[{},{},{},{}]", box[0], box[1], box[2], box[3]);
}

void append_mask(std::string& out, const Detection& detection) {
  require(detection.mask.has_value(), ErrorCode::bad_data,
          "results: a mask is needed for each detection of a segm file, found none");
  const Rle& mask = *detection.mask;
  fmt::format_to(std::back_inserter(out), "\"segmentation\":{{\"size\":[{},{}],\"counts\":\"",
                 mask.height, mask.width);
  append_escaped(out, to_text(mask));
  out += "\"}";
}

}  // namespace

ResultsWriter::ResultsWriter(const std::filesystem::path& path, IouType type)
    : type_(type), file_(path), out_(file_.temporary(), std::ios::binary) {
  require(out_.good(), ErrorCode::cannot_create, "{}: cannot be opened for writing",
          file_.temporary().string());
  buffer_ = "[";
}

void ResultsWriter::append(std::int64_t image_id, std::span<const Detection> detections) {
  for (const Detection& detection : detections) {
    const auto score = static_cast<double>(detection.score);
    require(std::isfinite(score), ErrorCode::bad_data,
            "results: a score must be finite, found {} (image {})", score, image_id);
    fmt::format_to(std::back_inserter(buffer_), "{}{{\"image_id\":{},\"category_id\":{},",
                   first_ ? "\n" : ",\n", image_id, detection.category_id);
    first_ = false;
    if (type_ == IouType::bbox) {
      append_box(buffer_, detection);
    } else {
      append_mask(buffer_, detection);
    }
    fmt::format_to(std::back_inserter(buffer_), ",\"score\":{}}}", score);
    if (buffer_.size() >= buffer_bytes) flush();
  }
}

void ResultsWriter::flush() {
  out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  require(out_.good(), ErrorCode::io, "{}: writing failed; is the disk full?",
          file_.path().string());
  buffer_.clear();
}

void ResultsWriter::close() {
  buffer_ += "\n]\n";
  flush();
  out_.close();
  require(!out_.fail(), ErrorCode::io, "{}: writing failed; is the disk full?",
          file_.path().string());
  file_.publish();
}

}  // namespace roiflow
