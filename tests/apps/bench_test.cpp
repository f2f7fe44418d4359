/// `roiflow bench` as a user calls it: what it prints and writes, never how fast it was.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/support/damaged_dataset.hpp"
#include "tests/support/program.hpp"
#include "tests/support/scratch.hpp"

namespace roiflow::test {
namespace {

using Json = nlohmann::json;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Fixture {
 public:
  Fixture() {
    REQUIRE(roiflow(fmt::format("synth --images 3 --seed 12 -q -o {}", path("data.h5"))).code == 0);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return scratch_ / name; }
  [[nodiscard]] ProgramResult bench(const std::string& data, const std::string& model,
                                    const std::string& more = "") const {
    return roiflow(
        fmt::format("bench {} --model {}/configs/{}.h5 --repeat 1 --workers 1 --json {} {}",
                    path(data), ROIFLOW_SOURCE_DIR, model, path("bench.json"), more));
  }
  [[nodiscard]] Json json() const { return Json::parse(read_bytes(path("bench.json"))); }

 private:
  Scratch scratch_{"bench_test"};
};

}  // namespace

TEST_CASE("bench: a detector's rows, with the accuracy and what proposals cost") {
  const Fixture fixture;
  const ProgramResult result = fixture.bench("data.h5", "tiny_faster_rcnn");
  REQUIRE_MESSAGE(result.code == 0, result.text);
  CHECK_MESSAGE(contains(result.text, "bbox AP"), result.text);
  CHECK_MESSAGE(contains(result.text, "Selective Search"), result.text);
  const Json json = fixture.json();
  REQUIRE(json["rows"].size() == 1);
  CHECK(json["proposals"]["images"] == 3);
  CHECK(json["proposals"]["rpn_head_seconds"].get<double>() > 0);
  CHECK(json["proposals"]["selective_search_seconds"].get<double>() > 0);
}

TEST_CASE("bench: a segmenter's rows, with mean IU") {
  const Fixture fixture;
  const ProgramResult result = fixture.bench("data.h5", "tiny_fcn8s");
  REQUIRE_MESSAGE(result.code == 0, result.text);
  CHECK_MESSAGE(contains(result.text, "mean IU"), result.text);
  CHECK_MESSAGE(contains(result.text, "upsampling and argmax"), result.text);
  CHECK(fixture.json()["rows"].size() == 1);
}

// It threw away all rows because the proposals were measured on the damaged image too.
TEST_CASE("bench: a damaged image costs its own row entries, not the figures") {
  const Fixture fixture;
  damage(fixture.path("data.h5"), fixture.path("damaged.h5"), {1});
  const ProgramResult result = fixture.bench("damaged.h5", "tiny_faster_rcnn");
  REQUIRE_MESSAGE(result.code == 0, result.text);
  CHECK(fixture.json()["proposals"]["images"] == 2);
}

TEST_CASE("bench: options of devices have no effect on the CPU and are refused") {
  const Fixture fixture;
  for (const char* option :
       {"--batch 2 4", "--lanes 1", "--tune", "--peak-tflops 9 --peak-gbs 9"}) {
    const ProgramResult result = fixture.bench("data.h5", "tiny_faster_rcnn", option);
    CHECK(result.code == 64);
    CHECK_MESSAGE(contains(result.text, "has no effect on --device cpu"), result.text);
  }
  const ProgramResult absent =
      fixture.bench("data.h5", "tiny_faster_rcnn", "--device cuda:1000 --batch 2 4");
  CHECK(absent.code == 69);
  CHECK_MESSAGE(contains(absent.text, "looked for GPU 1000"), absent.text);
}

TEST_CASE("bench: options of another kind of benchmark are refused") {
  const Fixture fixture;
  for (const char* option : {"--proposals rpn", "--model m.h5", "--limit 1"}) {
    const ProgramResult result = roiflow(fmt::format("bench --gt a.json --dt b.json {}", option));
    CHECK(result.code == 64);
    CHECK_MESSAGE(contains(result.text, "has no effect"), result.text);
  }
}

}  // namespace roiflow::test
