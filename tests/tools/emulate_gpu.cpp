/// A GPU's detector emulated on the host over a whole data set: the same graph, engines and lanes,
/// activations and weights rounded to the precision wherever a GPU rounds them. Tells what 16-bit
/// arithmetic costs in accuracy without a GPU; slow.
///
///   emulate_gpu DATA.h5 MODEL.h5 f32|f16|bf16 [IMAGES]
#include <cstdio>
#include <cstdlib>
#include <string>

#include <fmt/format.h>

#include "graph/batched_detection_graph.hpp"
#include "io/dataset/dataset.hpp"
#include "stages/evaluate/accumulate.hpp"
#include "stages/evaluate/summary.hpp"
#include "stages/kernels/element.cuh"
#include "tests/support/emulated_gpu.hpp"

using namespace roiflow;

namespace {

constexpr EmulatedSizes sizes{.engines = 2};  // as many threads as submit

BatchDetector emulated(const Trained& model, const std::string& precision) {
  if (precision == "f32") return emulated_gpu<float>(model, sizes);
  if (precision == "f16") return emulated_gpu<__half>(model, sizes);
  require(precision == "bf16", ErrorCode::usage, "a precision of f32, f16 or bf16, found {}",
          precision);
  return emulated_gpu<__nv_bfloat16>(model, sizes);
}

void run(const std::string& data_path, const std::string& model_path, const std::string& precision,
         std::int64_t images) {
  const DatasetReader data(data_path);
  ModelFile file = read_model(model_path);
  const Trained model{parse_model_description(file.description, model_path),
                      std::move(file.weights)};
  const BatchDetector detector = emulated(model, precision);
  const EvaluationParams params = coco_params(data.categories());
  Accumulator boxes(params), masks(params);
  const BatchedDetectionRun job{.data = data,
                                .detector = detector,
                                .images = images > 0 ? std::min(images, data.size()) : data.size(),
                                .evaluate = {.bbox = true, .segm = detector.has_masks},
                                .limits = {.workers = 2, .in_flight = 8}};
  const RunReport report = run_detection(job, [&](const Token<Evaluated>& token) {
    require(token.ok(), ErrorCode::bad_data, "an image failed");
    boxes.append(token.source().record.id, *token.value().bbox);
    if (token.value().segm) masks.append(token.source().record.id, *token.value().segm);
  });
  fmt::print("{}: {} images, box AP {:.4f}", precision, report.retired,
             summarise(params, boxes.accumulate()).front().value);
  if (detector.has_masks) {
    fmt::print(", mask AP {:.4f}",
               summarise(params, masks.accumulate(), IouType::segm).front().value);
  }
  fmt::print(" ({:.1f} s)\n", report.wall_s);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) {
    std::fputs("emulate_gpu DATA.h5 MODEL.h5 f32|f16|bf16 [IMAGES]\n", stderr);
    return 64;
  }
  try {
    run(arguments[1], arguments[2], arguments[3], count > 4 ? std::atoll(arguments[4]) : 0);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "emulate_gpu: {}\n", error.what());
    return 1;
  }
}
