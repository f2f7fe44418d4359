/// `roiflow eval` with each of its metrics and with everything beyond the twelve numbers, as a user
/// calls it, on files whose answers are known.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "io/coco/coco_json.hpp"
#include "io/dataset/dataset.hpp"
#include "io/predictions/predictions_file.hpp"
#include "stages/decode/encode.hpp"
#include "tests/support/program.hpp"
#include "tests/support/scratch.hpp"

namespace roiflow::test {
namespace {

using Json = nlohmann::json;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::vector<Category> categories{{1, "disc", {}, {}}, {2, "star", {}, {}}};

/// Image 1 has a disc of 100 x 50 pixels and a star of 10 x 10, image 2 a disc of 40 x 40.
std::vector<Sample> truth() {
  const auto object = [](std::int64_t id, std::int64_t category, std::array<double, 4> box) {
    Annotation a;
    a.id = id;
    a.category_id = category;
    a.bbox = box;
    a.area = box[2] * box[3];
    return a;
  };
  std::vector<Sample> samples(2);
  for (std::size_t i = 0; i < 2; ++i) {
    Image image{200, 200, std::vector<std::uint8_t>(200 * 200 * 3, 90)};
    samples[i].record = {static_cast<std::int64_t>(i),
                         static_cast<std::int64_t>(i) + 1,
                         fmt::format("{}.png", i + 1),
                         200,
                         200,
                         {}};
    samples[i].encoded = encode_png(image);
  }
  samples[0].annotations = {object(1, 1, {0, 0, 100, 50}), object(2, 2, {150, 150, 10, 10})};
  samples[1].annotations = {object(3, 1, {20, 20, 40, 40})};
  return samples;
}

Detection found(std::int64_t category, Box box, float score) {
  return {box, score, category, std::nullopt};
}

/// gt.h5; good.h5 finds everything exactly, bad.h5 takes the star for a disc and misses image 2.
void write_files(const Scratch& scratch) {
  DatasetWriter dataset(scratch / "gt.h5", {.categories = categories});
  for (const Sample& sample : truth()) dataset.append(sample);
  dataset.close();
  const Detection disc = found(1, {0, 0, 100, 50}, 0.9F);
  PredictionsWriter good(scratch / "good.h5");
  good.append(1, std::vector{disc, found(2, {150, 150, 160, 160}, 0.8F)}, false);
  good.append(2, std::vector{found(1, {20, 20, 60, 60}, 0.7F)}, false);
  good.close();
  PredictionsWriter bad(scratch / "bad.h5");
  bad.append(1, std::vector{disc, found(1, {150, 150, 160, 160}, 0.8F)}, false);
  bad.append(2, std::vector<Detection>{}, false);
  bad.close();
}

std::string as_text(const std::vector<std::uint8_t>& bytes) {
  return {bytes.begin(), bytes.end()};
}

std::string at(const Scratch& scratch, const std::string& name) {
  return (scratch / name).string();
}

ProgramResult eval(const std::string& arguments) {
  return roiflow("eval -q " + arguments);
}

Json read_json(const std::string& path) {
  return Json::parse(read_bytes(path));
}

}  // namespace

TEST_CASE("eval: voc07 and voc10 on boxes whose precision is known") {
  const Scratch scratch("eval_voc");
  write_files(scratch);
  const std::string files =
      fmt::format("--gt {} --json {} --dt ", at(scratch, "gt.h5"), at(scratch, "o.json"));
  for (const std::string metric : {"voc07", "voc10"}) {
    CAPTURE(metric);
    const ProgramResult good =
        eval(fmt::format("--metric {} {}{}", metric, files, at(scratch, "good.h5")));
    REQUIRE_MESSAGE(good.code == 0, good.text);
    const Json best = read_json(at(scratch, "o.json"))["metrics"]["voc"]["mAP"];
    CHECK(best.get<double>() == doctest::Approx(1));
    const ProgramResult bad =
        eval(fmt::format("--metric {} {}{}", metric, files, at(scratch, "bad.h5")));
    REQUIRE_MESSAGE(bad.code == 0, bad.text);
    // disc: first right (recall 1/2, precision 1), then wrong; star: nothing found.
    const Json voc = read_json(at(scratch, "o.json"))["metrics"]["voc"];
    CHECK(voc["AP"]["disc"].get<double>() == doctest::Approx(metric == "voc07" ? 6.0 / 11 : 0.5));
    CHECK(voc["AP"]["star"] == 0.0);
  }
  CHECK(eval("--metric voc12 --gt a --dt b").code == 64);
  const std::string too_long(300, 'x');  // not even whether it is a folder can be found out
  CHECK(eval(fmt::format("--metric voc07 --gt {} --dt {}", at(scratch, "gt.h5"), too_long)).code ==
        66);
  CHECK(eval(files + at(scratch, "good.h5") + " --metric voc07 --voc-overlap over").code == 64);
}

TEST_CASE("eval: --details, --bootstrap and the report page") {
  const Scratch scratch("eval_details");
  write_files(scratch);
  const ProgramResult result = eval(fmt::format(
      "--gt {} --dt {} --details --bootstrap 50 --json {} --out {}", at(scratch, "gt.h5"),
      at(scratch, "bad.h5"), at(scratch, "o.json"), at(scratch, "page")));
  REQUIRE_MESSAGE(result.code == 0, result.text);
  CHECK(contains(result.text, "Confusion at IoU 0.50"));
  CHECK(contains(result.text, "bootstrap, 50 samples"));
  const Json bbox = read_json(at(scratch, "o.json"))["metrics"]["bbox"];
  CHECK(bbox["per_class"]["disc"]["ground_truths"] == 2);
  CHECK(bbox["per_class"]["disc"]["true_positives"] == 1);
  // The best F1 over all classes is at 0.9, where one of three objects is found and nothing wrong.
  // Rows: disc, star, background; columns: disc, star, missed.
  CHECK(bbox["confusion"]["score_threshold"] == static_cast<double>(0.9F));
  CHECK(bbox["confusion"]["counts"] == Json({{1, 0, 1}, {0, 0, 1}, {0, 0, 0}}));
  CHECK(bbox["bootstrap"]["samples"] == 50);
  CHECK(read_json(at(scratch, "page/report.json"))["metrics"]["bbox"] == bbox);
  const std::string page = read_bytes(at(scratch, "page/report.html"));
  CHECK(contains(page, "id=\"confusion\""));
  CHECK(contains(page, "data:image/jpeg;base64,"));  // drawn over the data set's images
}

TEST_CASE("eval: --compare tells by class and by image what changed") {
  const Scratch scratch("eval_compare");
  write_files(scratch);
  const std::string gt = at(scratch, "gt.h5");
  const ProgramResult result =
      eval(fmt::format("--gt {} --compare {} {} --json {}", gt, at(scratch, "bad.h5"),
                       at(scratch, "good.h5"), at(scratch, "o.json")));
  REQUIRE_MESSAGE(result.code == 0, result.text);
  const Json bbox = read_json(at(scratch, "o.json"))["comparison"]["bbox"];
  CHECK(bbox["per_class"]["star"]["AP"]["a"] == 0.0);
  CHECK(bbox["per_class"]["star"]["AP"]["b"].get<double>() == doctest::Approx(1));
  CHECK(bbox["changed"].size() == 2);
  CHECK(bbox["changed"][0]["image_id"] == 1);  // a wrong detection less and an object more
  CHECK(eval(fmt::format("--gt {} --compare {}", gt, at(scratch, "bad.h5"))).code == 64);
}

TEST_CASE("eval: shards merge to the very numbers of the whole") {
  const Scratch scratch("eval_merge");
  write_files(scratch);
  const std::string files =
      fmt::format("--gt {} --dt {} --iou-type bbox ", at(scratch, "gt.h5"), at(scratch, "bad.h5"));
  REQUIRE(eval(files + "--json " + (at(scratch, "whole.json"))).code == 0);
  for (const char* part : {"1", "2"}) {
    const ProgramResult shard =
        eval(fmt::format("{} --shard {}/2 --records {}", files, part, at(scratch, part)));
    REQUIRE_MESSAGE(shard.code == 0, shard.text);
  }
  const ProgramResult merged = eval(fmt::format("--merge {} {} --json {}", at(scratch, "2"),
                                                at(scratch, "1"), at(scratch, "merged.json")));
  REQUIRE_MESSAGE(merged.code == 0, merged.text);
  CHECK(read_json(at(scratch, "merged.json"))["metrics"]["bbox"]["stats"] ==
        read_json(at(scratch, "whole.json"))["metrics"]["bbox"]["stats"]);
  const ProgramResult twice = eval(fmt::format("--merge {0} {0}", at(scratch, "1")));
  CHECK(twice.code == 65);
  const ProgramResult half = eval(fmt::format("--merge {}", at(scratch, "1")));
  CHECK(half.code == 0);
  CHECK(contains(half.text, "no record of 1 images: 2"));
}

TEST_CASE("eval: fcn from folders, its records, and an image that cannot be compared") {
  const Scratch scratch("eval_fcn");
  const auto map = [&](const std::string& name, std::vector<std::uint8_t> values) {
    std::filesystem::create_directories(std::filesystem::path(at(scratch, name)).parent_path());
    write_bytes(at(scratch, name), as_text(encode_png(LabelMap{2, 2, std::move(values)})));
  };
  map("gt/a.png", {0, 0, 1, 1});
  map("dt/a.png", {0, 1, 1, 1});
  map("gt/b.png", {0, 0, 1, 1});
  const std::string files =
      fmt::format("--metric fcn --gt {} --dt {} ", at(scratch, "gt"), at(scratch, "dt"));
  const ProgramResult missing = eval(files + "--records " + (at(scratch, "r.h5")));
  CHECK(missing.code == 3);
  CHECK(contains(missing.text, "no prediction"));
  map("dt/b.png", {0, 0, 1, 1});
  const ProgramResult both = eval(files + "--json " + (at(scratch, "o.json")));
  REQUIRE_MESSAGE(both.code == 0, both.text);
  const Json semantic = read_json(at(scratch, "o.json"))["metrics"]["semantic"];
  CHECK(semantic["pixel_accuracy"] == 7.0 / 8);
  CHECK(semantic["mean_iu"] == (3.0 / 4 + 4.0 / 5) / 2);
  const ProgramResult merged = eval(fmt::format("--metric fcn --merge {}", at(scratch, "r.h5")));
  CHECK(merged.code == 0);
  CHECK(contains(merged.text, "1 of 1 images"));
}

TEST_CASE("eval: an option that would have no effect is refused") {
  const Scratch scratch("eval_modes");
  write_files(scratch);
  const std::string files =
      fmt::format("--gt {} --dt {} ", at(scratch, "gt.h5"), at(scratch, "good.h5"));
  REQUIRE(eval(files + "--iou-type bbox --records " + at(scratch, "r.h5")).code == 0);
  const std::string merge = "--merge " + at(scratch, "r.h5");
  const std::string compare = fmt::format("--gt {} --compare {} {}", at(scratch, "gt.h5"),
                                          at(scratch, "bad.h5"), at(scratch, "good.h5"));
  const std::pair<std::string, std::string> cases[] = {
      {merge + " --details", "--merge: the records say what was compared; --details"},
      {merge + " --class-agnostic", "--class-agnostic"},
      {compare + " --out " + at(scratch, "page"), "--compare: --out cannot be given as well"},
      {compare + " --details", "--compare: --details"},
      {files + "--voc-grid numpy", "--metric coco: --voc-grid has no effect"},
      {files + "--ignore-label 3", "--metric coco: --ignore-label has no effect"},
      {files + "--metric voc07 --arrays a.h5", "--metric voc07: --arrays has no effect"},
      {files + "--metric voc10 --shard 1/2", "--metric voc10: --shard has no effect"},
      {files + "--metric fcn --bootstrap 9", "--metric fcn: --bootstrap has no effect"}};
  for (const auto& [arguments, expected] : cases) {
    const ProgramResult result = eval(arguments);
    INFO(result.text);
    CHECK(result.code == 64);
    CHECK(contains(result.text, expected));
  }
  CHECK(eval(files + "--threads -1").code == 64);
}

}  // namespace roiflow::test
