/// Whole runs on engines: the same files as the ordinary graph makes, byte for byte, and what is
/// left when a device is lost. The engines compute on the CPU (tests/support/cpu_engines.hpp).
#include <atomic>
#include <mutex>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/run/run_job.hpp"
#include "io/dataset/dataset.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/synth/synth.hpp"
#include "tests/support/cpu_engines.hpp"
#include "tests/support/damaged_dataset.hpp"
#include "tests/support/scratch.hpp"

namespace roiflow::test {
namespace {

constexpr std::int64_t images = 24;

std::string model_path(const std::string& name) {
  return fmt::format("{}/configs/{}.h5", ROIFLOW_SOURCE_DIR, name);
}

/// Synthetic images of several sizes, so that there are several buckets.
void make_data(const std::filesystem::path& path) {
  DatasetWriter writer(path,
                       {.categories = synth_categories(), .extra = "", .has_label_maps = true});
  for (std::int64_t i = 0; i < images; ++i) writer.append(synthesize({.seed = 5}, i));
  writer.close();
}

class Fixture {
 public:
  Fixture() { make_data(scratch_ / "data.h5"); }

  /// The exit code.
  int run(const LoadedModel& model, const std::string& out, const std::string& data = "data.h5",
          const GraphLimits& limits = {2, 12}, bool resume = false) const {
    const DatasetReader reader(path(data));
    const RunDirectory directory(scratch_ / out);
    const RunJob job{.data = reader,
                     .model = model,
                     .command = "roiflow run",
                     .model_path = "model.h5",
                     .directory = directory,
                     .part = {0, images},
                     .identity = R"({"of": "a test"})",
                     .inputs = {},
                     .start = {.resume = resume, .discard = false, .from = {}},
                     .keep_journal = false,
                     .failure_limit = std::nullopt,
                     .interrupted = nullptr,
                     .evaluate = true,
                     .quiet = true,
                     .limits = limits,
                     .trace = nullptr,
                     .log = Log()};
    return model.description.is_detector() ? run_detector_job(job) : run_segmenter_job(job);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return scratch_ / name; }
  [[nodiscard]] std::string bytes(const std::string& name) const { return read_bytes(path(name)); }
  [[nodiscard]] nlohmann::json report(const std::string& out) const {
    return nlohmann::json::parse(bytes(out + "/report.json"));
  }

 private:
  Scratch scratch_{"batched_run_test"};
};

LoadedModel on_cpu(const std::string& name) {
  const ModelFile file = read_model(model_path(name));
  LoadedModel model{parse_model_description(file.description, name), {}, {}, {}, {}};
  if (model.description.is_detector()) {
    model.stages = make_detector_cpu(model.description, file.weights);
  } else {
    model.stages = make_segmenter_cpu(model.description, file.weights);
  }
  return model;
}

LoadedModel on_engines(const std::string& name, const CpuEngineOptions& options) {
  const ModelFile file = read_model(model_path(name));
  LoadedModel model{parse_model_description(file.description, name), {}, {}, {}, {}};
  model.device.cuda = true;
  model.device.gpu.batch = options.batch;
  model.device.gpu.lanes = options.lanes;
  model.gpus.assign(static_cast<std::size_t>(options.engines), "a fake");
  if (model.description.is_detector()) {
    model.stages = detector_on_cpu(file, options);
  } else {
    model.stages = segmenter_on_cpu(file, options);
  }
  return model;
}

void check_same_files(const Fixture& fixture, const std::string& expected, const std::string& found,
                      bool detector) {
  CHECK(fixture.bytes(expected + "/predictions.h5") == fixture.bytes(found + "/predictions.h5"));
  CHECK(fixture.bytes(expected + "/errors.jsonl") == fixture.bytes(found + "/errors.jsonl"));
  CHECK(fixture.report(expected)["metrics"] == fixture.report(found)["metrics"]);
  if (!detector) return;
  for (const char* file : {"results.bbox.json", "results.segm.json"}) {
    CHECK(fixture.bytes(fmt::format("{}/{}", expected, file)) ==
          fixture.bytes(fmt::format("{}/{}", found, file)));
  }
}

}  // namespace

TEST_CASE("batched run: the ordinary graph's files, for any batch, lanes and engines") {
  const Fixture fixture;
  REQUIRE(fixture.run(on_cpu("tiny_mask_rcnn"), "ordinary") == 0);
  REQUIRE(fixture.report("ordinary")["metrics"].contains("segm"));
  for (const int engines : {1, 2}) {
    for (const int lanes : {1, 2}) {
      for (const int batch : {1, 3, 8}) {
        CAPTURE(engines);
        CAPTURE(lanes);
        CAPTURE(batch);
        std::mutex mutex;
        std::set<std::size_t> sizes;
        const LoadedModel model = on_engines(
            "tiny_mask_rcnn",
            {.engines = engines, .batch = batch, .lanes = lanes, .on_batch = [&](std::size_t size) {
               const std::scoped_lock lock(mutex);
               sizes.insert(size);
             }});
        REQUIRE(fixture.run(model, "batched") == 0);
        check_same_files(fixture, "ordinary", "batched", true);
        CHECK(*sizes.rbegin() <= static_cast<std::size_t>(batch));
        CHECK((batch == 1 || *sizes.rbegin() > 1));  // it did make batches
      }
    }
  }
}

TEST_CASE("batched run: detectors without masks, and segmenters") {
  const Fixture fixture;
  for (const std::string name : {"tiny_faster_rcnn", "tiny_fcn8s"}) {
    CAPTURE(name);
    REQUIRE(fixture.run(on_cpu(name), "ordinary") == 0);
    REQUIRE(fixture.run(on_engines(name, {.batch = 3}), "batched") == 0);
    check_same_files(fixture, "ordinary", "batched", false);
  }
}

TEST_CASE("batched run: a damaged image is recorded as in the ordinary graph") {
  const Fixture fixture;
  damage(fixture.path("data.h5"), fixture.path("damaged.h5"), {0, 7, 23});
  REQUIRE(fixture.run(on_cpu("tiny_mask_rcnn"), "ordinary", "damaged.h5") == 3);
  REQUIRE(fixture.run(on_engines("tiny_mask_rcnn", {}), "batched", "damaged.h5") == 3);
  check_same_files(fixture, "ordinary", "batched", true);
}

TEST_CASE("batched run: the report names device, GPUs, precision, batch and lanes") {
  const Fixture fixture;
  REQUIRE(fixture.run(on_engines("tiny_faster_rcnn", {.engines = 2, .batch = 3, .lanes = 2}),
                      "out") == 0);
  const auto report = fixture.report("out");
  CHECK(report["device"] == "cuda:0");
  CHECK(report["precision"] == "f16");
  CHECK(report["gpus"] == nlohmann::json::array({"a fake", "a fake"}));
  CHECK(report["batch"] == 3);
  CHECK(report["lanes"] == 2);
  CHECK(report["versions"].contains("GPU backend"));
  const std::string page = fixture.bytes("out/report.html");
  CHECK(page.find("a fake, a fake; 2 batches of at most 3 images") != std::string::npos);
  std::vector<std::string> stages;
  for (const auto& stage : report["stages"]) stages.push_back(stage["name"]);
  CHECK(stages ==
        std::vector<std::string>{"read", "decode", "batch", "gpu", "finish", "match", "sink"});
  CHECK(report["stages"][3]["slots"] == 4);
  CHECK(report["stages"][3]["calls"] == images);
}

TEST_CASE("R10: a device lost half-way ends the run; --resume does the rest, to the same bytes") {
  const Fixture fixture;
  REQUIRE(fixture.run(on_cpu("tiny_mask_rcnn"), "ordinary") == 0);
  const LoadedModel dying = on_engines(
      "tiny_mask_rcnn", {.batch = 2, .on_finish = [](int call) {
                           require(call < 4, ErrorCode::device, "cuda:0: an illegal memory access");
                         }});
  try {
    fixture.run(dying, "lost");
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::device);
    const std::string text = error.what();
    CHECK(text.find("an illegal memory access") != std::string::npos);
    CHECK(text.find("--resume") != std::string::npos);
  }
  // An image that the device took with it is no failed image: it was not to blame.
  CHECK(fixture.bytes("lost/errors.jsonl").empty());
  CHECK_FALSE(std::filesystem::exists(fixture.path("lost/predictions.h5")));
  JournalReader journal(fixture.path("lost/journal"));
  std::int64_t kept = 0;
  for (; const auto entry = journal.next(); ++kept) CHECK(entry->index == kept);
  CHECK(kept > 0);
  CHECK(kept <= 8);

  std::atomic<std::int64_t> computed = 0;
  const LoadedModel healthy =
      on_engines("tiny_mask_rcnn", {.batch = 2, .on_batch = [&](std::size_t size) {
                                      computed += static_cast<std::int64_t>(size);
                                    }});
  CHECK(fixture.run(healthy, "lost", "data.h5", {2, 12}, true) == 0);
  CHECK(computed == images - kept);
  check_same_files(fixture, "ordinary", "lost", true);
  CHECK_FALSE(std::filesystem::exists(fixture.path("lost/journal")));
}

TEST_CASE("R10: a device that is lost before anything was finished leaves the reason") {
  const Fixture fixture;
  const LoadedModel model =
      on_engines("tiny_faster_rcnn",
                 {.on_finish = [](int) { fail(ErrorCode::device, "cuda:0: out of memory"); }});
  try {
    fixture.run(model, "lost");
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::device);
    CHECK(std::string(error.what()).find("out of memory") != std::string::npos);
  }
  CHECK_FALSE(std::filesystem::exists(fixture.path("lost/predictions.h5")));
}

}  // namespace roiflow::test
