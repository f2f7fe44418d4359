/// A whole run: what the journal has, the graph over the rest, the published files.
#pragma once

#include <memory>
#include <utility>

#include "apps/log_notes.hpp"
#include "apps/progress.hpp"
#include "apps/run/run_job.hpp"

namespace roiflow {

/// The sink's side of the graph: each image into the journal and into the report's numbers.
template <class Result>
class RunSink {
 public:
  RunSink(const RunJob& job, RunKind<Result>& kind, RunJournal& journal, RunWatch& watch)
      : job_(job),
        kind_(kind),
        journal_(journal),
        watch_(watch),
        progress_("run", job.part.count, Progress::style_for_stderr(job.quiet)) {}

  /// What an earlier run has done, as if the graph had done it now.
  void recall() {
    std::int64_t sequence = 0;
    journal_.each([&](const JournalEntry& entry) {
      const Token<Result> token = recalled(entry, sequence++);
      kind_.score(token);
      watch_.count(token.ok());
    });
  }

  void operator()(const Token<Result>& token) {
    if (watch_.ended()) return;
    const ImageRecord& image = token.source().record;
    // The image is not to blame: its place in the journal stays free for --resume.
    if (!token.ok() &&
        (token.failure().code == ErrorCode::device || token.failure().code == ErrorCode::io)) {
      watch_.give_up(token.failure());
      return;
    }
    journal_.append({image.index, image.id,
                     token.ok() ? kind_.outcome(token.value()) : ImageOutcome(token.failure()),
                     token.notes() ? *token.notes() : ImageNotes()});
    kind_.score(token);
    watch_.count(token.ok());
    log(token);
    progress_.update(journal_.done(), watch_.failed());
  }

 private:
  Token<Result> recalled(const JournalEntry& entry, std::int64_t sequence) const {
    const DatasetReader& data = job_.data;
    auto source = std::make_shared<Source>(Source{data.record(entry.index)});
    if (const auto* failure = std::get_if<Failure>(&entry.outcome)) {
      return {sequence, std::move(source), *failure};
    }
    source->annotations = data.annotations(entry.index);
    source->label_map = data.label_map(entry.index);
    Result result = kind_.recall(entry.outcome, *source);
    return {sequence, std::move(source), std::move(result)};
  }

  void log(const Token<Result>& token) const {
    const ImageRecord& image = token.source().record;
    if (token.notes()) log_notes(job_.log, image, *token.notes());
    if (token.ok()) {
      job_.log.debug("image {} ({}): {}", image.id, image.file_name, kind_.describe(token.value()));
    } else {
      job_.log.info("image {} ({}) failed in {}: {}", image.id, image.file_name,
                    token.failure().stage, token.failure().message);
    }
  }

  const RunJob& job_;
  RunKind<Result>& kind_;
  RunJournal& journal_;
  RunWatch& watch_;
  Progress progress_;
};

/// Returns the exit code of the program; see end_run.
template <class Result>
int execute_run(const RunJob& job, RunKind<Result>& kind) {
  RunJournal journal(job.directory.journal(), {job.data, job.part, job.identity}, job.start,
                     job.log);
  RunWatch watch(job.failure_limit, job.interrupted);
  RunReport report;
  {
    RunSink<Result> sink(job, kind, journal, watch);
    sink.recall();
    const std::function<bool()> stop = [&] { return watch.stop(); };
    report = kind.compute({job.part.first + journal.done(), job.part.count - journal.done(), &stop},
                          std::ref(sink));
  }
  journal.close();
  return end_run(job, report, journal, watch,
                 {[&] { return kind.open_files(); }, [&](Report& r) { kind.summarise(r); }});
}

}  // namespace roiflow
