/// `roiflow eval --losses`, as a user calls it. That the values are torchvision's is the business
/// of tests/reference/losses_live.sh.
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/evaluation/loss_sums.hpp"
#include "io/dataset/dataset.hpp"
#include "tests/support/program.hpp"
#include "tests/support/scratch.hpp"

using namespace roiflow;
using Json = nlohmann::json;

namespace {

struct Scratch : test::Scratch {
  using test::Scratch::Scratch;
  [[nodiscard]] std::string operator/(const std::string& name) const { return path() / name; }
};

const std::string model = ROIFLOW_SOURCE_DIR "/configs/tiny_mask_rcnn.h5";

test::ProgramResult losses(const std::string& data, const std::string& options = "") {
  return test::roiflow(
      fmt::format("eval --losses --quiet --gt {} --model {} {}", data, model, options));
}

Json read_json(const std::string& path) {
  std::ifstream file(path);
  return Json::parse(file);
}

double sum_of_parts(const Json& losses) {
  double sum = 0;
  for (const char* part :
       {"loss_objectness", "loss_rpn_box_reg", "loss_classifier", "loss_box_reg", "loss_mask"}) {
    sum += losses.at(part).get<double>();
  }
  return sum;
}

}  // namespace

TEST_CASE("loss sums: the sum of what there is, means over images") {
  DetectorLosses one{.rpn = RpnLoss{1, 2}, .box = {3, 4}, .mask = 5};
  const DetectorLossParams plain;
  DetectorLossParams weighted;
  weighted.rpn.lambda = weighted.box.lambda = 10;
  CHECK(named(one, plain).back().second == 15);
  CHECK(named(one, weighted).back().second == 69);
  CHECK(named(one, plain).size() == 6);
  CHECK(named({.box = {3, 4}}, plain) ==
        NamedLosses{{"loss_classifier", 3}, {"loss_box_reg", 4}, {"sum", 7}});
  LossSums sums;
  sums.add(named(one, plain));
  one.mask = 7;
  sums.add(named(one, plain));
  CHECK(sums.images() == 2);
  CHECK(sums.means()[4] == std::pair<std::string, double>{"loss_mask", 6});
  CHECK(sums.means().back().second == 16);
  CHECK(loss_table({{"loss_mask", 0.5}}) == "loss_mask               0.500000\n");
}

TEST_CASE("eval --losses: the same numbers on any number of threads, others with another seed") {
  const Scratch scratch("eval_losses");
  const std::string data = (scratch / "s.h5");
  REQUIRE(test::roiflow("synth --images 6 --seed 8 --quiet -o " + data).code == 0);
  const auto run = [&](const std::string& options) {
    const auto result = losses(data, options + " --json " + (scratch / "l.json"));
    CHECK(result.code == 0);
    return read_json(scratch / "l.json");
  };
  const Json one = run("--threads 1");
  CHECK(run("--threads 3") == one);
  const Json other = run("--seed 2");
  CHECK(other["losses"]["loss_objectness"] != one["losses"]["loss_objectness"]);
  // There are fewer proposals than are sampled: the seed has no say in these.
  CHECK(other["losses"]["loss_mask"] == one["losses"]["loss_mask"]);

  CHECK(one["format"] == "roiflow-losses");
  CHECK(one["images"] == Json{{"total", 6}, {"ok", 6}, {"failed", 0}});
  CHECK(one["losses"]["sum"].get<double>() == doctest::Approx(sum_of_parts(one["losses"])));
  REQUIRE(one["per_image"].size() == 6);
  double sum = 0;
  for (const Json& row : one["per_image"]) sum += row["sum"].get<double>();
  CHECK(one["losses"]["sum"].get<double>() == doctest::Approx(sum / 6));
  CHECK(run("--limit 2")["per_image"].size() == 2);
}

TEST_CASE("eval --losses: crowds do not count, a bad image is named, an empty one is background") {
  const Scratch scratch("eval_losses_bad");
  REQUIRE(test::roiflow("synth --images 4 --seed 8 --quiet -o " + (scratch / "s.h5")).code == 0);
  const DatasetReader reader(scratch / "s.h5");
  const auto rewrite = [&](const auto& change) {
    DatasetWriter writer(scratch / "changed.h5", reader.info());
    for (std::int64_t i = 0; i < reader.size(); ++i) {
      Sample sample = reader.read(i);
      change(i, sample);
      writer.append(sample);
    }
    writer.close();
    const auto result = losses(scratch / "changed.h5", "--json " + (scratch / "l.json"));
    INFO(result.text);
    CHECK((result.code == 0 || result.code == 3));
    return std::pair(result, read_json(scratch / "l.json"));
  };
  const auto [plain, before] = rewrite([](std::int64_t, Sample&) {});
  const auto [crowded, with_crowd] = rewrite([](std::int64_t, Sample& sample) {
    Annotation crowd = sample.annotations.front();
    crowd.iscrowd = true;
    crowd.bbox = {0, 0, 50, 50};
    sample.annotations.push_back(crowd);
  });
  CHECK(with_crowd["losses"] == before["losses"]);
  CHECK(with_crowd["objects"] == before["objects"]);

  const auto [damaged, without] = rewrite([](std::int64_t i, Sample& sample) {
    if (i == 1) sample.encoded.resize(20);
    if (i == 2) sample.annotations.clear();
  });
  CHECK(damaged.code == 3);
  CHECK(damaged.text.find("failed in decode") != std::string::npos);
  CHECK(without["images"] == Json{{"total", 4}, {"ok", 3}, {"failed", 1}});
  CHECK(without["failed"][0]["image_id"] == before["per_image"][1]["image_id"]);
  CHECK(without["per_image"][0] == before["per_image"][0]);
  const Json& empty = without["per_image"][1];
  CHECK(empty["objects"] == 0);
  CHECK(empty["loss_rpn_box_reg"] == 0);
  CHECK(empty["loss_box_reg"] == 0);
  CHECK(empty["loss_mask"] == 0);
  CHECK(empty["loss_classifier"].get<double>() > 0);
}

TEST_CASE("eval --losses: what does not go together is refused") {
  const Scratch scratch("eval_losses_usage");
  const std::string data = (scratch / "s.h5");
  REQUIRE(test::roiflow("synth --images 1 --seed 8 --quiet -o " + data).code == 0);
  const auto refused = [&](const std::string& options, const std::string& text, int code = 64) {
    const auto result = losses(data, options);
    INFO(result.text);
    CHECK(result.code == code);
    CHECK(result.text.find(text) != std::string::npos);
  };
  refused("--metric coco", "--losses: --metric cannot be given as well");
  refused("--dt x.h5", "--losses: --dt cannot be given as well");
  refused("--rpn-batch 0", "--rpn-batch must be positive, found 0");
  refused("--box-positives 2", "--box-positives must lie in 0 .. 1, found 2");
  refused("--lambda -1", "--lambda must not be negative, found -1");
  refused("--post-nms-top-n -1", "--post-nms-top-n must not be negative, found -1");
  const auto other = test::roiflow("eval --gt x.json --dt y.json --seed 3");
  CHECK(other.code == 64);
  CHECK(other.text.find("--seed has no effect there") != std::string::npos);

  DatasetWriter writer(scratch / "unlabelled.h5", {});
  Sample sample = DatasetReader(data).read(0);
  sample.annotations.clear();
  writer.append(sample);
  writer.close();
  const auto result = losses((scratch / "unlabelled.h5"));
  CHECK(result.code == 65);
  CHECK(result.text.find("losses need ground truth") != std::string::npos);
}
