/// `bench` on engines that compute on the CPU (tests/support/cpu_engines.hpp): what it prints and
/// writes, never how fast it was.
#include "apps/bench/bench_device.hpp"

#include <iostream>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/bench/bench_accuracy.hpp"
#include "apps/bench/engine_speed.hpp"
#include "graph/detection_graph.hpp"
#include "stages/synth/synth.hpp"
#include "tests/support/cpu_engines.hpp"
#include "tests/support/damaged_dataset.hpp"
#include "tests/support/fake_engine.hpp"
#include "tests/support/scratch.hpp"

namespace roiflow::test {
namespace {

constexpr std::int64_t images = 6;

class Fixture {
 public:
  Fixture() {
    DatasetWriter writer(path("data.h5"),
                         {.categories = synth_categories(), .extra = "", .has_label_maps = true});
    for (std::int64_t i = 0; i < images; ++i) writer.append(synthesize({.seed = 8}, i));
    writer.close();
  }
  [[nodiscard]] std::string path(const std::string& name) const { return scratch_ / name; }

  /// What it printed.
  std::string bench(const std::string& name, std::optional<DevicePeaks> peaks = {},
                    const std::string& data = "data.h5") const {
    const DatasetReader reader(path(data));
    const std::ostringstream text;
    std::streambuf* const before = std::cout.rdbuf(text.rdbuf());
    bench_device({.data = reader,
                  .images = images,
                  .workers = 2,
                  .repeat = 1,
                  .rows = {{1, 1}, {2, 2}},
                  .load = [&](int batch, int lanes) { return load(name, batch, lanes); },
                  .peaks = peaks,
                  .json = path("bench.json")});
    std::cout.rdbuf(before);
    return text.str();
  }
  [[nodiscard]] nlohmann::json json() const {
    return nlohmann::json::parse(read_bytes(path("bench.json")));
  }

  static ModelFile file(const std::string& name) {
    return read_model(fmt::format("{}/configs/{}.h5", ROIFLOW_SOURCE_DIR, name));
  }

 private:
  static LoadedModel load(const std::string& name, int batch, int lanes) {
    const ModelFile model_file = file(name);
    LoadedModel model{
        parse_model_description(model_file.description, name), {}, {}, {}, {"a fake"}};
    model.device.cuda = true;
    const CpuEngineOptions options{.batch = batch, .lanes = lanes};
    if (model.description.is_detector()) {
      model.stages = detector_on_cpu(model_file, options);
    } else {
      model.stages = segmenter_on_cpu(model_file, options);
    }
    return model;
  }

  Scratch scratch_{"bench_device_test"};
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("bench on engines: a row for every batch and number of lanes, with the accuracy") {
  const Fixture fixture;
  const std::string text = fixture.bench("tiny_mask_rcnn");
  for (const char* part :
       {"cuda:0 (a fake), f16", "GPU only", "end-to-end", "with metric", "GPU idle", "TFLOP/s",
        "bbox AP", "segm AP", "stage on the GPU", "everything"}) {
    CHECK_MESSAGE(contains(text, part), text);
  }
  CHECK_FALSE(contains(text, "of floor"));
  const auto json = fixture.json();
  REQUIRE(json["rows"].size() == 2);
  CHECK(json["rows"][1]["batch"] == 2);
  CHECK(json["rows"][1]["lanes"] == 2);
  CHECK(json["rows"][1]["stage_ms"]["everything"] == 1.5);

  // The accuracy is the ordinary graph's, to the last bit.
  const ModelFile file = Fixture::file("tiny_mask_rcnn");
  const DetectorStages stages =
      make_detector_cpu(parse_model_description(file.description, "m"), file.weights);
  const DatasetReader data(fixture.path("data.h5"));
  const BenchRow expected =
      detect_once(DetectionRun{data, stages, {0, images}, {true, true}, {2, 4}, nullptr});
  for (const auto& row : json["rows"]) {
    CHECK(row["images"] == images);
    CHECK(row["accuracy"]["bbox AP"] == expected.accuracy[0].second);
    CHECK(row["accuracy"]["segm AP"] == expected.accuracy[1].second);
    for (const char* speed : {"gpu_only_images_per_second", "end_to_end_images_per_second",
                              "images_per_second", "tflop_per_second"}) {
      CHECK(row[speed] > 0);
    }
    CHECK(row["gpu_idle_share"] >= 0);
    CHECK(row["gpu_idle_share"] <= 1);
  }
}

TEST_CASE("bench on engines: the share of the floor, if the peaks are known") {
  const Fixture fixture;
  const std::string text = fixture.bench("tiny_faster_rcnn", DevicePeaks{1e15, 1e13});
  CHECK_MESSAGE(contains(text, "of floor"), text);
  for (const auto& row : fixture.json()["rows"]) {
    CHECK(row["floor_share"] > 0);
    CHECK(row["floor_share"] < 1);  // no processor computes 1000 TFLOP/s
  }
}

TEST_CASE("bench on engines: segmenters, and a damaged image") {
  const Fixture fixture;
  CHECK(contains(fixture.bench("tiny_fcn8s"), "mean IU"));
  damage(fixture.path("data.h5"), fixture.path("damaged.h5"), {0});
  fixture.bench("tiny_fcn8s", {}, "damaged.h5");
  CHECK(fixture.json()["rows"][0]["failed"] == 1);
}

TEST_CASE("bench on engines: engines by themselves get every batch, and their errors are told") {
  std::vector<std::unique_ptr<BatchEngine<int>>> engines;
  for (int i = 0; i < 2; ++i) {
    engines.push_back(std::make_unique<FakeEngine>(FakeEngine::Settings{.batch = 2, .lanes = 3}));
  }
  const std::vector<BatchImage> batch{fake_image(4, 1), fake_image(4, 2)};
  const auto speed = engine_speed<int>(engines, batch, 20);
  REQUIRE(speed.results.size() == 2);
  CHECK(speed.results.at(0).value() == 1);
  CHECK(speed.results.at(1).value() == 2);
  CHECK(speed.images_per_second > 0);
  int submits = 0;
  for (const auto& engine : engines) {
    const auto& fake = dynamic_cast<const FakeEngine&>(*engine);
    CHECK(fake.broken == 0);
    submits += fake.submits;
  }
  CHECK(submits == 2 * 6 + 20);  // two a lane to get warm

  std::vector<std::unique_ptr<BatchEngine<int>>> dying;
  dying.push_back(std::make_unique<FakeEngine>(FakeEngine::Settings{
      .batch = 2, .on_finish = [](int) { fail(ErrorCode::device, "out of memory"); }}));
  CHECK_THROWS_WITH_AS(engine_speed<int>(dying, batch, 20), "out of memory", Error);
}

TEST_CASE("roofline: a layer takes the longer of its arithmetic and its bytes") {
  ModelGraph graph;
  graph.inputs = {{"x", {-1, -1, -1, 256}}};
  graph.add({"y", Conv2d{.out_channels = 64, .kernel = {1, 1}, .bias = false}, {"x"}, "conv"});
  const std::vector<NetworkWork> work{{graph, {1, 200, 272, 256}}};
  const double flops = 2.0 * 200 * 272 * 256 * 64;
  const double bytes = 2.0 * (200 * 272 * (256 + 64) + 256 * 64);
  CHECK(flops_of(work) == flops);
  CHECK(floor_of(work, {790e12, 4.3e12}, 2) == doctest::Approx(bytes / 4.3e12));
  CHECK(floor_of(work, {790e9, 4.3e12}, 2) == doctest::Approx(flops / 790e9));
  CHECK(element_bytes(Precision::tf32) == 4);
  CHECK(element_bytes(Precision::bf16) == 2);
}

}  // namespace roiflow::test
