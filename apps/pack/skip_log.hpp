/// What `pack --skip-bad` leaves out: each named on stderr and, with the reason, in a JSON-lines
/// file beside the data set, OUTPUT.errors.jsonl, which is there even if it is empty.
///
///   {"image_id":7,"file_name":"a.jpg","code":65,"reason":"a.jpg: ..."}
///   {"annotation_id":9,"index":17,"image_id":7,"code":65,"reason":"ann.json: /annotations/17/bbox:
///   .."}
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "stages/core/annotation.hpp"
#include "stages/core/error.hpp"

namespace roiflow {

class SkipLog {
 public:
  /// Not `allowed`: what is bad is an error, and there is no file.
  explicit SkipLog(bool allowed) : allowed_(allowed) {}
  [[nodiscard]] bool allowed() const { return allowed_; }

  /// With its annotations, of which there are `annotations`.
  void image(const ImageRecord& image, std::int64_t annotations, const Error& error);
  void image(const Error& error);  ///< of which nothing but the error is known
  void annotation(std::int64_t index, std::int64_t id, std::int64_t image_id,
                  const std::string& reason);

  [[nodiscard]] std::int64_t images() const { return images_; }
  [[nodiscard]] std::int64_t annotations() const { return annotations_; }  ///< with those of images
  /// Error{io}, Error{cannot_create}.
  void publish(const std::filesystem::path& output) const;

 private:
  void say(const std::string& line, const std::string& reason);

  bool allowed_;
  std::int64_t images_ = 0, annotations_ = 0;
  std::string lines_;
};

}  // namespace roiflow
