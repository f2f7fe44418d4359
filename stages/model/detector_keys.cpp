#include "stages/model/detector_keys.hpp"

#include "stages/core/error.hpp"

namespace roiflow {

namespace {

constexpr double many = ini_many;

/// Blocks of a head: one stage.
void read_blocks(const IniValues& values, const std::string& key, InvertedStage& blocks) {
  require(values.has(key), ErrorCode::usage, "{}: {}: missing", values.label(), key);
  auto stages = parse_inverted_stages(values.text(key), values.label(), key);
  require(stages.size() == 1, ErrorCode::usage, "{}: {}: expected one stage, found {}",
          values.label(), key, stages.size());
  blocks = std::move(stages.front());
}

void read_fpn(const IniValues& values, ModelDescription& model) {
  if (model.backbone.kind != BackboneKind::resnet) model.fpn.kind = FpnKind::none;
  values.choice<FpnKind>("fpn.kind", model.fpn.kind,
                         {{"pyramid", FpnKind::pyramid}, {"none", FpnKind::none}});
  if (model.fpn.kind == FpnKind::none) return;
  require(model.backbone.kind == BackboneKind::resnet, ErrorCode::usage,
          "{}: fpn.kind: only backbone.kind = resnet has maps for a pyramid", values.label());
  values.number("fpn.channels", model.fpn.channels, 1, many);
  values.choice<bool>("fpn.extra_level", model.fpn.extra_level,
                      {{"maxpool", true}, {"none", false}});
  values.choice<bool>("fpn.batch_norm", model.fpn.batch_norm, {{"yes", true}, {"no", false}});
}

void read_rpn(const IniValues& values, ModelDescription& model) {
  auto& [convention, sizes, aspect_ratios] = model.anchors;
  values.choice<std::string>("anchors.convention", convention,
                             {{"torchvision", "torchvision"}, {"detectron2", "detectron2"}});
  if (model.levels() == 1) sizes = {{128, 256, 512}};  // Ren et al. 2015
  values.lists("anchors.sizes", sizes, 1e-3, many);
  values.list("anchors.aspect_ratios", aspect_ratios, 1e-3, 1e3);
  const auto levels = static_cast<std::size_t>(model.levels());
  require(sizes.size() == levels, ErrorCode::usage,
          "{}: anchors.sizes: expected {} lists, one a feature level (backbone, fpn.kind and "
          "fpn.extra_level), found {}",
          values.label(), levels, sizes.size());
  for (const auto& level : sizes) {
    require(level.size() == sizes.front().size(), ErrorCode::usage,
            "{}: anchors.sizes: expected as many sizes on every level, found {} and {}",
            values.label(), sizes.front().size(), level.size());
  }
  values.choice<RpnKind>("rpn.kind", model.rpn.kind,
                         {{"conv", RpnKind::conv}, {"inverted", RpnKind::inverted}});
  if (model.rpn.kind == RpnKind::inverted) {
    read_blocks(values, "rpn.blocks", model.rpn.blocks);
  } else {
    values.number("rpn.convs", model.rpn.convs, 1, 64);
  }
  values.number("rpn.pre_nms_top_n", model.rpn.pre_nms_top_n, 1, many);
  values.number("rpn.post_nms_top_n", model.rpn.post_nms_top_n, 1, many);
  values.number("rpn.nms_threshold", model.rpn.nms_threshold, 0, 1);
  values.number("rpn.min_size", model.rpn.min_size, 0, many);
  values.number("rpn.score_threshold", model.rpn.score_threshold, 0, 1);
}

void read_proposals(const IniValues& values, ProposalDescription& proposals) {
  proposals.source = ProposalSource::selective_search;
  values.choice<ProposalSource>("proposals.source", proposals.source,
                                {{"data_set", ProposalSource::data_set},
                                 {"selective_search", ProposalSource::selective_search}});
  values.number("proposals.max_count", proposals.max_count, 1, many);
  values.number("proposals.min_side", proposals.min_side, 0, many);
}

void read_pooling(const IniValues& values, const std::string& section, FpnKind fpn,
                  RegionPooling& pooling, int& roi_bins, int& sampling_ratio) {
  values.choice<RegionPooling>(section + ".pooling", pooling,
                               {{"roi_align", RegionPooling::roi_align},
                                {"roi_align_aligned", RegionPooling::roi_align_aligned},
                                {"roi_pool", RegionPooling::roi_pool}});
  require(pooling != RegionPooling::roi_pool || fpn == FpnKind::none, ErrorCode::usage,
          "{}: {}.pooling: roi_pool reads one map (fpn.kind = none); a pyramid wants roi_align",
          values.label(), section);
  values.number(section + ".roi_bins", roi_bins, 1, 1024);
  if (pooling == RegionPooling::roi_pool) return;  // takes no samples
  values.number(section + ".sampling_ratio", sampling_ratio, 0, 64);
}

void read_box_head(const IniValues& values, ModelDescription& model) {
  BoxHeadDescription& box = model.box;
  values.choice<BoxHeadKind>("box.kind", box.kind,
                             {{"mlp", BoxHeadKind::mlp},
                              {"conv_fc", BoxHeadKind::conv_fc},
                              {"res5", BoxHeadKind::res5},
                              {"inverted", BoxHeadKind::inverted}});
  require(box.kind != BoxHeadKind::res5 ||
              (model.backbone.kind == BackboneKind::resnet && model.fpn.kind == FpnKind::none),
          ErrorCode::usage,
          "{}: box.kind: res5 goes on where a ResNet ended (backbone.kind = resnet, fpn.kind = "
          "none)",
          values.label());
  read_pooling(values, "box", model.fpn.kind, box.pooling, box.roi_bins, box.sampling_ratio);
  const bool fully_connected = box.kind == BoxHeadKind::mlp || box.kind == BoxHeadKind::conv_fc;
  if (fully_connected) values.number("box.hidden", box.hidden, 1, many);
  if (box.kind == BoxHeadKind::conv_fc) {
    values.number("box.convs", box.convs, 0, 64);
    values.number("box.conv_channels", box.conv_channels, 1, many);
  }
  if (box.kind == BoxHeadKind::res5) values.number("box.blocks", box.blocks, 1, 1000);
  if (box.kind == BoxHeadKind::inverted) read_blocks(values, "box.blocks", box.inverted);
  values.number("box.score_threshold", box.score_threshold, 0, 1);
  values.number("box.nms_threshold", box.nms_threshold, 0, 1);
  values.number("box.detections_per_image", box.detections_per_image, 1, many);
  values.number("box.min_size", box.min_size, 0, many);
  values.list("box.weights", box.weights, 1e-6, 1e6);
}

void read_mask_head(const IniValues& values, ModelDescription& model) {
  MaskHeadDescription& mask = model.mask;
  read_pooling(values, "mask", model.fpn.kind, mask.pooling, mask.roi_bins, mask.sampling_ratio);
  values.choice<MaskHeadKind>("mask.kind", mask.kind,
                              {{"conv", MaskHeadKind::conv}, {"inverted", MaskHeadKind::inverted}});
  if (mask.kind == MaskHeadKind::inverted) {
    read_blocks(values, "mask.blocks", mask.blocks);
    mask.predictor_channels = static_cast<int>(mask.blocks.back().channels);
  } else {
    values.number("mask.convs", mask.convs, 0, 64);
    values.number("mask.channels", mask.channels, 1, many);
    values.choice<bool>("mask.batch_norm", mask.batch_norm, {{"yes", true}, {"no", false}});
    values.number("mask.predictor_channels", mask.predictor_channels, 1, many);
  }
  values.choice<std::string>("mask.paste", mask.paste,
                             {{"torchvision", "torchvision"}, {"detectron2", "detectron2"}});
  values.number("mask.threshold", mask.threshold, 0, 1);
}

}  // namespace

void read_detector_keys(const IniValues& values, ModelDescription& model) {
  read_fpn(values, model);
  if (model.kind == ModelKind::fast_rcnn) {
    read_proposals(values, model.proposals);
  } else {
    read_rpn(values, model);
  }
  read_box_head(values, model);
  if (model.kind == ModelKind::mask_rcnn) read_mask_head(values, model);
}

}  // namespace roiflow
