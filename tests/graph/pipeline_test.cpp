#include "graph/pipeline.hpp"

#include <atomic>
#include <numeric>
#include <sstream>
#include <thread>

#include <doctest/doctest.h>

#include "graph/workers.hpp"

namespace roiflow {
namespace {

using namespace std::chrono_literals;

FrameSource<int> numbers(std::int64_t size) {
  return {size,
          [](std::int64_t i) {
            return std::pair(Source{.record = {.index = i, .id = 100 + i}}, static_cast<int>(i));
          },
          [](std::int64_t i) { return ImageRecord{.index = i, .id = 100 + i}; }};
}

struct Outcome {
  RunReport report;
  std::vector<std::int64_t> ids, values;
  std::vector<Failure> failures;
};

/// read -> square -> negate -> sink, with a body of the caller's in the middle.
template <class Stage>
Outcome run_numbers(const GraphLimits& limits, const FrameSource<int>& source, Stage square,
                    Trace* trace = nullptr) {
  return with_workers(limits.workers, [&] {
    Outcome outcome;
    Pipeline pipeline(limits, trace);
    auto first = pipeline.node<int>("square", limits.workers, square);
    auto second = pipeline.node<int>("negate", 1, [](int value) { return std::int64_t{-value}; });
    pipeline.connect(first, second);
    outcome.report = pipeline.run<int, int, int, std::int64_t>(
        source, first, second, [&](const Token<std::int64_t>& token) {
          outcome.ids.push_back(token.source().record.id);
          if (token.ok()) {
            outcome.values.push_back(token.value());
          } else {
            outcome.failures.push_back(token.failure());
          }
        });
    return outcome;
  });
}

int square(int value) {
  return value * value;
}

std::vector<std::int64_t> ids_in_order(std::int64_t size) {
  std::vector<std::int64_t> ids(static_cast<std::size_t>(size));
  std::iota(ids.begin(), ids.end(), 100);
  return ids;
}

}  // namespace

TEST_CASE("pipeline: every frame retires once, in order, for any limits") {
  for (const int workers : {1, 2, 4}) {
    for (const int in_flight : {1, 3, 16}) {
      CAPTURE(workers);
      CAPTURE(in_flight);
      const Outcome outcome = run_numbers({workers, in_flight}, numbers(200), [](int value) {
        if (value % 7 == 0) std::this_thread::sleep_for(200us);  // overtaking happens
        return square(value);
      });
      CHECK(outcome.report.read == 200);
      CHECK(outcome.report.retired == 200);
      CHECK(outcome.report.failed == 0);
      CHECK(outcome.ids == ids_in_order(200));
      CHECK(outcome.values[13] == -169);
    }
  }
}

TEST_CASE("pipeline: a failed frame travels to the sink and stops nobody") {
  const Outcome outcome = run_numbers({2, 8}, numbers(200), [](int value) {
    require(value % 50 != 3, ErrorCode::bad_data, "{} is not wanted", value);
    return square(value);
  });
  CHECK(outcome.report.retired == 200);
  CHECK(outcome.report.failed == 4);
  CHECK(outcome.values.size() == 196);
  CHECK(outcome.ids == ids_in_order(200));
  REQUIRE(outcome.failures.size() == 4);
  CHECK(outcome.failures[1].stage == "square");
  CHECK(outcome.failures[1].message == "53 is not wanted");
  CHECK(outcome.failures[1].code == ErrorCode::bad_data);
}

TEST_CASE("pipeline: a frame that there is no memory for fails, the next one does not") {
  const Outcome outcome = run_numbers({2, 4}, numbers(20), [](int value) {
    if (value == 7) throw std::bad_alloc();
    return square(value);
  });
  CHECK(outcome.ids == ids_in_order(20));
  CHECK(outcome.values.size() == 19);
  REQUIRE(outcome.failures.size() == 1);
  CHECK(outcome.failures[0].code == ErrorCode::bad_data);
  CHECK(outcome.failures[0].stage == "square");
}

TEST_CASE("pipeline: a frame that cannot be read is a failed frame") {
  FrameSource<int> source = numbers(10);
  source.read = [read = source.read](std::int64_t i) {
    require(i != 4, ErrorCode::io, "row {} is gone", i);
    return read(i);
  };
  const Outcome outcome = run_numbers({2, 2}, source, square);
  CHECK(outcome.ids == ids_in_order(10));
  REQUIRE(outcome.failures.size() == 1);
  CHECK(outcome.failures[0].stage == "read");
  CHECK(outcome.failures[0].message == "row 4 is gone");
}

TEST_CASE("pipeline: an exception that is not an Error ends the run and is rethrown") {
  CHECK_THROWS_AS(run_numbers({2, 4}, numbers(50),
                              [](int value) -> int {
                                if (value == 20) throw std::logic_error("a bug");
                                return value;
                              }),
                  std::logic_error);
}

TEST_CASE("pipeline: an empty data set is a complete run") {
  const Outcome outcome = run_numbers({2, 4}, numbers(0), square);
  CHECK(outcome.report.retired == 0);
}

TEST_CASE("pipeline: the admission bound holds over the whole span") {
  std::atomic<int> inside = 0, most = 0;
  with_workers(4, [&] {
    Pipeline pipeline({.workers = 4, .in_flight = 3});
    auto first = pipeline.node<int>("first", 4, [&](int value) {
      const int now = ++inside;
      int seen = most;
      while (now > seen && !most.compare_exchange_weak(seen, now)) {
      }
      std::this_thread::sleep_for(50us);
      return value;
    });
    pipeline.run<int, int, int, int>(numbers(300), first, first,
                                     [&](const Token<int>&) { --inside; });
  });
  CHECK(most <= 3);
  CHECK(most >= 2);
}

TEST_CASE("pipeline: times add up and the slow serial node is named") {
  const Outcome outcome = with_workers(2, [&] {
    Outcome result;
    Pipeline pipeline({.workers = 2, .in_flight = 4});
    auto quick = pipeline.node<int>("quick", 2, [](int value) { return value; });
    auto slow = pipeline.node<int>("slow", 1, [](int value) {
      std::this_thread::sleep_for(2ms);
      return value;
    });
    pipeline.connect(quick, slow);
    result.report =
        pipeline.run<int, int, int, int>(numbers(50), quick, slow, [](const Token<int>&) {});
    return result;
  });
  REQUIRE(outcome.report.nodes.size() == 4);
  CHECK(outcome.report.nodes[0].name == "read");
  CHECK(outcome.report.nodes[3].name == "sink");
  for (const NodeReport& node : outcome.report.nodes) {
    CAPTURE(node.name);
    CHECK(node.calls == 50);
    CHECK(node.busy_s + node.blocked_s + node.starved_s ==
          doctest::Approx(node.slots * outcome.report.wall_s).epsilon(1e-6));
  }
  CHECK(find_bottleneck(outcome.report).node == "slow");
}

TEST_CASE("pipeline: the trace holds one event for every call") {
  Trace trace;
  run_numbers({2, 4}, numbers(5), square, &trace);
  std::ostringstream text;
  trace.write(text);
  std::size_t events = 0;
  for (std::size_t at = 0; (at = text.str().find("\"ph\":\"X\"", at)) != std::string::npos; ++at) {
    ++events;
  }
  CHECK(events == 4 * 5);  // read, square, negate, sink
}

}  // namespace roiflow
