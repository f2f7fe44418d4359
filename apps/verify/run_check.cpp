#include "apps/verify/run_check.hpp"

#include <algorithm>
#include <functional>
#include <unordered_set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/run/run_file_names.hpp"
#include "io/coco/results_json.hpp"
#include "io/files/directory_lock.hpp"
#include "io/files/sha256.hpp"
#include "io/input_file.hpp"
#include "io/journal/journal.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

using Json = nlohmann::json;
using Path = std::filesystem::path;

Json parse_file(const Path& path) {
  const InputFile file(path.string());
  const auto bytes = file.read(0, file.size(), "content");
  try {
    return Json::parse(bytes);
  } catch (const Json::parse_error& error) {
    fail(ErrorCode::bad_data, "{}: no valid JSON: {}", path.string(), error.what());
  }
}

/// Adds a check; whatever it throws is what is wrong.
void check(RunState& state, const std::string& name, const std::function<std::string()>& body) {
  try {
    state.checks.push_back({name, true, body()});
  } catch (const Error& error) {
    state.checks.push_back({name, false, error.what()});
  } catch (const Json::exception& error) {
    state.checks.push_back({name, false, fmt::format("report.json: {}", error.what())});
  }
}

template <class T>
void require_equal(const T& found, const T& expected, const Path& path, const char* what) {
  require(found == expected, ErrorCode::bad_data, "{}: expected {} {}, found {}", path.string(),
          expected, what, found);
}

struct JournalState {
  Json identity;
  std::int64_t images = 0, failed = 0;
  std::uint64_t whole = 0, torn = 0;  ///< bytes

  [[nodiscard]] std::int64_t wanted() const {
    return identity.is_object() ? identity.value("/part/count"_json_pointer, images) : images;
  }
};

JournalState read_journal(const Path& path) {
  JournalReader journal(path);
  JournalState state{.identity = Json::parse(journal.identity(), nullptr, false)};
  std::int64_t next = -1;
  while (const auto entry = journal.next()) {
    require(next < 0 || entry->index == next, ErrorCode::bad_data,
            "{}: entry {}: expected image {} of the data set, found image {}", path.string(),
            state.images, next, entry->index);
    next = entry->index + 1;
    ++state.images;
    if (!entry->ok()) ++state.failed;
  }
  state.whole = journal.end();
  state.torn = journal.rest();
  return state;
}

/// `at_work`: somebody may just be writing the last record.
std::string check_journal(const JournalState& state, const Path& path, bool at_work) {
  require(state.torn == 0 || at_work, ErrorCode::bad_data,
          "{}: whole up to byte {}, with {} images; the {} bytes behind are torn, and --resume "
          "computes their images again",
          path.string(), state.whole, state.images, state.torn);
  return fmt::format("{} of {} images, {} of them failed", state.images, state.wanted(),
                     state.failed);
}

std::string check_report(const Json& report, const Path& path) {
  require(report.at("format") == "roiflow-report", ErrorCode::bad_data,
          "{}: expected a report of this program", path.string());
  const Json& images = report.at("images");
  require_equal(images.at("ok").get<std::int64_t>() + images.at("failed").get<std::int64_t>(),
                images.at("total").get<std::int64_t>(), path, "images, ok and failed together");
  const Json identity = report.value("identity", Json::object());
  require_equal(images.at("total").get<std::int64_t>(),
                identity.value("/part/count"_json_pointer, images.at("total").get<std::int64_t>()),
                path, "images as wanted");
  return fmt::format("{} images: {} ok, {} failed", images.at("total").get<std::int64_t>(),
                     images.at("ok").get<std::int64_t>(), images.at("failed").get<std::int64_t>());
}

std::string check_files(const Json& report, const Path& directory) {
  std::uint64_t bytes = 0;
  for (const Json& file : report.at("files")) {
    const Path path = directory / Path(file.at("name").get<std::string>()).filename();
    require_equal(InputFile(path.string()).size(), file.at("bytes").get<std::uint64_t>(), path,
                  "bytes");
    require_equal(sha256_of_file(path), file.at("sha256").get<std::string>(), path, "as SHA-256");
    bytes += file.at("bytes").get<std::uint64_t>();
  }
  return fmt::format("{} files, {} bytes, SHA-256 as published", report.at("files").size(), bytes);
}

/// Reads every byte: check sums of chunks, offsets, run lengths.
std::string check_predictions(const Json& report, const Path& path) {
  const PredictionsReader predictions(path);
  const Json& images = report.at("images");
  require_equal(predictions.size(), images.at("total").get<std::int64_t>(), path, "images");
  require_equal(predictions.detection_count(), report.at("detections").get<std::int64_t>(), path,
                "detections");
  std::unordered_set<std::int64_t> ids;
  std::int64_t failed = 0;
  for (std::int64_t row = 0; row < predictions.size(); ++row) {
    const ImagePredictions image = predictions.read(row, IouType::segm);
    require(ids.insert(image.image_id).second, ErrorCode::bad_data,
            "{}: row {}: image id {} comes twice", path.string(), row, image.image_id);
    (void)predictions.label_map(row);
    if (image.failed) ++failed;
  }
  require_equal(failed, images.at("failed").get<std::int64_t>(), path, "failed images");
  return fmt::format("{} images, {} detections, all read", predictions.size(),
                     predictions.detection_count());
}

std::string check_results(const Json& report, const Path& path) {
  const ResultsFile results = read_results_json(path);
  require_equal(std::ssize(results.records), report.at("detections").get<std::int64_t>(), path,
                "records");
  return fmt::format("{} records", results.records.size());
}

std::string check_errors(const Json& report, const Path& path) {
  const InputFile file(path.string());
  const auto bytes = file.read(0, file.size(), "lines");
  std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::int64_t count = 0;
  for (; !rest.empty(); ++count) {
    const std::size_t end = rest.find('\n');
    require(end != std::string_view::npos &&
                Json::parse(rest.substr(0, end), nullptr, false).is_object(),
            ErrorCode::bad_data, "{}: line {}: expected a JSON object", path.string(), count + 1);
    rest.remove_prefix(end + 1);
  }
  require_equal(count, report.at("/images/failed"_json_pointer).get<std::int64_t>(), path, "lines");
  return fmt::format("{} failed images", count);
}

/// Returns the report's identity, if there is one.
Json check_published(RunState& state, const Path& directory) {
  Json report;
  const Path path = directory / run_file::report;
  check(state, "report", [&] { return check_report(report = parse_file(path), path); });
  if (!report.is_object()) return {};
  check(state, "files", [&] { return check_files(report, directory); });
  check(state, "predictions",
        [&] { return check_predictions(report, directory / run_file::predictions); });
  for (const char* name : {run_file::box_results, run_file::mask_results}) {
    const Path results = directory / name;
    std::error_code ignored;
    if (!std::filesystem::exists(results, ignored)) continue;
    check(state, results.stem(), [&] { return check_results(report, results); });
  }
  check(state, "errors", [&] { return check_errors(report, directory / run_file::errors); });
  return report.value("identity", Json());
}

}  // namespace

bool RunState::good() const {
  return std::ranges::all_of(checks, &RunCheck::good);
}

RunState check_run(const std::filesystem::path& directory) {
  std::error_code ignored;
  const bool journal = std::filesystem::exists(directory / run_file::journal, ignored);
  const bool report = std::filesystem::exists(directory / run_file::report, ignored);
  require(journal || report, ErrorCode::no_input,
          "{}: expected the directory of a run, with a journal or a report.json",
          directory.string());
  RunState state;
  state.holder = lock_holder(directory);
  JournalState entries;
  if (journal) {
    check(state, "journal", [&] {
      entries = read_journal(directory / run_file::journal);
      return check_journal(entries, directory / run_file::journal, state.holder.has_value());
    });
  }
  if (!report) return state;
  const Json identity = check_published(state, directory);
  // A shard keeps its journal, and a run may be killed just before it removes its own.
  state.complete = !journal || (entries.images == entries.wanted() && entries.identity == identity);
  return state;
}

}  // namespace roiflow
