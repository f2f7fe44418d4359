#include "apps/evaluation/eval_mode.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>

#include "stages/core/error.hpp"

namespace roiflow {
namespace {

using enum EvalMode;

struct OptionUse {
  const char* option;
  std::initializer_list<EvalMode> modes;  ///< in which it says something
};

EvalMode wanted_mode(const ParsedOptions& options) {
  if (options.flag("losses")) return losses;
  const auto& metric = options.get<std::string>("metric");
  const bool merge = options.given("merge");
  if (metric == "voc07" || metric == "voc10") return voc;
  if (metric == "fcn") return merge ? fcn_merge : fcn;
  require(metric == "coco", ErrorCode::usage,
          "--metric must be coco, voc07, voc10 or fcn, found {}", metric);
  return merge ? coco_merge : options.given("compare") ? coco_compare : coco;
}

std::string refusal(EvalMode mode, const ParsedOptions& options, const char* option) {
  if (mode == coco_merge || mode == fcn_merge) {
    return fmt::format("--merge: the records say what was compared; --{} cannot be given as well",
                       option);
  }
  if (mode == losses) return fmt::format("--losses: --{} cannot be given as well", option);
  if (mode == coco_compare) return fmt::format("--compare: --{} cannot be given as well", option);
  return fmt::format("--metric {}: --{} has no effect there and cannot be given",
                     options.get<std::string>("metric"), option);
}

}  // namespace

EvalMode eval_mode(const ParsedOptions& options) {
  const EvalMode mode = wanted_mode(options);
  const OptionUse uses[] = {
      {"metric", {coco, coco_merge, coco_compare, voc, fcn, fcn_merge}},
      {"gt", {coco, coco_compare, voc, fcn, losses}},
      {"dt", {coco, voc, fcn}},
      {"out", {coco, coco_merge, voc, fcn, fcn_merge}},
      {"iou-type", {coco, coco_compare}},
      {"max-dets", {coco, coco_compare}},
      {"iou-thresholds", {coco, coco_compare, voc}},
      {"area-ranges", {coco, coco_compare}},
      {"class-agnostic", {coco, coco_compare}},
      {"details", {coco}},
      {"bootstrap", {coco, coco_compare}},
      {"compare", {coco_compare}},
      {"merge", {coco_merge, fcn_merge}},
      {"shard", {coco}},
      {"records", {coco, coco_merge, fcn, fcn_merge}},
      {"arrays", {coco, coco_merge}},
      {"save-predictions", {coco}},
      {"voc-overlap", {voc}},
      {"voc-grid", {voc}},
      {"absent-classes", {fcn, fcn_merge}},
      {"ignore-label", {fcn, losses}},
      {"classes", {fcn}},
      {"model", {losses}},
      {"proposals", {losses}},
      {"seed", {losses}},
      {"limit", {losses}},
      {"rpn-batch", {losses}},
      {"rpn-positives", {losses}},
      {"box-batch", {losses}},
      {"box-positives", {losses}},
      {"lambda", {losses}},
      {"pre-nms-top-n", {losses}},
      {"post-nms-top-n", {losses}},
  };
  for (const OptionUse& use : uses) {
    require(!options.given(use.option) || std::ranges::find(use.modes, mode) != use.modes.end(),
            ErrorCode::usage, "{}", refusal(mode, options, use.option));
  }
  return mode;
}

}  // namespace roiflow
