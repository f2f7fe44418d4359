/// The same bytes for any number of workers and images in flight, from shards, and after a stop in
/// the middle.
#include "tests/support/child.hpp"
#include "tests/support/damaged_dataset.hpp"
#include "tests/support/run_fixture.hpp"

namespace roiflow::test {
namespace {

/// A run over the first half of the images, taken over by one over all: a resume at a known place.
void check_resume(const RunFixture& fixture, const std::string& model) {
  REQUIRE(fixture.run(model, "first", "--shard 1/2", "damaged.h5").code == 3);
  const std::int64_t half = fixture.journalled("first");
  CHECK(half == 6);
  const ProgramResult rest =
      fixture.run(model, "resumed", "--from " + fixture.path("first"), "damaged.h5");
  CHECK(rest.code == 3);
  CHECK(rest.text.find("6 images computed now; 6 were in the journal") != std::string::npos);
  fixture.check_same("whole", "resumed");
}

void check_shards(const RunFixture& fixture, const std::string& model) {
  std::string from;
  for (const int shard : {2, 3, 1}) {
    const std::string out = fmt::format("shard{}", shard);
    const int code = fixture.run(model, out, fmt::format("--shard {}/3", shard), "damaged.h5").code;
    CHECK((code == 0 || code == 3));
    from += " --from " + fixture.path(out);
  }
  CHECK(fixture.run(model, "merged", from, "damaged.h5").code == 3);
  fixture.check_same("whole", "merged");
}

}  // namespace

TEST_CASE("invariance: workers 1, 2, 4, in-flight limits 1, 3, 16, three shards, a resume") {
  for (const std::string model : {"tiny_mask_rcnn", "tiny_fcn16s"}) {
    CAPTURE(model);
    const RunFixture fixture("invariance_test");
    damage(fixture.path("data.h5"), fixture.path("damaged.h5"), {1, 7});
    REQUIRE(fixture.run(model, "whole", "", "damaged.h5").code == 3);
    for (const int workers : {1, 2, 4}) {
      for (const int in_flight : {1, 3, 16}) {
        CAPTURE(workers);
        CAPTURE(in_flight);
        const std::string options = fmt::format("--workers {} --in-flight {}", workers, in_flight);
        REQUIRE(fixture.run(model, "other", options, "damaged.h5").code == 3);
        fixture.check_same("whole", "other");
      }
    }
    check_resume(fixture, model);
    check_shards(fixture, model);
  }
}

TEST_CASE("shards: a part that is missing, or of another job, is refused") {
  const RunFixture fixture("invariance_test");
  const std::string model = "tiny_faster_rcnn";
  for (const int shard : {1, 3}) {
    REQUIRE(
        fixture.run(model, fmt::format("s{}", shard), fmt::format("--shard {}/3", shard)).code ==
        0);
  }
  const ProgramResult gap = fixture.run(
      model, "merged", fmt::format("--from {} --from {}", fixture.path("s1"), fixture.path("s3")));
  CHECK(gap.code == 65);
  CHECK(gap.text.find("no journal has image 4") != std::string::npos);
  const ProgramResult other =
      fixture.run("tiny_mask_rcnn", "other", "--from " + fixture.path("s1"));
  CHECK(other.code == 65);
  CHECK(other.text.find("model/sha256") != std::string::npos);
  for (const char* wrong : {"0/3", "4/3", "1", "a/b", "1/3x", "13/13"}) {
    CAPTURE(wrong);
    CHECK(fixture.run(model, "wrong", fmt::format("--shard {}", wrong)).code == 64);
  }
}

}  // namespace roiflow::test
