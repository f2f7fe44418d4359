#include "graph/batcher.hpp"

#include <random>
#include <set>

#include <doctest/doctest.h>

namespace roiflow {
namespace {

using Batches = std::vector<std::vector<int>>;

Shape<2> size(std::int64_t bucket) {
  return {32, 32 * bucket};
}

/// What the graph around a batcher does, one step at a time in the worst order that `random` finds:
/// frames are admitted while fewer than in_flight are under way, arrive in any order, are computed
/// at once, and retire in order. Gives how many retired before nothing could move any more.
struct Simulation {
  std::int64_t frames = 0, in_flight = 1;
  std::size_t batch_size = 1;
  std::vector<int> buckets;  ///< [frames]; -1: fails before it gets here

  std::int64_t run(std::mt19937& random, Batches* sent = nullptr, bool newest_first = false) const {
    Batcher<int> batcher(batch_size, bucket_patience(in_flight, 2 * std::ssize(buckets)), frames);
    std::vector<std::int64_t> decoding;
    std::set<std::int64_t> done;
    std::int64_t admitted = 0, retired = 0;
    for (;;) {
      while (admitted < frames && admitted - retired < in_flight) decoding.push_back(admitted++);
      if (decoding.empty()) return retired;
      const std::size_t next = newest_first ? decoding.size() - 1 : random() % decoding.size();
      const std::int64_t frame = decoding[next];
      decoding.erase(decoding.begin() + static_cast<std::ptrdiff_t>(next));
      const int bucket = buckets[static_cast<std::size_t>(frame)];
      if (bucket < 0) done.insert(frame);
      for (const std::vector<int>& batch :
           bucket < 0 ? batcher.pass(frame)
                      : batcher.add(size(bucket), frame, static_cast<int>(frame))) {
        if (sent) sent->push_back(batch);
        for (const int computed : batch) CHECK(done.insert(computed).second);
      }
      while (done.contains(retired)) ++retired;
    }
  }
};

}  // namespace

TEST_CASE("batcher: a full bucket is sent, others wait") {
  Batcher<int> batcher(2, 100, 100);
  CHECK(batcher.add(size(1), 0, 10).empty());
  CHECK(batcher.add(size(2), 1, 11).empty());
  CHECK(batcher.add(size(1), 2, 12) == Batches{{10, 12}});
  CHECK(batcher.add(size(1), 3, 13).empty());
  CHECK(batcher.add(size(2), 4, 14) == Batches{{11, 14}});
}

TEST_CASE("batcher: height and width both make the bucket") {
  Batcher<int> batcher(2, 100, 100);
  CHECK(batcher.add({32, 64}, 0, 0).empty());
  CHECK(batcher.add({64, 32}, 1, 1).empty());
  CHECK(batcher.add({64, 64}, 2, 2).empty());
}

TEST_CASE("batcher: a bucket waits for as many newer frames as it may") {
  Batcher<int> batcher(4, 3, 100);
  CHECK(batcher.add(size(1), 5, 5).empty());
  CHECK(batcher.add(size(2), 7, 7).empty());
  CHECK(batcher.pass(6).empty());
  CHECK(batcher.pass(8) == Batches{{5}});  // a failed frame tells the time as well
  CHECK(batcher.add(size(3), 12, 12) == Batches{{7}});
}

TEST_CASE("batcher: a frame that comes after much newer ones is sent at once") {
  Batcher<int> batcher(4, 3, 100);
  CHECK(batcher.add(size(1), 3, 3).empty());
  CHECK(batcher.add(size(1), 0, 0) == Batches{{3, 0}});
}

TEST_CASE("batcher: the end of the data set sends everything, oldest first") {
  Batcher<int> batcher(4, 100, 4);
  CHECK(batcher.add(size(2), 1, 1).empty());
  CHECK(batcher.add(size(1), 2, 2).empty());
  CHECK(batcher.add(size(3), 0, 0).empty());
  CHECK(batcher.pass(3) == Batches{{0}, {1}, {2}});
}

TEST_CASE("batcher: few frames in flight still make batches, many keep the lanes at work") {
  CHECK(bucket_patience(1, 32) == 0);
  CHECK(bucket_patience(9, 32) == 4);
  CHECK(bucket_patience(100, 32) == 67);
  for (std::int64_t in_flight = 1; in_flight < 200; ++in_flight) {
    for (const std::int64_t lanes : {0, 1, 16, 500}) {
      CHECK(bucket_patience(in_flight, lanes) <= in_flight - 1);
    }
  }
}

TEST_CASE("batcher: with one frame in flight every frame is a batch") {
  std::mt19937 random(1);
  Batches sent;
  const Simulation simulation{5, 1, 8, {1, 1, 1, 1, 1}};
  CHECK(simulation.run(random, &sent) == 5);
  CHECK(sent == Batches{{0}, {1}, {2}, {3}, {4}});
}

TEST_CASE("batcher: no order of arrival and no mixture of sizes stops the run") {
  std::mt19937 random(2);
  for (int round = 0; round < 4000; ++round) {
    Simulation simulation;
    simulation.frames = static_cast<std::int64_t>(random() % 60);
    simulation.in_flight = 1 + static_cast<std::int64_t>(random() % 20);
    simulation.batch_size = 1 + random() % 10;
    const auto sizes = 1 + random() % 40;
    const bool failures = random() % 2 == 0;
    for (std::int64_t i = 0; i < simulation.frames; ++i) {
      const bool fails = failures && random() % 4 == 0;
      simulation.buckets.push_back(fails ? -1 : static_cast<int>(random() % sizes));
    }
    CAPTURE(round);
    CAPTURE(simulation.in_flight);
    REQUIRE(simulation.run(random) == simulation.frames);
    REQUIRE(simulation.run(random, nullptr, true) == simulation.frames);
  }
}

TEST_CASE("batcher: one odd image early, and images that are all odd") {
  std::mt19937 random(3);
  for (const std::int64_t in_flight : {1, 2, 3, 8, 64}) {
    CAPTURE(in_flight);
    Simulation odd{200, in_flight, 8, std::vector<int>(200, 1)};
    odd.buckets[2] = 7;
    CHECK(odd.run(random) == 200);
    Simulation all{200, in_flight, 8, {}};
    for (int i = 0; i < 200; ++i) all.buckets.push_back(i);
    CHECK(all.run(random) == 200);
  }
}

}  // namespace roiflow
