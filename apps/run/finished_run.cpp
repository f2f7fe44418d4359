#include "apps/run/finished_run.hpp"

#include <iostream>

#include <nlohmann/json.hpp>

#include "apps/commands.hpp"
#include "apps/run/run_identity.hpp"
#include "io/input_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {

std::optional<int> finished_before(const RunDirectory& directory, const std::string& identity) {
  const std::filesystem::path path = directory.file(run_file::report);
  std::error_code ignored;
  if (std::filesystem::exists(directory.journal(), ignored)) return std::nullopt;
  if (!std::filesystem::is_regular_file(path, ignored)) return std::nullopt;
  const InputFile file(path.string());
  const auto bytes = file.read(0, file.size(), "report");
  const auto report = nlohmann::json::parse(bytes, nullptr, false);
  if (!report.is_object() || !report.contains("identity")) return std::nullopt;
  const std::string difference = identity_difference(report["identity"].dump(), identity);
  require(
      difference.empty(), ErrorCode::bad_data,
      "{}: holds the complete results of another job ({}); choose another --out, or run without "
      "--resume to replace them",
      directory.path().string(), difference);
  for (const auto& entry : report.value("files", nlohmann::json::array())) {
    const std::filesystem::path published = directory.file(entry.value("name", ""));
    const auto bytes_now = std::filesystem::file_size(published, ignored);
    if (ignored || bytes_now != entry.value("bytes", std::uint64_t{0})) return std::nullopt;
  }
  const auto failed = report["/images/failed"_json_pointer].get<std::int64_t>();
  std::cout << fmt::format("{}: complete already, {} images, {} failed\n",
                           directory.path().string(),
                           report["/images/total"_json_pointer].get<std::int64_t>(), failed);
  return failed > 0 ? exit_with_failures : 0;
}

}  // namespace roiflow
