#include "apps/run/run_job.hpp"

#include <algorithm>
#include <csignal>
#include <iostream>
#include <sstream>

#include "apps/commands.hpp"
#include "apps/process_info.hpp"
#include "apps/report/write_report.hpp"
#include "apps/run/failure_log.hpp"
#include "graph/trace.hpp"
#include "io/files/sha256.hpp"

namespace roiflow {
namespace {

Provenance provenance(const RunJob& job) {
  const DeviceChoice& device = job.model.device;
  Provenance made{.command = job.command,
                  .data_path = job.data.path(),
                  .model_path = job.model_path,
                  .model_name = job.model.description.name,
                  .identity = job.identity,
                  .device = device.device(),
                  .precision = device.precision(),
                  .gpus = job.model.gpus,
                  .batch = device.gpu.batch,
                  .lanes = device.gpu.lanes,
                  .versions = library_versions()};
  if (device.cuda) made.versions.emplace_back("GPU backend", gpu_backend_text());
  return made;
}

void require_unchanged(const RunJob& job) {
  for (const RunInput& input : job.inputs) {
    require(stamp_of(input.path) == input.stamp, ErrorCode::bad_data,
            "{}: the file was changed or replaced while the run read it, so its results are of "
            "neither; no predictions are published. Run it again with --discard",
            input.path.string());
  }
}

/// What an earlier run published here: its report must not stand beside files of this one.
void withdraw(const RunDirectory& directory, const std::vector<std::string>& names) {
  for (const std::string& name : names) (void)file_calls::unlink(directory.file(name).c_str());
}

/// Every file appears only when all entries have been read again. Returns what was published.
std::vector<PublishedFile> publish_files(const RunJob& job, const RunJournal& journal,
                                         const RunEnding& ending) {
  const auto files = ending.open_files();
  journal.each([&](const JournalEntry& entry) { files->append(entry); });
  files->publish();
  std::vector<std::string> names = files->names();
  for (const char* other : {run_file::box_results, run_file::mask_results}) {
    if (std::ranges::find(names, other) == names.end()) withdraw(job.directory, {other});
  }
  names.emplace_back(run_file::errors);
  std::vector<PublishedFile> published;
  for (const std::string& name : names) {
    const std::filesystem::path path = job.directory.file(name);
    published.push_back({name, std::filesystem::file_size(path), sha256_of_file(path)});
  }
  return published;
}

/// report.json comes last: where it is, everything is.
void write_reports(const RunJob& job, const Report& report) {
  if (job.trace) {
    std::ostringstream text;
    job.trace->write(text);
    write_file(job.directory.file(run_file::trace), text.str());
  }
  write_file(job.directory.file(run_file::page), report_html(report));
  write_file(job.directory.file(run_file::report), report_json(report));
}

std::string what_is_kept(const RunJob& job, const RunJournal& journal) {
  return fmt::format(
      "{}: {} of {} images are in the journal; the same command with --resume does "
      "the others",
      job.directory.path().string(), journal.done(), job.part.count);
}

/// The run did not get to its end.
int end_unfinished(const RunJob& job, const RunJournal& journal, const RunWatch& watch,
                   const FailureLog& failures) {
  const std::string kept = what_is_kept(job, journal);
  if (const auto& reason = watch.reason()) {
    const std::string what =
        reason->code == ErrorCode::device
            ? fmt::format("--device {}: a device was lost: ", job.model.device.device())
            : std::string();
    fail(reason->code, "{}{}; {}", what, reason->message, kept);
  }
  if (watch.too_many_failures()) {
    fail(ErrorCode::bad_data,
         "{}: {} images failed, more than {} allows; {} has the reasons, the last: {}; {} of {} "
         "images are in the journal, and --resume with a wider --max-failures goes on",
         job.data.path(), watch.failed(), watch.limit()->option, failures.path().string(),
         failures.last_text(), journal.done(), job.part.count);
  }
  require(watch.signal() != 0, ErrorCode::internal, "the run ended without a reason; {}", kept);
  std::cerr << fmt::format("roiflow: stopped by {}; {}\n",
                           watch.signal() == SIGINT ? "SIGINT" : "SIGTERM", kept);
  return 128 + watch.signal();
}

Report make_report(const RunJob& job, const RunReport& run, const RunJournal& journal,
                   const FailureLog& failures, const RunEnding& ending) {
  Report report{.made = provenance(job)};
  ending.summarise(report);
  report.images = {
      .total = journal.done(), .ok = journal.done() - failures.count(), .failed = failures.count()};
  report.failed = failures.first();
  report.damaged_count = failures.damaged_count();
  report.damaged = failures.damaged();
  report.graph = run;
  report.recalled = journal.done() - run.retired;
  report.peak_memory_bytes = peak_memory_bytes();
  return report;
}

}  // namespace

int end_run(const RunJob& job, const RunReport& run, RunJournal& journal, const RunWatch& watch,
            const RunEnding& ending) {
  withdraw(job.directory, {run_file::report, run_file::page, run_file::trace});
  FailureLog failures(job.directory, job.data);
  journal.each([&](const JournalEntry& entry) { failures.append(entry); });
  failures.publish();
  if (journal.done() < job.part.count || watch.too_many_failures()) {
    return end_unfinished(job, journal, watch, failures);
  }
  if (failures.count() == job.part.count) {
    withdraw(job.directory, {run_file::predictions, run_file::box_results, run_file::mask_results});
    journal.remove();  // nothing in it is worth continuing
    const FailedImage& first = failures.first().front();
    fail(ErrorCode::bad_data, "{}: every one of the {} images failed, see {}; the first: {}: {}",
         job.data.path(), job.part.count, failures.path().string(), first.file_name,
         first.failure.message);
  }
  require_unchanged(job);
  std::vector<PublishedFile> published = publish_files(job, journal, ending);
  job.log.info("{}: predictions and results are complete", job.directory.path().string());
  Report report = make_report(job, run, journal, failures, ending);
  report.files = std::move(published);
  write_reports(job, report);
  if (!job.keep_journal) journal.remove();
  std::cout << report_text(report) << "report   " << job.directory.file(run_file::page).string()
            << '\n';
  return failures.count() > 0 ? exit_with_failures : 0;
}

}  // namespace roiflow
