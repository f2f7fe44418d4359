#include "apps/pack/skip_log.hpp"

#include <iostream>

#include "apps/json_line.hpp"
#include "io/pending_file.hpp"

namespace roiflow {
void SkipLog::say(const std::string& line, const std::string& reason) {
  lines_ += line;
  std::cerr << "roiflow: skipped: " << reason << '\n';
}

void SkipLog::image(const ImageRecord& image, std::int64_t annotations, const Error& error) {
  ++images_;
  annotations_ += annotations;
  say(json_line({{"image_id", image.id},
                 {"file_name", image.file_name},
                 {"code", static_cast<int>(error.code())},
                 {"reason", error.what()}}),
      error.what());
}

void SkipLog::image(const Error& error) {
  ++images_;
  say(json_line({{"code", static_cast<int>(error.code())}, {"reason", error.what()}}),
      error.what());
}

void SkipLog::annotation(std::int64_t index, std::int64_t id, std::int64_t image_id,
                         const std::string& reason) {
  ++annotations_;
  say(json_line({{"annotation_id", id},
                 {"index", index},
                 {"image_id", image_id},
                 {"code", static_cast<int>(ErrorCode::bad_data)},
                 {"reason", reason}}),
      reason);
}

void SkipLog::publish(const std::filesystem::path& output) const {
  if (allowed_) write_file(output.string() + ".errors.jsonl", lines_);
}

}  // namespace roiflow
