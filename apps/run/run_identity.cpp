#include "apps/run/run_identity.hpp"

#include <nlohmann/json.hpp>

#include "apps/process_info.hpp"
#include "io/files/sha256.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::ordered_json;

Json device_identity(const LoadedModel& model) {
  const DeviceChoice& device = model.device;
  if (!device.cuda) return {{"kind", "cpu"}, {"instructions", instruction_set()}};
  // Which engine computes a convolution depends on the device and on the batch.
  const bool chosen = device.plans && std::filesystem::exists(*device.plans);
  return {{"kind", "cuda"},
          {"gpus", model.gpus},
          {"batch", device.gpu.batch},
          {"tuned", device.gpu.tune},
          {"plans", chosen ? Json(sha256_of_file(*device.plans)) : Json()}};
}

Json decoding_identity(const DecodeLimits& limits) {
  return {{"max_pixels", limits.max_pixels},
          {"max_scans", limits.max_scans},
          {"max_bytes", limits.max_bytes},
          {"max_seconds", limits.max_seconds},
          {"accept_truncated", limits.accept_truncated}};
}

Json versions_identity() {
  Json versions = Json::object();
  for (const auto& [library, version] : library_versions()) versions[library] = version;
  return versions;
}

Json parsed(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  return json.is_object() ? json.flatten() : Json::object();
}

}  // namespace

std::string run_identity(const IdentitySource& source) {
  const Json identity = {
      {"data", {{"images", source.data.size()}, {"digest", source.data.digest()}}},
      {"part", {{"first", source.part.first}, {"count", source.part.count}}},
      {"model", {{"sha256", sha256_of_file(source.model_path)}, {"proposals", source.proposals}}},
      {"precision", source.model.device.precision()},
      {"device", device_identity(source.model)},
      {"evaluated", source.evaluate},
      {"decoding", decoding_identity(source.decode)},
      {"versions", versions_identity()}};
  return identity.dump(2);
}

std::string identity_difference(const std::string& begun, const std::string& now, bool but_part) {
  const Json before = parsed(begun), after = parsed(now);
  std::string text;
  Json keys = before;
  keys.update(after);
  for (const auto& [key, unused] : keys.items()) {
    if (but_part && key.starts_with("/part/")) continue;
    const Json was = before.value(key, Json()), is = after.value(key, Json());
    if (was == is) continue;
    text += fmt::format("{}{}: begun with {}, now {}", text.empty() ? "" : "; ", key.substr(1),
                        was.dump(), is.dump());
  }
  return text;
}

}  // namespace roiflow
