#include "graph/device_node.hpp"

#include <numeric>
#include <random>
#include <sstream>

#include <doctest/doctest.h>

#include "graph/workers.hpp"
#include "tests/support/fake_engine.hpp"

namespace roiflow::test {
namespace {

using namespace std::chrono_literals;
using EngineList = std::vector<std::unique_ptr<BatchEngine<int>>>;

struct Run {
  std::int64_t frames = 60;
  GraphLimits limits{.workers = 2, .in_flight = 16};
  std::function<int(int)> height = [](int i) { return 1 + i % 3; };  ///< i.e. the bucket of frame i
  std::function<void(int)> before = [](int) {};                      ///< may fail it or be slow
  std::function<void(int)> after = [](int) {};
  std::function<void(std::int64_t)> in_sink = [](std::int64_t) {};
  Trace* trace = nullptr;
};

struct Outcome {
  RunReport report;
  std::vector<std::int64_t> ids;
  std::vector<int> values;  ///< of the good ones
  std::vector<Failure> failures;
  int decoded = 0;
};

/// read -> make (an image as wide as its number) -> batch -> gpu -> after -> sink
Outcome run_on(const EngineList& engines, const Run& run) {
  const FrameSource<int> source{run.frames,
                                [](std::int64_t i) {
                                  return std::pair(Source{.record = {.index = i, .id = i}},
                                                   static_cast<int>(i));
                                },
                                [](std::int64_t i) { return ImageRecord{.index = i, .id = i}; }};
  return with_workers(run.limits.workers, [&] {
    Outcome outcome;
    std::atomic<int> decoded = 0;
    DeviceHealth health;
    Pipeline graph(run.limits, run.trace);
    auto make = graph.node<int>("make", run.limits.workers, [&](int i) {
      health.check();
      run.before(i);
      ++decoded;
      return fake_image(run.height(i), i);
    });
    DeviceNode<int> device(graph, engines, run.frames, health);
    auto after = graph.node<int>("after", run.limits.workers, [&](int value) {
      run.after(value);
      return value;
    });
    graph.connect(make, device.node());
    graph.connect(device.node(), after);
    outcome.report = graph.run<int, BatchImage, int, int>(
        frames_while(health, source), make, after, [&](const Token<int>& token) {
          run.in_sink(token.sequence());
          outcome.ids.push_back(token.source().record.id);
          if (token.ok()) {
            CHECK(token.value() == token.sequence());
            outcome.values.push_back(token.value());
          } else {
            outcome.failures.push_back(token.failure());
          }
        });
    outcome.decoded = decoded;
    return outcome;
  });
}

EngineList one(FakeEngine::Settings settings) {
  EngineList engines;
  engines.push_back(std::make_unique<FakeEngine>(std::move(settings)));
  return engines;
}

FakeEngine& fake(const EngineList& engines, std::size_t i = 0) {
  return dynamic_cast<FakeEngine&>(*engines[i]);
}

void check_complete(const Outcome& outcome, std::int64_t frames) {
  std::vector<std::int64_t> ids(static_cast<std::size_t>(frames));
  std::iota(ids.begin(), ids.end(), 0);
  CHECK(outcome.ids == ids);
  CHECK(outcome.report.retired == frames);
  CHECK(std::ssize(outcome.values) + std::ssize(outcome.failures) == frames);
}

/// Of up to 300 microseconds, another one at every call.
std::function<void(int)> delays(unsigned seed) {
  return [seed](int call) {
    std::mt19937 random(seed + static_cast<unsigned>(call));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 300));
  };
}

[[noreturn]] void lose_device(int call) {
  fail(ErrorCode::device, "the device fell off the bus at call {}", call);
}

}  // namespace

TEST_CASE("device node: every frame retires once, in order, whatever the limits and delays") {
  for (const int engines : {1, 2}) {
    for (const int lanes : {1, 3}) {
      for (const int batch : {1, 4, 8}) {
        for (const int in_flight : {1, 3, 40}) {
          CAPTURE(engines);
          CAPTURE(lanes);
          CAPTURE(batch);
          CAPTURE(in_flight);
          EngineList list;
          for (int i = 0; i < engines; ++i) {
            const auto seed = static_cast<unsigned>(1000 * i);
            list.push_back(std::make_unique<FakeEngine>(
                FakeEngine::Settings{batch, lanes, delays(seed + 7), delays(seed + 500)}));
          }
          Run run{.frames = 50, .limits = {2, in_flight}};
          run.before = delays(3);
          const Outcome outcome = run_on(list, run);
          check_complete(outcome, 50);
          CHECK(outcome.values.size() == 50);
          for (int i = 0; i < engines; ++i) {
            const FakeEngine& engine = fake(list, static_cast<std::size_t>(i));
            CHECK(engine.broken == 0);
            CHECK(engine.submits == engine.finishes);
          }
        }
      }
    }
  }
}

TEST_CASE("device node: one worker is enough") {
  const EngineList engines = one({.batch = 3, .lanes = 2, .on_finish = delays(1)});
  check_complete(run_on(engines, {.limits = {1, 8}}), 60);
}

TEST_CASE("device node: images of one size make full batches") {
  const EngineList engines = one({.batch = 8, .lanes = 1});
  Run run{.frames = 70, .limits = {2, 40}};
  run.height = [](int) { return 5; };
  check_complete(run_on(engines, run), 70);
  CHECK(std::accumulate(fake(engines).sizes.begin(), fake(engines).sizes.end(), 0) == 70);
  CHECK(fake(engines).sizes.size() <= 14);  // 9 if nothing overtakes by more than the patience
}

TEST_CASE("device node: all images odd, one odd image early, fewer in flight than a batch") {
  for (const int in_flight : {1, 2, 5, 64}) {
    CAPTURE(in_flight);
    Run run{.frames = 120, .limits = {2, in_flight}};
    run.height = [](int i) { return i; };
    check_complete(run_on(one({.batch = 8}), run), 120);
    run.height = [](int i) { return i == 2 ? 9 : 1; };
    check_complete(run_on(one({.batch = 8}), run), 120);
  }
}

TEST_CASE("device node: frames that failed before pass, and do not stop those that wait") {
  Run run{.frames = 90, .limits = {2, 6}};
  run.before = [](int i) { require(i % 3 == 0, ErrorCode::bad_data, "{} is cut short", i); };
  run.height = [](int i) { return i; };
  const Outcome outcome = run_on(one({.batch = 4}), run);
  check_complete(outcome, 90);
  REQUIRE(outcome.failures.size() == 60);
  CHECK(outcome.failures[0].stage == "make");
  CHECK(outcome.failures[0].message == "1 is cut short");
}

TEST_CASE("device node: an image that the engine cannot compute fails alone") {
  const EngineList engines = one({.batch = 4, .refused_height = 3});
  const Outcome outcome = run_on(engines, {.frames = 30});
  check_complete(outcome, 30);
  REQUIRE(outcome.failures.size() == 10);
  CHECK(outcome.failures[0].code == ErrorCode::bad_data);
  CHECK(outcome.failures[0].stage == "batch");
  CHECK(outcome.failures[0].message == "height 3 is refused");
}

TEST_CASE("device node: a device that is lost at any call costs what it had not finished") {
  for (const bool at_submit : {true, false}) {
    for (int lost_at = 0; lost_at < 15; ++lost_at) {
      CAPTURE(at_submit);
      CAPTURE(lost_at);
      const auto lose = [=](int call) {
        if (call == lost_at) lose_device(call);
      };
      const EngineList engines = one({.batch = 4,
                                      .lanes = 2,
                                      .on_submit = at_submit ? lose : delays(1),
                                      .on_finish = at_submit ? delays(2) : lose});
      const Outcome outcome = run_on(engines, {.frames = 60, .limits = {2, 12}});
      check_complete(outcome, 60);
      REQUIRE(!outcome.failures.empty());
      for (const Failure& failure : outcome.failures) {
        CHECK(failure.code == ErrorCode::device);
        CHECK(failure.stage == "gpu");
        CHECK_MESSAGE(failure.message.find("fell off the bus") != std::string::npos,
                      failure.message);
      }
      const int good_batches = at_submit ? fake(engines).finishes.load() : lost_at;
      CHECK(std::ssize(outcome.values) <= 4 * good_batches);
      CHECK(fake(engines).submits <= lost_at + (at_submit ? 1 : 3));  // nothing after the loss
      CHECK(outcome.decoded <= 60 - (lost_at == 0 ? 30 : 0));         // nor is anything decoded
    }
  }
}

TEST_CASE("device node: the other engine goes on") {
  std::atomic<bool> dead = false;
  EngineList engines;
  engines.push_back(std::make_unique<FakeEngine>(
      FakeEngine::Settings{.batch = 4, .lanes = 2, .on_finish = [&](int call) {
                             if (call != 1) return;
                             dead = true;
                             lose_device(call);
                           }}));
  engines.push_back(std::make_unique<FakeEngine>(
      FakeEngine::Settings{.batch = 4, .lanes = 2, .on_finish = [&](int) {
                             while (!dead) std::this_thread::sleep_for(100us);
                           }}));
  const Outcome outcome = run_on(engines, {.frames = 200, .limits = {2, 32}});
  check_complete(outcome, 200);
  CHECK(!outcome.failures.empty());
  CHECK(outcome.failures.size() <= 2 * 4);  // both lanes
  CHECK(fake(engines, 1).finishes > 10);
  CHECK(fake(engines, 1).broken == 0);
}

TEST_CASE("device node: both engines lost, one after the other") {
  EngineList engines;
  for (const int lost_at : {1, 4}) {
    engines.push_back(std::make_unique<FakeEngine>(
        FakeEngine::Settings{.batch = 2, .lanes = 2, .on_finish = [lost_at](int call) {
                               if (call >= lost_at) lose_device(call);
                               std::this_thread::sleep_for(200us);
                             }}));
  }
  const Outcome outcome = run_on(engines, {.frames = 100, .limits = {2, 20}});
  check_complete(outcome, 100);
  CHECK(std::ssize(outcome.values) <= 2 * 5);
  CHECK(outcome.failures.back().message.find("no device is left") != std::string::npos);
}

TEST_CASE("device node: no memory for the results is a lost device, too") {
  const EngineList engines = one({.on_finish = [](int call) {
    if (call == 2) throw std::bad_alloc();
  }});
  const Outcome outcome = run_on(engines, {});
  check_complete(outcome, 60);
  CHECK(outcome.failures.back().code == ErrorCode::device);
  CHECK(outcome.failures.back().message.find("--batch") != std::string::npos);
}

TEST_CASE("device node: a bug in an engine is rethrown when everything is drained") {
  for (const bool at_submit : {true, false}) {
    for (const int bug_at : {0, 1, 5}) {
      CAPTURE(at_submit);
      CAPTURE(bug_at);
      const std::function<void(int)> bug = [=](int call) {
        if (call == bug_at) throw std::logic_error("a bug");
      };
      const std::function<void(int)> none;
      const EngineList engines =
          one({.on_submit = at_submit ? bug : none, .on_finish = at_submit ? none : bug});
      std::int64_t retired = 0;
      Run run;
      run.in_sink = [&](std::int64_t) { ++retired; };
      CHECK_THROWS_WITH_AS(run_on(engines, run), "a bug", std::logic_error);
      CHECK(retired == 60);
    }
  }
}

TEST_CASE("device node: an Error that no engine may throw is a bug") {
  const EngineList engines =
      one({.on_submit = [](int) { fail(ErrorCode::bad_data, "engines do not say this"); }});
  CHECK_THROWS_WITH_AS(run_on(engines, {}), "engines do not say this", Error);
}

TEST_CASE("device node: a bug elsewhere ends the run although frames wait for their batch") {
  for (int bug_at = 0; bug_at < 40; bug_at += 3) {
    CAPTURE(bug_at);
    const auto bug = [=](int i) {
      if (i == bug_at) throw std::logic_error("a bug");
    };
    const EngineList engines = one({.batch = 8, .on_finish = delays(9)});
    Run run{.frames = 60, .limits = {2, 30}};
    run.before = bug;
    CHECK_THROWS_AS(run_on(engines, run), std::logic_error);
    Run later{.frames = 60, .limits = {2, 30}};
    later.after = bug;
    CHECK_THROWS_AS(run_on(engines, later), std::logic_error);
    Run sink{.frames = 60, .limits = {2, 30}};
    sink.in_sink = [=](std::int64_t i) { bug(static_cast<int>(i)); };
    CHECK_THROWS_AS(run_on(engines, sink), std::logic_error);
    CHECK(fake(engines).submits == fake(engines).finishes);
    CHECK(fake(engines).broken == 0);
  }
}

TEST_CASE("device node: as many frames in flight as fill the batches and the memory holds") {
  const EngineList engines = one({.batch = 8, .lanes = 2});
  CHECK(default_in_flight<int>(engines, 16, 921'600) == 256 + 32);
  CHECK(default_in_flight<int>(engines, 1, 0) == 256 + 2);
  CHECK(default_in_flight<int>(engines, 1, 40'000'000) == 100 + 2);    // 4 GB
  CHECK(default_in_flight<int>(engines, 1, 1'000'000'000) == 32 + 2);  // two batches a lane
  CHECK(default_in_flight<int>(one({.batch = 16, .lanes = 3}), 1, 0) == 768 + 2);
}

TEST_CASE("device node: the report tells how busy the lanes were") {
  const EngineList engines =
      one({.batch = 4, .lanes = 2, .on_finish = [](int) { std::this_thread::sleep_for(2ms); }});
  Trace trace;
  Run run{.frames = 60};
  run.trace = &trace;
  const Outcome outcome = run_on(engines, run);
  std::vector<std::string> names;
  for (const NodeReport& node : outcome.report.nodes) names.push_back(node.name);
  CHECK(names == std::vector<std::string>{"read", "make", "batch", "gpu", "after", "sink"});
  const NodeReport& gpu = outcome.report.nodes[3];
  CHECK(gpu.device);
  CHECK(gpu.slots == 2);
  CHECK(gpu.calls == 60);
  CHECK(gpu.busy_s + gpu.blocked_s + gpu.starved_s ==
        doctest::Approx(2 * outcome.report.wall_s).epsilon(1e-6));
  CHECK(gpu.idle_s <= gpu.starved_s + gpu.blocked_s);
  // Two lanes, 2 ms a batch each: the processor had nothing to do.
  CHECK(find_bottleneck(outcome.report).node == "gpu");
  CHECK(outcome.report.worker_utilisation() < 0.9);
  std::ostringstream text;
  trace.write(text);
  std::size_t spans = 0;
  for (std::size_t at = 0; (at = text.str().find("\"gpu\"", at)) != std::string::npos; ++at)
    ++spans;
  CHECK(spans == fake(engines).sizes.size());  // one a batch
}

}  // namespace roiflow::test
