/// `roiflow verify`: whole directories pass, and no damage to any file does.
#include <set>

#include "tests/support/child.hpp"
#include "tests/support/damaged_dataset.hpp"
#include "tests/support/run_fixture.hpp"

namespace roiflow::test {
namespace {

ProgramResult verify(const RunFixture& fixture, const std::string& out,
                     const std::string& more = "") {
  return roiflow(fmt::format("verify {} {}", fixture.path(out), more));
}

}  // namespace

TEST_CASE("verify: a complete run, a shard, and one that was stopped") {
  const RunFixture fixture("verify_test");
  damage(fixture.path("data.h5"), fixture.path("damaged.h5"), {1, 7});
  REQUIRE(fixture.run("tiny_mask_rcnn", "out", "", "damaged.h5").code == 3);
  const ProgramResult whole = verify(fixture, "out");
  CHECK(whole.code == 0);
  CHECK(whole.text.find("12 images: 10 ok, 2 failed") != std::string::npos);
  const auto json = nlohmann::json::parse(verify(fixture, "out", "--json").text);
  CHECK(json["good"] == true);
  CHECK(json["complete"] == true);
  std::set<std::string> names;
  for (const auto& check : json["checks"]) names.insert(check["name"].get<std::string>());
  CHECK(names == std::set<std::string>{"report", "files", "predictions", "results.bbox",
                                       "results.segm", "errors"});

  REQUIRE(fixture.run("tiny_fcn8s", "shard", "--shard 2/3").code == 0);
  CHECK(verify(fixture, "shard").code == 0);

  REQUIRE(fixture.run("tiny_mask_rcnn", "stopped", "--strict", "damaged.h5").code == 65);
  const ProgramResult stopped = verify(fixture, "stopped");
  CHECK(stopped.code == 75);
  CHECK(stopped.text.find("2 of 12 images, 1 of them failed") != std::string::npos);
  CHECK(verify(fixture, "data.h5").code == 66);
}

TEST_CASE("verify: a flipped byte or a lost end in any published file is found") {
  const RunFixture fixture("verify_test");
  damage(fixture.path("data.h5"), fixture.path("damaged.h5"), {1, 7});
  REQUIRE(fixture.run("tiny_mask_rcnn", "out", "", "damaged.h5").code == 3);
  for (const char* name :
       {"predictions.h5", "results.bbox.json", "results.segm.json", "errors.jsonl"}) {
    const std::string file = std::string("out/") + name, good = fixture.bytes(file);
    REQUIRE(good.size() > 100);
    std::string flipped = good;
    flipped[good.size() / 2] = static_cast<char>(flipped[good.size() / 2] ^ 1);
    for (const std::string& bad : {flipped, good.substr(0, good.size() - 1), good + ' '}) {
      CAPTURE(name);
      write_bytes(fixture.path(file), bad);
      const ProgramResult result = verify(fixture, "out");
      CHECK(result.code == 65);
      CHECK(result.text.find(name) != std::string::npos);
    }
    std::filesystem::remove(fixture.path(file));
    CHECK(verify(fixture, "out").code == 65);
    write_bytes(fixture.path(file), good);
  }
  CHECK(verify(fixture, "out").code == 0);
  const std::string report = fixture.bytes("out/report.json");
  write_bytes(fixture.path("out/report.json"), report.substr(0, report.size() / 2));
  CHECK(verify(fixture, "out").code == 65);
  // A report whose numbers do not fit, although all files are whole.
  auto wrong = nlohmann::json::parse(report);
  wrong["images"]["ok"] = 11;
  write_bytes(fixture.path("out/report.json"), wrong.dump());
  CHECK(verify(fixture, "out").code == 65);
}

TEST_CASE("verify: a journal's damage, and a run that is at work") {
  const RunFixture fixture("verify_test", many);
  Child child(fixture.arguments("tiny_mask_rcnn", "out"), fixture.path("log"));
  fixture.wait_for_entries("out", 1);
  const ProgramResult busy = verify(fixture, "out");
  CHECK(busy.code == 75);
  CHECK(busy.text.find("at work: process ") != std::string::npos);
  child.send(SIGTERM);
  REQUIRE(child.wait() == 143);
  std::string journal = fixture.bytes("out/journal");
  journal[journal.size() - 20] = static_cast<char>(journal[journal.size() - 20] ^ 4);
  write_bytes(fixture.path("out/journal"), journal);
  const ProgramResult damaged = verify(fixture, "out");
  CHECK(damaged.code == 65);
  CHECK(damaged.text.find("are torn") != std::string::npos);
}

}  // namespace roiflow::test
