/// The threads around engines, without a flow graph: what a thread sanitizer can judge (Debian's
/// oneTBB is not built for it, so that every graph looks like a race).
#include "graph/engine_pool.hpp"

#include <set>

#include <doctest/doctest.h>

#include "tests/support/fake_engine.hpp"

namespace roiflow::test {
namespace {

using Pool = EnginePool<int>;

/// Collects what comes out and waits for it as a graph does.
class Collector : public Pool::Gateway {
 public:
  bool try_put(const Token<int>& token) override {
    const std::scoped_lock lock(mutex_);
    CHECK(seen.insert(token.sequence()).second);
    token.ok() ? ++good : ++failed;
    if (token.ok()) CHECK(token.value() == token.sequence());
    return true;
  }
  void reserve_wait() override {
    const std::scoped_lock lock(mutex_);
    ++reserved_;
  }
  void release_wait() override {
    const std::scoped_lock lock(mutex_);
    if (--reserved_ == 0) changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return reserved_ == 0; });
  }

  std::set<std::int64_t> seen;
  int good = 0, failed = 0;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int reserved_ = 0;
};

struct Outcome {
  int good = 0, failed = 0;
  bool lost = false;
};

/// Sends `batches` batches of `size` frames, one after the other.
Outcome run_pool(const std::vector<FakeEngine::Settings>& settings, int batches, int size) {
  std::vector<std::unique_ptr<BatchEngine<int>>> engines;
  for (const auto& each : settings) engines.push_back(std::make_unique<FakeEngine>(each));
  NodeStats stats("gpu", 4, true), next("next", 1);
  stats.begin(NodeStats::Clock::now());
  next.begin(NodeStats::Clock::now());
  const NodeProbe probe{&stats, &next, nullptr};
  DeviceHealth health;
  Collector collector;
  {
    Pool pool(engines, probe, health);
    pool.open(collector);
    const auto source = std::make_shared<const Source>();
    for (int batch = 0; batch < batches; ++batch) {
      Pool::Batch frames;
      for (int i = 0; i < size; ++i) {
        const int number = batch * size + i;
        frames.emplace_back(number, source, fake_image(batch, number));
      }
      pool.send(std::move(frames));
    }
    collector.wait();
    pool.close();
  }
  CHECK(std::ssize(collector.seen) == batches * size);
  for (const auto& engine : engines) CHECK(dynamic_cast<FakeEngine&>(*engine).broken == 0);
  CHECK(stats.report().calls <= batches * size);
  return {collector.good, collector.failed, health.lost()};
}

void nap(int call) {
  std::this_thread::sleep_for(std::chrono::microseconds(50 * (call % 4)));
}

}  // namespace

TEST_CASE("engine pool: every frame comes out once") {
  for (int round = 0; round < 10; ++round) {
    const Outcome outcome = run_pool({{.batch = 3, .lanes = 2, .on_submit = nap, .on_finish = nap},
                                      {.batch = 3, .lanes = 3, .on_finish = nap}},
                                     100, 3);
    CHECK(outcome.good == 300);
    CHECK_FALSE(outcome.lost);
  }
}

TEST_CASE("engine pool: engines die at any call, of submit or finish, one or both") {
  for (int lost_at = 0; lost_at < 12; ++lost_at) {
    CAPTURE(lost_at);
    const auto die = [lost_at](int call) {
      if (call >= lost_at) fail(ErrorCode::device, "gone");
      nap(call);
    };
    const FakeEngine::Settings at_submit{.batch = 2, .lanes = 2, .on_submit = die};
    const FakeEngine::Settings at_finish{.batch = 2, .lanes = 2, .on_finish = die};
    const FakeEngine::Settings lasting{.batch = 2, .lanes = 2, .on_finish = nap};
    const Outcome both = run_pool({at_submit, at_finish}, 60, 2);
    CHECK(both.lost);
    CHECK(both.good <= 2 * 2 * lost_at);
    const Outcome one = run_pool({at_finish, lasting}, 60, 2);
    CHECK_FALSE(one.lost);
    CHECK(one.failed <= 2 * 3);
  }
}

TEST_CASE("engine pool: close rethrows a bug, after every frame came out") {
  for (const int bug_at : {0, 3}) {
    std::atomic<bool> met = false;
    const FakeEngine::Settings buggy{.on_submit = [&](int call) {
      if (call != bug_at) return;
      met = true;
      throw std::logic_error("a bug");
    }};
    // The other engine leaves it enough batches, however slowly its threads start.
    const FakeEngine::Settings patient{.on_finish = [&](int call) {
      while (!met) nap(1 + call);
    }};
    CHECK_THROWS_AS(run_pool({buggy, patient}, 30, 2), std::logic_error);
  }
}

}  // namespace roiflow::test
