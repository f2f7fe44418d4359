#include <array>
#include <cmath>
#include <cstddef>
#include <iterator>

#include <fmt/format.h>

#include "io/coco/results_json.hpp"
#include "io/pending_file.hpp"
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

void append_box(std::string& out, const std::array<double, 4>& box) {
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

struct ResultsWriter::Parts {
  Parts(const std::filesystem::path& path, IouType iou_type) : type(iou_type), file(path) {}
  void flush() {
    file.write(buffer);
    buffer.clear();
  }
  void begin_record(std::int64_t image_id, std::int64_t category_id) {
    fmt::format_to(std::back_inserter(buffer), "{}{{\"image_id\":{},\"category_id\":{},",
                   first ? "\n" : ",\n", image_id, category_id);
    first = false;
  }
  void end_record(double score, std::int64_t image_id) {
    require(std::isfinite(score), ErrorCode::bad_data,
            "results: a score must be finite, found {} (image {})", score, image_id);
    fmt::format_to(std::back_inserter(buffer), ",\"score\":{}}}", score);
    if (buffer.size() >= buffer_bytes) flush();
  }

  IouType type;
  PendingFile file;
  std::string buffer = "[";
  bool first = true;
};

ResultsWriter::ResultsWriter(const std::filesystem::path& path, IouType type)
    : parts_(std::make_unique<Parts>(path, type)) {}
ResultsWriter::ResultsWriter(ResultsWriter&&) noexcept = default;
ResultsWriter& ResultsWriter::operator=(ResultsWriter&&) noexcept = default;
ResultsWriter::~ResultsWriter() = default;

void ResultsWriter::append(std::int64_t image_id, std::span<const Detection> detections) {
  std::string& buffer = parts_->buffer;
  for (const Detection& detection : detections) {
    parts_->begin_record(image_id, detection.category_id);
    if (parts_->type == IouType::bbox) {
      append_box(buffer, coco_box(detection.box));
    } else {
      append_mask(buffer, detection);
    }
    parts_->end_record(static_cast<double>(detection.score), image_id);
  }
}

void ResultsWriter::append(std::int64_t image_id, std::span<const Proposal> proposals) {
  for (const Proposal& proposal : proposals) {
    constexpr std::int64_t any_category = 1;
    parts_->begin_record(image_id, any_category);
    append_box(parts_->buffer, proposal.bbox);
    parts_->end_record(proposal.score, image_id);
  }
}

void ResultsWriter::close() {
  parts_->buffer += "\n]\n";
  parts_->flush();
  parts_->file.publish();
}

}  // namespace roiflow
