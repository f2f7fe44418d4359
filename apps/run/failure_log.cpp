#include "apps/run/failure_log.hpp"

#include <nlohmann/json.hpp>

namespace roiflow {
namespace {

std::filesystem::path made_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  require(!error && std::filesystem::is_directory(directory), ErrorCode::cannot_create,
          "{}: the output directory (--out) cannot be made: {}", directory.string(),
          error ? error.message() : "a file of that name exists");
  return directory;
}

}  // namespace

FailureLog::FailureLog(const std::filesystem::path& directory)
    : file_(made_directory(directory) / "errors.jsonl"),
      lines_(file_.temporary(), std::ios::binary) {}

void FailureLog::record(std::int64_t sequence, const ImageRecord& image, const Failure& failure) {
  const nlohmann::ordered_json line = {{"image_id", image.id},
                                       {"index", sequence},
                                       {"file_name", image.file_name},
                                       {"stage", failure.stage},
                                       {"code", static_cast<int>(failure.code)},
                                       {"reason", failure.message}};
  lines_ << line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
  ++count_;
  if (failure.code == ErrorCode::device && lost_device_.empty()) lost_device_ = failure.message;
  if (first_.size() < failed_listed) first_.push_back({image.id, image.file_name, failure});
}

void FailureLog::publish() {
  lines_.close();
  require(!lines_.fail(), ErrorCode::io, "{}: writing failed", file_.path().string());
  file_.publish();
}

std::string FailureLog::first_text() const {
  if (first_.empty()) return {};
  return fmt::format("{}: {}", first_.front().file_name, first_.front().failure.message);
}

}  // namespace roiflow
