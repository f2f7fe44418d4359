/// What the sink of `eval --losses` gathers, image by image in data-set order, and what is made of
/// it in the end.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "apps/evaluation/loss_sums.hpp"
#include "apps/log.hpp"
#include "stages/core/annotation.hpp"
#include "stages/core/error.hpp"

namespace roiflow {

class LossGathering {
 public:
  /// `counted`: what there are several of in an image, "objects" or "pixels". `rows`: also keep a
  /// row an image, for write_to(); without them memory does not grow with the images.
  LossGathering(std::string counted, const Log& log, bool rows)
      : counted_(std::move(counted)), log_(log), rows_(rows) {}

  void add(const ImageRecord& image, const NamedLosses& losses, std::int64_t count);
  void add(const ImageRecord& image, const Failure& failure);

  [[nodiscard]] std::int64_t failures() const { return std::ssize(failed_); }

  /// The head line and the table. Throws Error{bad_data} naming `data` if every image failed.
  [[nodiscard]] std::string text(const std::string& model, const std::string& data) const;

  /// Adds images, objects or pixels, losses, per_image and failed.
  void write_to(nlohmann::ordered_json& json) const;

 private:
  std::string counted_;
  Log log_;
  bool rows_;
  LossSums sums_;
  std::int64_t count_ = 0;
  nlohmann::ordered_json per_image_ = nlohmann::ordered_json::array();
  nlohmann::ordered_json failed_ = nlohmann::ordered_json::array();
};

}  // namespace roiflow
