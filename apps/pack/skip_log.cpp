#include "apps/pack/skip_log.hpp"

#include <iostream>

#include <nlohmann/json.hpp>

#include "io/pending_file.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace

void SkipLog::say(const std::string& line, const std::string& reason) {
  lines_ += line;
  std::cerr << "roiflow: skipped: " << reason << '\n';
}

void SkipLog::image(const ImageRecord& image, std::int64_t annotations, const Error& error) {
  ++images_;
  annotations_ += annotations;
  say(line_of({{"image_id", image.id},
               {"file_name", image.file_name},
               {"code", static_cast<int>(error.code())},
               {"reason", error.what()}}),
      error.what());
}

void SkipLog::image(const Error& error) {
  ++images_;
  say(line_of({{"code", static_cast<int>(error.code())}, {"reason", error.what()}}), error.what());
}

void SkipLog::annotation(std::int64_t index, std::int64_t id, std::int64_t image_id,
                         const std::string& reason) {
  ++annotations_;
  say(line_of({{"annotation_id", id},
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
