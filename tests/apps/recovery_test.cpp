/// Runs that are killed, stopped, started twice, or continued with something else.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <sstream>
#include <thread>

#include "tests/support/child.hpp"
#include "tests/support/damaged_dataset.hpp"
#include "tests/support/run_fixture.hpp"

namespace roiflow::test {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

int kills_wanted() {
  const char* const text = std::getenv("ROIFLOW_KILLS");
  return text != nullptr ? std::max(1, std::atoi(text)) : 100;
}

/// Images that the program's log says it has done with.
std::int64_t acknowledged(const std::string& log) {
  std::istringstream lines(log);
  std::int64_t count = 0;
  for (std::string line; std::getline(lines, line);) {
    if (contains(line, ": image ") && (contains(line, "detections") || contains(line, "failed"))) {
      ++count;
    }
  }
  return count;
}

std::vector<std::string> with(std::vector<std::string> arguments,
                              std::initializer_list<std::string> more) {
  arguments.insert(arguments.end(), more);
  return arguments;
}

}  // namespace

TEST_CASE("R3: killed at any moment and resumed, a run gives the bytes of one that was not") {
  const RunFixture fixture("recovery_test", 16);
  damage(fixture.path("data.h5"), fixture.path("damaged.h5"), {3, 11});
  const std::string model = "tiny_mask_rcnn";
  const auto begun = Clock::now();
  REQUIRE(fixture.run(model, "whole", "", "damaged.h5").code == 3);
  const double whole = Seconds(Clock::now() - begun).count();

  std::mt19937 random(20261124);
  std::uniform_real_distribution<double> moment(0, 1.1 * whole);
  int kills = 0, completed = 0;
  while (kills < kills_wanted()) {
    const std::int64_t before = fixture.journalled("killed");
    std::filesystem::remove(fixture.path("log"));
    Child child(with(fixture.arguments(model, "killed", "damaged.h5"),
                     {"--resume", "--log-level", "debug"}),
                fixture.path("log"));
    std::this_thread::sleep_for(Seconds(moment(random)));
    child.send(SIGKILL);
    const int code = child.wait();
    if (code == 128 + SIGKILL) {
      ++kills;
      const bool published = fixture.exists("killed/report.json");
      // Not one image that the program had spoken of is lost.
      CHECK((published ||
             fixture.journalled("killed") >= before + acknowledged(fixture.bytes("log"))));
      continue;
    }
    CHECK_MESSAGE(code == 3, fixture.bytes("log"));
    fixture.check_same("whole", "killed");
    CHECK_FALSE(fixture.exists("killed/journal"));
    std::filesystem::remove_all(fixture.path("killed"));
    ++completed;
  }
  REQUIRE(fixture.run(model, "killed", "--resume", "damaged.h5").code == 3);
  fixture.check_same("whole", "killed");
  std::vector<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(fixture.path("killed"))) {
    left.push_back(entry.path().filename());
  }
  std::ranges::sort(left);
  CHECK(left == std::vector<std::string>{"errors.jsonl", "predictions.h5", "report.html",
                                         "report.json", "results.bbox.json", "results.segm.json"});
  MESSAGE(kills << " kills, " << completed + 1 << " completed runs");
}

TEST_CASE("R3: segmenters as well, and a journal that ends in the middle of a record") {
  const RunFixture fixture("recovery_test", many);
  const std::string model = "tiny_fcn8s";
  REQUIRE(fixture.run(model, "whole").code == 0);
  {
    Child child(fixture.arguments(model, "torn"), fixture.path("log"));
    fixture.wait_for_entries("torn", 4);
    child.send(SIGKILL);
    REQUIRE(child.wait() == 128 + SIGKILL);
  }
  const std::int64_t kept = fixture.journalled("torn");
  const auto size = std::filesystem::file_size(fixture.path("torn/journal"));
  std::filesystem::resize_file(fixture.path("torn/journal"), size - 3);
  REQUIRE(fixture.journalled("torn") == kept - 1);
  const ProgramResult resumed = fixture.run(model, "torn", "--resume");
  CHECK(resumed.code == 0);
  CHECK(contains(resumed.text, "are torn"));
  CHECK(contains(resumed.text, fmt::format("{} were in the journal", kept - 1)));
  fixture.check_same("whole", "torn");
}

TEST_CASE("R5: SIGINT and SIGTERM end a run in order, and it can be resumed") {
  const RunFixture fixture("recovery_test", many);
  REQUIRE(fixture.run("tiny_mask_rcnn", "whole").code == 0);
  for (const int signal : {SIGINT, SIGTERM}) {
    CAPTURE(signal);
    Child child(fixture.arguments("tiny_mask_rcnn", "stopped"), fixture.path("log"));
    fixture.wait_for_entries("stopped", 1);
    child.send(signal);
    CHECK(child.wait() == 128 + signal);
    const std::string text = fixture.bytes("log");
    CHECK(contains(text, signal == SIGINT ? "stopped by SIGINT" : "stopped by SIGTERM"));
    CHECK(contains(text, "--resume"));
    CHECK(fixture.exists("stopped/errors.jsonl"));
    CHECK_FALSE(fixture.exists("stopped/predictions.h5"));
    CHECK_FALSE(fixture.exists("stopped/lock"));
    REQUIRE(fixture.run("tiny_mask_rcnn", "stopped", "--resume").code == 0);
    fixture.check_same("whole", "stopped");
    std::filesystem::remove_all(fixture.path("stopped"));
  }
}

TEST_CASE("R5: a second signal ends the program at once, and costs nothing that was done") {
  const RunFixture fixture("recovery_test", many);
  REQUIRE(fixture.run("tiny_mask_rcnn", "whole").code == 0);
  Child child(fixture.arguments("tiny_mask_rcnn", "stopped"), fixture.path("log"));
  fixture.wait_for_entries("stopped", 1);
  child.send(SIGTERM);
  child.send(SIGINT);
  const int code = child.wait();  // the system says which of the two comes first
  CHECK((code == 128 + SIGINT || code == 128 + SIGTERM));
  CHECK_FALSE(contains(fixture.bytes("log"), "stopped by"));  // it had no time to say so
  REQUIRE(fixture.run("tiny_mask_rcnn", "stopped", "--resume").code == 0);
  fixture.check_same("whole", "stopped");
}

TEST_CASE("R6: of many starts on one directory one works, the others name it and end") {
  const RunFixture fixture("recovery_test");
  constexpr int starts = 20;
  std::vector<std::unique_ptr<Child>> children;
  for (int i = 0; i < starts; ++i) {
    children.push_back(std::make_unique<Child>(fixture.arguments("tiny_mask_rcnn", "shared"),
                                               fixture.path(fmt::format("log{}", i))));
  }
  int good = 0, busy = 0;
  for (int i = 0; i < starts; ++i) {
    const int code = children[static_cast<std::size_t>(i)]->wait();
    good += code == 0;
    if (code != 75) continue;
    ++busy;
    const std::string text = fixture.bytes(fmt::format("log{}", i));
    CHECK(contains(text, "works in this directory"));
  }
  CHECK(good >= 1);  // one that starts after the end of another is no second one
  CHECK(good + busy == starts);
  CHECK(busy > 0);
  CHECK_FALSE(fixture.exists("shared/lock"));
}

TEST_CASE("R6: the message names process and machine, and a killed run's lock is harmless") {
  const RunFixture fixture("recovery_test", many);
  Child child(fixture.arguments("tiny_mask_rcnn", "held"), fixture.path("log"));
  fixture.wait_for_entries("held", 1);
  const ProgramResult second = fixture.run("tiny_mask_rcnn", "held", "--resume");
  CHECK(second.code == 75);
  CHECK(contains(second.text, fixture.bytes("held/lock")));
  CHECK(contains(second.text, "process "));
  child.send(SIGKILL);
  (void)child.wait();
  CHECK(fixture.exists("held/lock"));
  CHECK(fixture.run("tiny_mask_rcnn", "held", "--resume").code == 0);
}

}  // namespace roiflow::test
