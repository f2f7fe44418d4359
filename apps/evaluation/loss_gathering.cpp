#include "apps/evaluation/loss_gathering.hpp"

#include <cmath>

#include <fmt/format.h>

namespace roiflow {
namespace {

constexpr std::int64_t failures_warned_of = 5;

}  // namespace

void LossGathering::add(const ImageRecord& image, const NamedLosses& losses, std::int64_t count) {
  if (!std::isfinite(losses.back().second)) {
    log_.warning("image {} ({}): a loss is not finite, and so are the means", image.id,
                 image.file_name);
  }
  sums_.add(losses);
  count_ += count;
  if (!rows_) return;
  nlohmann::ordered_json row = loss_json(losses);
  row["image_id"] = image.id;
  row[counted_] = count;
  per_image_.push_back(std::move(row));
}

void LossGathering::add(const ImageRecord& image, const Failure& failure) {
  constexpr const char* text = "image {} ({}) failed in {}: {}";
  if (failures() < failures_warned_of) {
    log_.warning(text, image.id, image.file_name, failure.stage, failure.message);
  } else {
    log_.info(text, image.id, image.file_name, failure.stage, failure.message);
  }
  failed_.push_back({{"image_id", image.id},
                     {"file_name", image.file_name},
                     {"stage", failure.stage},
                     {"message", failure.message}});
}

std::string LossGathering::text(const std::string& model, const std::string& data) const {
  require(sums_.images() > 0, ErrorCode::bad_data, "{}: every one of the {} images failed; {}",
          data, failures(),
          failed_.empty() ? "" : "the first: " + failed_[0]["message"].get<std::string>());
  return fmt::format("{}: {} images, {} {}; means over images\n", model, sums_.images(), count_,
                     counted_) +
         loss_table(sums_.means());
}

void LossGathering::write_to(nlohmann::ordered_json& json) const {
  json["images"] = {
      {"total", sums_.images() + failures()}, {"ok", sums_.images()}, {"failed", failures()}};
  json[counted_] = count_;
  json["losses"] = loss_json(sums_.means());
  json["per_image"] = per_image_;
  json["failed"] = failed_;
}

}  // namespace roiflow
