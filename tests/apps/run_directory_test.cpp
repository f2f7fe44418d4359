/// What a run makes of a directory that holds something already: a journal or results of this job
/// or of another one, and how far a run with failures goes.
#include <algorithm>

#include "io/dataset/dataset.hpp"
#include "tests/support/child.hpp"
#include "tests/support/damaged_dataset.hpp"
#include "tests/support/run_fixture.hpp"

namespace roiflow::test {

TEST_CASE("I2: what --accept-truncated takes is marked, also when it was done before a resume") {
  const RunFixture fixture("recovery_test");
  damage(fixture.path("data.h5"), fixture.path("damaged.h5"), {1, 7});
  const std::string model = "tiny_faster_rcnn", option = "--accept-truncated";
  const ProgramResult whole = fixture.run(model, "whole", option, "damaged.h5");
  REQUIRE(whole.code == 0);
  CHECK(contains(whole.text, "2 of them damaged and taken all the same"));
  const auto images = [&](const std::string& out) {
    return nlohmann::json::parse(fixture.bytes(out + "/report.json"))["images"];
  };
  CHECK(images("whole")["truncated"] == 2);
  CHECK(images("whole")["truncated_images"][1]["image_id"] == 8);
  CHECK(images("whole")["truncated_images"][1]["truncated"] == true);
  CHECK_FALSE(images("whole")["truncated_images"][1]["notes"].empty());
  REQUIRE(fixture.run(model, "first", option + " --shard 1/2", "damaged.h5").code == 0);
  REQUIRE(
      fixture.run(model, "both", option + " --from " + fixture.path("first"), "damaged.h5").code ==
      0);
  CHECK(images("both") == images("whole"));
  fixture.check_same("whole", "both");
}

TEST_CASE("R7: a directory that cannot be written is refused before the weights are read") {
  const RunFixture fixture("recovery_test");
  const ProgramResult result =
      roiflow(fmt::format("run {} --model {} --out /proc/nowhere/out -q", fixture.path("data.h5"),
                          fixture.path("no_such_model.h5")));
  CHECK(result.code == 73);
  CHECK(contains(result.text, "/proc/nowhere/out"));
}

TEST_CASE("R13: a data set that is replaced while a run reads it gives no results") {
  const RunFixture fixture("recovery_test", many);
  std::filesystem::copy(fixture.path("data.h5"), fixture.path("copy.h5"));
  Child child(fixture.arguments("tiny_mask_rcnn", "out", "copy.h5"), fixture.path("log"));
  fixture.wait_for_entries("out", 1);
  std::filesystem::last_write_time(fixture.path("copy.h5"),
                                   std::filesystem::file_time_type::clock::now());
  CHECK(child.wait() == 65);
  CHECK(contains(fixture.bytes("log"), "copy.h5: the file was changed or replaced"));
  CHECK_FALSE(fixture.exists("out/predictions.h5"));
}

TEST_CASE("R20: a journal is not continued with other data, weights or options") {
  const RunFixture fixture("recovery_test", many);
  REQUIRE(
      roiflow(fmt::format("synth --images 60 --seed 78 -q -o {}", fixture.path("other.h5"))).code ==
      0);
  {
    Child child(fixture.arguments("tiny_mask_rcnn", "begun"), fixture.path("log"));
    fixture.wait_for_entries("begun", 2);
    child.send(SIGTERM);
    REQUIRE(child.wait() == 143);
  }
  const std::string journal = fixture.bytes("begun/journal");
  const auto refused = [&](const ProgramResult& result, const std::string& what, int code) {
    CAPTURE(result.text);
    CHECK(result.code == code);
    CHECK(contains(result.text, what));
    const bool untouched = fixture.bytes("begun/journal") == journal;
    CHECK(untouched);
  };
  refused(fixture.run("tiny_mask_rcnn", "begun", "--resume", "other.h5"), "data/digest", 65);
  refused(fixture.run("tiny_faster_rcnn", "begun", "--resume"), "model/sha256", 65);
  refused(fixture.run("tiny_mask_rcnn", "begun", "--resume --limit 5"), "part/count", 65);
  refused(fixture.run("tiny_mask_rcnn", "begun", "--resume --proposals selective_search"),
          "model/proposals", 65);
  refused(fixture.run("tiny_mask_rcnn", "begun", "--resume --no-eval"), "evaluated", 65);
  refused(fixture.run("tiny_mask_rcnn", "begun"), "--resume continues it, --discard", 73);
  refused(fixture.run("tiny_mask_rcnn", "begun", "--resume --discard"), "only one of the two", 64);
  CHECK(fixture.run("tiny_faster_rcnn", "begun", "--discard").code == 0);
  // What is complete is not computed again, and not replaced by another job's results.
  const ProgramResult again = fixture.run("tiny_faster_rcnn", "begun", "--resume");
  CHECK(again.code == 0);
  CHECK(contains(again.text, "complete already"));
  const std::string published = fixture.bytes("begun/predictions.h5");
  CHECK(fixture.run("tiny_mask_rcnn", "begun", "--resume").code == 65);
  CHECK(fixture.bytes("begun/predictions.h5") == published);
}

TEST_CASE("R20: other annotations are another data set, and lost files another run") {
  const RunFixture fixture("recovery_test");
  const DatasetReader reader(fixture.path("data.h5"));
  {
    DatasetWriter writer(fixture.path("moved.h5"), reader.info());
    for (std::int64_t i = 0; i < reader.size(); ++i) {
      Sample sample = reader.read(i);
      for (Annotation& annotation : sample.annotations) annotation.bbox[0] += 1;
      writer.append(sample);
    }
    writer.close();
  }
  REQUIRE(fixture.run("tiny_faster_rcnn", "out").code == 0);
  const ProgramResult moved = fixture.run("tiny_faster_rcnn", "out", "--resume", "moved.h5");
  CHECK(moved.code == 65);
  CHECK(contains(moved.text, "data/digest"));
  std::filesystem::remove(fixture.path("out/predictions.h5"));
  const ProgramResult again = fixture.run("tiny_faster_rcnn", "out", "--resume");
  CHECK(again.code == 0);
  CHECK_FALSE(contains(again.text, "complete already"));
  CHECK(fixture.exists("out/predictions.h5"));
}

TEST_CASE("O2: nothing of an earlier run stays beside the files of this one") {
  const RunFixture fixture("recovery_test");
  REQUIRE(fixture.run("tiny_mask_rcnn", "out").code == 0);
  REQUIRE(fixture.run("tiny_faster_rcnn", "out").code == 0);
  CHECK_FALSE(fixture.exists("out/results.segm.json"));
  CHECK(roiflow("verify " + fixture.path("out")).code == 0);
  // A run that ends without results takes the old ones' report with it.
  damage(fixture.path("data.h5"), fixture.path("damaged.h5"),
         {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  CHECK(fixture.run("tiny_faster_rcnn", "out", "", "damaged.h5").code == 65);
  CHECK_FALSE(fixture.exists("out/report.json"));
  CHECK_FALSE(fixture.exists("out/predictions.h5"));
}

TEST_CASE("R4: a journal whose head is damaged is not thrown away without being asked") {
  const RunFixture fixture("recovery_test", 24);
  REQUIRE(fixture.run("tiny_faster_rcnn", "out", "--shard 1/1").code == 0);  // keeps its journal
  std::string journal = fixture.bytes("out/journal");
  journal[40] = static_cast<char>(journal[40] ^ 1);
  write_bytes(fixture.path("out/journal"), journal);
  for (const char* option : {"", "--resume"}) {
    const ProgramResult result = fixture.run("tiny_faster_rcnn", "out", option);
    CHECK(result.code == 65);
    CHECK(contains(result.text, "--discard"));
    const bool untouched = fixture.bytes("out/journal") == journal;
    CHECK(untouched);
  }
  // --discard throws nothing away before the other inputs are known to be good.
  CHECK(fixture.run("tiny_faster_rcnn", "out", "--discard --from " + fixture.path("typo")).code ==
        66);
  CHECK(fixture.run("tiny_faster_rcnn", "out", "--discard --from " + fixture.path("out")).code ==
        64);
  const bool untouched = fixture.bytes("out/journal") == journal;
  CHECK(untouched);
  CHECK(fixture.run("tiny_faster_rcnn", "out", "--discard").code == 0);
}

TEST_CASE("ledger: --strict and --max-failures stop a run, which can go on with a wider limit") {
  const RunFixture fixture("recovery_test");
  damage(fixture.path("data.h5"), fixture.path("damaged.h5"), {2, 5, 8});
  REQUIRE(fixture.run("tiny_faster_rcnn", "whole", "", "damaged.h5").code == 3);

  const auto lines = [&](const std::string& out) {
    const std::string text = fixture.bytes(out + "/errors.jsonl");
    return std::ranges::count(text, '\n');
  };
  struct Case {
    const char* option;
    std::int64_t failures, done;  ///< when it stops
  };
  for (const Case& c : {Case{"--strict", 1, 3},
                        {"--max-failures 0", 1, 3},
                        {"--max-failures 1", 2, 6},
                        {"--max-failures 9%", 2, 6}}) {
    CAPTURE(c.option);
    const ProgramResult result = fixture.run("tiny_faster_rcnn", "limited",
                                             std::string(c.option) + " --discard", "damaged.h5");
    CHECK(result.code == 65);
    CHECK(contains(result.text, std::string("more than ") + c.option));
    CHECK(lines("limited") == c.failures);
    CHECK(fixture.journalled("limited") == c.done);
    CHECK_FALSE(fixture.exists("limited/predictions.h5"));
  }
  // The limit is met by what an earlier run counted, too.
  CHECK(fixture.run("tiny_faster_rcnn", "limited", "--resume --strict", "damaged.h5").code == 65);
  CHECK(fixture.journalled("limited") == 6);
  CHECK(fixture.run("tiny_faster_rcnn", "limited", "--resume --max-failures 25%", "damaged.h5")
            .code == 3);
  fixture.check_same("whole", "limited");
  for (const char* wrong : {"--max-failures -1", "--max-failures 101%", "--max-failures 1.5",
                            "--max-failures x", "--max-failures 3 --strict"}) {
    CHECK(fixture.run("tiny_faster_rcnn", "limited", wrong, "damaged.h5").code == 64);
  }
}

}  // namespace roiflow::test
