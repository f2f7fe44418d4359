#include "tests/support/sample_report.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include <fmt/format.h>

#include "stages/decode/encode.hpp"

namespace roiflow::test {
namespace {

/// std::mt19937's numbers are fixed by the standard; the standard's distributions are not.
class Numbers {
 public:
  explicit Numbers(std::uint32_t seed) : engine_(seed) {}
  double unit() { return static_cast<double>(engine_()) / 4294967296.0; }
  std::uint64_t below(std::uint64_t end) { return engine_() % end; }

 private:
  std::mt19937 engine_;
};

std::string class_name(std::size_t k) {
  static const char* const names[] = {"person", "bicycle",        "traffic light", "potted plant",
                                      "cup",    "baseball glove", "dining table",  "zebra",
                                      "knife",  "sheep"};
  return k < 10 ? names[k] : fmt::format("{} {}", names[k % 10], k / 10 + 1);
}

PrecisionRecall falling_curve(double threshold, double quality) {
  PrecisionRecall curve{.iou_threshold = threshold};
  for (int i = 0; i <= 100; ++i) {
    const double recall = i * 0.01;
    curve.recall.push_back(recall);
    const double precision =
        recall > quality + 0.15 ? 0 : 1 - std::pow(recall / (quality + 0.2), 4);
    curve.precision.push_back(std::floor(40 * std::max(0.0, precision)) / 40);
    curve.score.push_back(1 - recall);
  }
  return curve;
}

ClassAnalysis sample_class(std::size_t k, Numbers& numbers) {
  const double quality = 0.1 + 0.75 * numbers.unit();
  ClassAnalysis c{.category_id = static_cast<std::int64_t>(k) + 1, .name = class_name(k)};
  c.ap = quality * 0.7;
  c.ap50 = quality;
  c.ap75 = quality * 0.75;
  c.ground_truths = 20 + numbers.below(k == 0 ? 11000 : 2000);
  c.detections = c.ground_truths * 3;
  c.true_positives = c.ground_truths * 3 / 4;
  c.best = {0.3 + 0.4 * numbers.unit(), quality, quality * 0.9, quality * 0.95};
  c.ap_ties = {c.ap - 0.0005, c.ap + 0.0005};
  c.ap_confidence = {c.ap - 0.02 - 0.03 * numbers.unit(), c.ap + 0.02 + 0.03 * numbers.unit()};
  c.curves = {falling_curve(0.5, quality), falling_curve(0.75, quality * 0.8)};
  return c;
}

ConfusionMatrix sample_confusion(const std::vector<ClassAnalysis>& classes, Numbers& numbers) {
  ConfusionMatrix matrix{.score_threshold = 0.3};
  for (const ClassAnalysis& c : classes) matrix.labels.push_back(c.name);
  const std::size_t n = classes.size() + 1;
  matrix.counts.assign(n * n, 0);
  for (std::size_t r = 0; r + 1 < n; ++r) {
    matrix.counts[r * n + r] = classes[r].true_positives;
    for (std::size_t c = 0; c < n; ++c) {
      if (c != r && numbers.unit() < 0.3) matrix.counts[r * n + c] += numbers.below(r / 4 + 6);
    }
    matrix.counts[r * n + n - 1] = classes[r].ground_truths / 4;
    matrix.counts[(n - 1) * n + r] = classes[r].detections / 5;
  }
  return matrix;
}

TypeReport sample_type(const std::string& type, std::size_t classes, Numbers& numbers) {
  TypeReport report{.type = type, .class_agnostic = false, .stats = {}, .analysis = {}};
  for (const char* name :
       {"AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"}) {
    report.stats.push_back({name, 0.2 + 0.5 * numbers.unit(),
                            "Average Precision (AP) @[ IoU=0.50:0.95 | area= all | maxDets=100 ]"});
  }
  Analysis& analysis = report.analysis;
  for (std::size_t k = 0; k < classes; ++k) analysis.classes.push_back(sample_class(k, numbers));
  analysis.ap_ties = {0.41, 0.411};
  analysis.ap_confidence = {0.395, 0.431};
  analysis.ap50_confidence = {0.6, 0.64};
  analysis.bootstrap_samples = 1000;
  analysis.confusion = sample_confusion(analysis.classes, numbers);
  analysis.errors.ap = 0.6412;
  for (const char* kind :
       {"classification", "localisation", "both", "duplicate", "background", "missed"}) {
    analysis.errors.main.push_back({kind, 0.12 * numbers.unit(), numbers.below(9000)});
  }
  analysis.errors.special = {{"false positives", 0.141, 40210}, {"false negatives", 0.1103, 8112}};
  analysis.conventions = {
      {"pycocotools", "the reference", 0.4102, 0.6213, 0.4401},
      {"without epsilon", "precision is tp / (tp + fp), as detectron2 and others do", 0.41021,
       0.6213, 0.4401},
      {"plain grid", "recalls are i / 100", 0.4098, 0.6210, 0.4400}};
  for (int i = 0; i < 40; ++i) {
    analysis.images.push_back(
        {1000 + i, 3, static_cast<std::uint32_t>(40 - i), static_cast<std::uint32_t>(i % 7)});
  }
  return report;
}

EncodedPicture sample_picture(int width, int height, std::uint8_t tone) {
  Image image{height, width, {}};
  for (int i = 0; i < height * width; ++i) {
    image.rgb.insert(image.rgb.end(),
                     {tone, static_cast<std::uint8_t>(i % width * 255 / width), 90});
  }
  return {width, height, encode_jpeg(image, 80)};
}

Overlays sample_overlays() {
  Overlays overlays{.note = "Invented pictures."};
  for (int i = 0; i < 6; ++i) {
    const Overlay overlay{
        1000 + i, fmt::format("street_{}.jpg (id {}): 12 wrong, 2 missed, 5 right", i, 1000 + i),
        sample_picture(512, 384, 60), sample_picture(512, 384, 160)};
    overlays.false_positives.push_back(overlay);
    overlays.misses.push_back(overlay);
  }
  return overlays;
}

RunReport sample_run() {
  RunReport run{
      .read = 5000, .retired = 5000, .failed = 2, .workers = 2, .in_flight = 4, .wall_s = 7412.5};
  const auto node = [&](const char* name, int slots, double busy, double blocked) {
    run.nodes.push_back({.name = name,
                         .slots = slots,
                         .calls = 5000,
                         .max_queue = 4,
                         .busy_s = busy * slots * run.wall_s,
                         .blocked_s = blocked * slots * run.wall_s,
                         .starved_s = (1 - busy - blocked) * slots * run.wall_s,
                         .longest_call_s = 0.9});
  };
  node("read", 1, 0.01, 0.95);
  node("decode", 2, 0.02, 0.3);
  node("backbone", 2, 0.82, 0.1);
  node("box_head", 2, 0.11, 0.2);
  node("match", 2, 0.004, 0.05);
  return run;
}

Distributions sample_distributions(const std::vector<ClassAnalysis>& classes, Numbers& numbers) {
  std::vector<Category> categories;
  for (const ClassAnalysis& c : classes) categories.push_back({c.category_id, c.name, "", ""});
  Distributions counts = make_distributions(categories);
  for (int i = 0; i < 40000; ++i) {
    const double side = 4 * std::exp2(7 * (numbers.unit() + numbers.unit()) / 2);
    const auto id = static_cast<std::int64_t>(static_cast<double>(classes.size()) *
                                              std::pow(numbers.unit(), 3)) +
                    1;
    count_truth(counts, id, side * side, i % 50 == 0);
    count_detection(counts, id, side * side * 1.1, std::pow(numbers.unit(), 2));
    if (i % 3 == 0) count_detection(counts, id, side * 20, 0.05 * numbers.unit());
  }
  return counts;
}

VocMetrics sample_voc() {
  VocMetrics voc{.metric = "voc07", .comparison = ">=", .iou_threshold = 0.5, .map = 0.5123};
  for (const char* name : {"aeroplane", "bicycle", "bird"}) {
    VocClass c{.category_id = 1, .name = name, .ap = 0.5, .ground_truths = 311, .detections = 900};
    for (int i = 1; i <= 300; ++i) {
      c.recall.push_back(i / 311.0);
      c.precision.push_back(1.0 / (1 + i / 300.0));
    }
    voc.classes.push_back(c);
  }
  voc.classes.push_back({.category_id = 4, .name = "boat", .ap = std::nan("")});
  return voc;
}

SemanticReport sample_semantic() {
  const SemanticMetrics fcn{.policy = "fcn",
                            .pixel_accuracy = 0.91,
                            .mean_accuracy = 0.75,
                            .mean_iu = 0.62,
                            .frequency_weighted_iu = 0.85,
                            .class_accuracy = {0.9, 0.7, 0.5},
                            .class_iu = {0.85, 0.6, std::nan("")},
                            .ground_truth_pixels = {1'000'000, 20'000, 0},
                            .predicted_pixels = {990'000, 30'000, 0}};
  SemanticMetrics other = fcn;
  other.policy = "detectron2";
  other.mean_iu = 0.7;
  return {fcn, {"background", "road", "kerb"}, {0, 1, 2}, {fcn, other}};
}

}  // namespace

const std::string hostile_text =
    "<script>document.title='broken'</script>\"'><img src=x "
    "onerror=alert(1)>&amp;\xFF\xC0\xAF\x01</svg>";

Report sample_report(std::size_t classes, std::uint32_t seed) {
  Numbers numbers(seed);
  Report report;
  report.made = {.command = "roiflow run 'val2017.h5' --model \"m.h5\" --out out/run",
                 .data_path = "sets/val2017.h5",
                 .model_path = "models/mask_rcnn_r50_fpn.h5",
                 .model_name = "mask_rcnn_r50_fpn",
                 .device = "cpu",
                 .precision = "f32",
                 .versions = {{"roiflow", "0.1.0"}, {"oneDNN", "2.6.3"}}};
  report.images = {5000, 4998, 2};
  report.failed = {{17, hostile_text, {ErrorCode::bad_data, "decode", hostile_text}},
                   {23, "b.jpg", {ErrorCode::bad_data, "decode", "JPEG: premature end of file"}}};
  report.detections = 123456;
  report.types = {sample_type("bbox", classes, numbers), sample_type("segm", classes, numbers)};
  report.types[0].analysis.classes.back().name = hostile_text;
  report.types[1].analysis.confusion.labels.back() = hostile_text;
  report.voc = sample_voc();
  report.semantic = sample_semantic();
  report.distributions = sample_distributions(report.types[0].analysis.classes, numbers);
  report.overlays = sample_overlays();
  for (int i = 0; i < 40; ++i) report.file_names[1000 + i] = fmt::format("street_{}.jpg", i);
  report.graph = sample_run();
  report.peak_memory_bytes = 1'310'000'000;
  return report;
}

}  // namespace roiflow::test
