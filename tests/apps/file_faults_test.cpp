/// Whole runs on a disk that fails: every open, write, fsync, rename, ... of a run in turn, once
/// and from then on, and a disk that fills up at every point. After each the error is clear,
/// nothing looks complete that is not, and on a disk that works `--resume` gives the bytes of a run
/// that never met a fault. (The way SQLite is tested: fail the N-th call for N = 1, 2, 3 ... until
/// the run makes fewer.)
#include "tests/support/run_fixture.hpp"

namespace roiflow::test {
namespace {

const std::string detector = "tiny_faster_rcnn";

class FaultFixture : public RunFixture {
 public:
  FaultFixture() : RunFixture("file_faults_test", 3) { REQUIRE(run(detector, "whole").code == 0); }

  /// A run on the failing disk. `settings`: see tests/support/failing_file_calls.cpp.
  [[nodiscard]] ProgramResult run_failing(const std::string& settings,
                                          const std::string& more = "") const {
    std::filesystem::remove(path("fault.log"));
    std::string line = fmt::format("FAILING_LOG={} {} {}/failing_roiflow", path("fault.log"),
                                   settings, ROIFLOW_BINARY_DIR);
    for (const std::string& argument : arguments(detector, "out")) line += ' ' + argument;
    return run_shell(line + ' ' + more);
  }

  /// What must hold after any fault.
  void check_after(const ProgramResult& result) const {
    CAPTURE(result.text);
    CAPTURE(bytes("fault.log"));
    const bool good = result.code == 0;  // some failures change nothing: a temporary file stays
    if (!good) {
      CHECK((result.code == 66 || result.code == 73 || result.code == 74));
      CHECK(contains(result.text, "roiflow: error: "));
      CHECK((contains(result.text, "No space left on device") ||
             contains(result.text, "Input/output error")));
    }
    // A report stands for a complete run, and for nothing else.
    if (exists("out/report.json")) check_same("whole", "out");
    const ProgramResult resumed = run(detector, "out", "--resume");
    CHECK_MESSAGE(resumed.code == 0, resumed.text);
    check_same("whole", "out");
    const ProgramResult verified = roiflow("verify " + path("out"));
    CHECK_MESSAGE(verified.code == 0, verified.text);
    for (const auto& entry : std::filesystem::directory_iterator(path("out"))) {
      CHECK(entry.path().extension() != ".partial");
    }
    std::filesystem::remove_all(path("out"));
  }
};

/// Returns how many calls of this kind a run makes.
int fail_every(const FaultFixture& fixture, const std::string& call, const std::string& error,
               bool ever) {
  for (int at = 1;; ++at) {
    CAPTURE(call);
    CAPTURE(at);
    CAPTURE(ever);
    const ProgramResult result =
        fixture.run_failing(fmt::format("FAILING_CALL={} FAILING_AT={} FAILING_ERROR={} {}", call,
                                        at, error, ever ? "FAILING_EVER=1" : ""));
    const bool met = fixture.exists("fault.log");
    if (!met) CHECK(result.code == 0);
    fixture.check_after(result);
    if (!met) return at - 1;
    REQUIRE(at < 1000);
  }
}

}  // namespace

TEST_CASE("R1: the N-th call fails, for every N of a run, once and from then on") {
  const FaultFixture fixture;
  for (const std::string call :
       {"open", "write", "truncate", "fsync", "rename", "unlink", "mkdir", "close"}) {
    const int once = fail_every(fixture, call, "ENOSPC", false);
    const int ever = fail_every(fixture, call, "EIO", true);
    MESSAGE(call << ": " << once << " calls, " << ever << " when all later ones fail as well");
    CHECK(once > 0);
  }
}

TEST_CASE("R1: the disk is full after any number of bytes") {
  const FaultFixture fixture;
  int full = 0;
  for (long space = 1;; space += 5000) {
    CAPTURE(space);
    const ProgramResult result = fixture.run_failing(fmt::format("FAILING_SPACE={}", space));
    const bool met = fixture.exists("fault.log");
    if (!met) CHECK(result.code == 0);
    if (met) CHECK((result.code == 73 || result.code == 74));
    fixture.check_after(result);
    if (!met) break;
    ++full;
  }
  MESSAGE(full << " places where the disk was full");
  CHECK(full > 20);
}

TEST_CASE("R1: faults while a run is resumed") {
  const FaultFixture fixture;
  for (const std::string call : {"write", "fsync", "truncate"}) {
    for (int at = 1; at <= 12; ++at) {
      CAPTURE(call);
      CAPTURE(at);
      (void)fixture.run_failing("FAILING_SPACE=2500");  // stops with some images done
      REQUIRE(fixture.exists("out/journal"));
      const ProgramResult result = fixture.run_failing(
          fmt::format("FAILING_CALL={} FAILING_AT={} FAILING_EVER=1", call, at), "--resume");
      fixture.check_after(result);
    }
  }
}

TEST_CASE("R2: interrupted calls and short reads and writes change nothing") {
  const FaultFixture fixture;
  for (const char* settings : {"FAILING_SHORT=1", "FAILING_INTERRUPT=1"}) {
    const ProgramResult result = fixture.run_failing(settings);
    CHECK_MESSAGE(result.code == 0, result.text);
    fixture.check_same("whole", "out");
    std::filesystem::remove_all(fixture.path("out"));
  }
}

TEST_CASE("R2: an input that cannot be read is named, once or for ever") {
  const FaultFixture fixture;
  for (const bool ever : {false, true}) {
    for (int at = 1;; at += ever ? 13 : 5) {
      CAPTURE(at);
      const ProgramResult result =
          fixture.run_failing(fmt::format("FAILING_CALL=read FAILING_AT={} FAILING_ERROR=EIO {}",
                                          at, ever ? "FAILING_EVER=1" : ""));
      if (!fixture.exists("fault.log")) break;
      CAPTURE(result.text);
      fixture.check_after(result);
    }
  }
}

}  // namespace roiflow::test
