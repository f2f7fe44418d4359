#include "apps/run/run_job.hpp"

#include <iostream>
#include <sstream>

#include "apps/commands.hpp"
#include "apps/process_info.hpp"
#include "apps/report/write_report.hpp"
#include "graph/trace.hpp"

namespace roiflow {
namespace {

void write_reports(const RunJob& job, const Report& report) {
  write_file(job.directory / "report.json", report_json(report));
  write_file(job.directory / "report.html", report_html(report));
  if (job.trace) {
    std::ostringstream text;
    job.trace->write(text);
    write_file(job.directory / "trace.json", text.str());
  }
}

}  // namespace

int end_run(const RunJob& job, const RunReport& run, FailureLog& failures,
            const RunEnding& ending) {
  failures.publish();
  const std::string& lost_device = failures.lost_device();
  const DeviceChoice& device = job.model.device;
  require(run.failed < job.images, lost_device.empty() ? ErrorCode::bad_data : ErrorCode::device,
          "{}: every one of the {} images failed, see {}; the first: {}", job.data.path(),
          job.images, failures.path().string(), failures.first_text());
  ending.publish();
  job.log.info("{}: predictions and results are complete", job.directory.string());
  Report report{.made = {.command = job.command,
                         .data_path = job.data.path(),
                         .model_path = job.model_path,
                         .model_name = job.model.description.name,
                         .device = device.device(),
                         .precision = device.precision(),
                         .gpus = job.model.gpus,
                         .batch = device.gpu.batch,
                         .lanes = device.gpu.lanes,
                         .versions = library_versions()}};
  if (device.cuda) report.made.versions.emplace_back("GPU backend", gpu_backend_text());
  ending.summarise(report);
  report.images = {run.read, run.retired - run.failed, run.failed};
  report.failed = failures.first();
  report.graph = run;
  report.peak_memory_bytes = peak_memory_bytes();
  write_reports(job, report);
  std::cout << report_text(report) << "report   " << (job.directory / "report.html").string()
            << '\n';
  if (!lost_device.empty()) {
    std::cerr << fmt::format(
        "roiflow: error: --device {}: a device was lost; the results hold the images that were "
        "finished before, {} lists the others: {}\n",
        device.device(), failures.path().string(), lost_device);
    return static_cast<int>(ErrorCode::device);
  }
  return run.failed > 0 ? exit_with_failures : 0;
}

}  // namespace roiflow
