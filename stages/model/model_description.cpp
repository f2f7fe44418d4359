#include "stages/model/model_description.hpp"

#include "stages/core/error.hpp"
#include "stages/model/ini_values.hpp"

namespace roiflow {

namespace {

constexpr double many = ini_many;

void read_model(const IniValues& values, ModelDescription& model) {
  for (const char* key : {"model.name", "model.kind", "model.classes"}) {
    require(values.has(key), ErrorCode::usage, "{}: {}: missing", values.label(), key);
  }
  model.name = values.text("model.name");
  values.choice<ModelKind>("model.kind", model.kind,
                           {{"fast_rcnn", ModelKind::fast_rcnn},
                            {"faster_rcnn", ModelKind::faster_rcnn},
                            {"mask_rcnn", ModelKind::mask_rcnn},
                            {"fcn", ModelKind::fcn}});
  values.number("model.classes", model.classes, 2, model.kind == ModelKind::fcn ? 256 : many);
  const bool makes_label_maps = model.kind == ModelKind::fcn;  // whose pixels are 8 bits
  values.list("model.category_ids", model.category_ids, makes_label_maps ? 0 : -9e15,
              makes_label_maps ? 255 : 9e15);
  const auto expected = static_cast<std::size_t>(model.classes - 1);
  const std::size_t found = model.category_ids.size();
  require(found == 0 || found == expected, ErrorCode::usage,
          "{}: model.category_ids: expected {} ids (model.classes without the background), found "
          "{}",
          values.label(), expected, found);
}

void read_preprocess(const IniValues& values, ModelDescription& model) {
  PreprocessDescription& preprocess = model.preprocess;
  if (!model.is_detector()) {  // takes any image, and as it is if nothing else is said
    preprocess.min_size = 0;
    preprocess.size_divisible = 1;
  }
  if (values.has("preprocess.mode")) preprocess.mode = values.text("preprocess.mode");
  values.number("preprocess.min_size", preprocess.min_size, 0, many);
  const bool has_limit = preprocess.min_size > 0 && preprocess.mode != "d2go";
  if (has_limit) values.number("preprocess.max_size", preprocess.max_size, 1, many);
  values.list("preprocess.mean", preprocess.mean, -1e6, 1e6);
  values.list("preprocess.std", preprocess.std, 1e-6, 1e6);
  if (model.is_detector()) {
    values.number("preprocess.size_divisible", preprocess.size_divisible, 1, 1024);
  }
}

void read_resnet(const IniValues& values, BackboneDescription& backbone, bool may_dilate) {
  values.list("backbone.blocks", backbone.blocks, 1, 1000);
  values.choice<ResidualBlock>(
      "backbone.block", backbone.block,
      {{"basic", ResidualBlock::basic}, {"bottleneck", ResidualBlock::bottleneck}});
  values.number("backbone.stem_channels", backbone.stem_channels, 1, many);
  values.number("backbone.width", backbone.width, 1, many);
  values.number("backbone.batch_norm_eps", backbone.batch_norm_eps, 0, 1);
  const auto layers = static_cast<double>(backbone.blocks.size());
  if (may_dilate) {
    values.number("backbone.dilated_layers", backbone.dilated_layers, 0, layers - 1);
  }
}

/// Blocks of a head: one stage.
void read_blocks(const IniValues& values, const std::string& key, InvertedStage& blocks) {
  require(values.has(key), ErrorCode::usage, "{}: {}: missing", values.label(), key);
  auto stages = parse_inverted_stages(values.text(key), values.label(), key);
  require(stages.size() == 1, ErrorCode::usage, "{}: {}: expected one stage, found {}",
          values.label(), key, stages.size());
  blocks = std::move(stages.front());
}

void read_fbnet(const IniValues& values, BackboneDescription& backbone) {
  const std::string key = "backbone.blocks";
  require(values.has(key), ErrorCode::usage, "{}: {}: missing", values.label(), key);
  backbone.inverted = parse_inverted_stages(values.text(key), values.label(), key);
  backbone.stem_channels = 16;
  values.number("backbone.stem_channels", backbone.stem_channels, 1, many);
}

void read_vgg(const IniValues& values, BackboneDescription& backbone) {
  values.list("backbone.convs", backbone.convs, 1, 100);
  values.list("backbone.channels", backbone.channels, 1, many);
  require(backbone.convs.size() == backbone.channels.size(), ErrorCode::usage,
          "{}: backbone.channels: expected {} numbers, one a stage of backbone.convs, found {}",
          values.label(), backbone.convs.size(), backbone.channels.size());
}

void read_backbone(const IniValues& values, ModelDescription& model) {
  values.choice<BackboneKind>("backbone.kind", model.backbone.kind,
                              {{"resnet", BackboneKind::resnet},
                               {"vgg", BackboneKind::vgg},
                               {"fbnet", BackboneKind::fbnet}});
  switch (model.backbone.kind) {
    case BackboneKind::resnet:
      return read_resnet(values, model.backbone, model.kind == ModelKind::fcn);
    case BackboneKind::vgg:
      return read_vgg(values, model.backbone);
    case BackboneKind::fbnet:
      return read_fbnet(values, model.backbone);
  }
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
  values.lists("anchors.sizes", sizes, 0, many);
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

void read_pooling(const IniValues& values, const std::string& section, RegionPooling& pooling,
                  int& roi_bins, int& sampling_ratio) {
  values.choice<RegionPooling>(section + ".pooling", pooling,
                               {{"roi_align", RegionPooling::roi_align},
                                {"roi_align_aligned", RegionPooling::roi_align_aligned},
                                {"roi_pool", RegionPooling::roi_pool}});
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
  read_pooling(values, "box", box.pooling, box.roi_bins, box.sampling_ratio);
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

void read_mask_head(const IniValues& values, MaskHeadDescription& mask) {
  read_pooling(values, "mask", mask.pooling, mask.roi_bins, mask.sampling_ratio);
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

void read_fcn(const IniValues& values, ModelDescription& model) {
  FcnDescription& fcn = model.fcn;
  const bool on_vgg = model.backbone.kind == BackboneKind::vgg;
  fcn.head = on_vgg ? FcnHead::skip : FcnHead::torchvision;
  values.choice<FcnHead>("fcn.head", fcn.head,
                         {{"skip", FcnHead::skip}, {"torchvision", FcnHead::torchvision}});
  require((fcn.head == FcnHead::skip) == on_vgg, ErrorCode::usage,
          "{}: fcn.head: skip needs backbone.kind = vgg, torchvision needs resnet", values.label());
  if (fcn.head == FcnHead::torchvision) {
    values.number("fcn.hidden_divisor", fcn.hidden_divisor, 1, many);
    return;
  }
  require(model.backbone.convs.size() == 5, ErrorCode::usage,
          "{}: backbone.convs: fcn.head = skip needs 5 stages, found {}", values.label(),
          model.backbone.convs.size());
  values.choice<int>("fcn.stride", fcn.stride, {{"32", 32}, {"16", 16}, {"8", 8}});
  values.number("fcn.padding", fcn.padding, 1, 1024);
  values.number("fcn.kernel", fcn.kernel, 1, 63);
  values.number("fcn.hidden", fcn.hidden, 1, many);
  if (fcn.stride <= 16) values.number("fcn.pool4_scale", fcn.pool4_scale, 1e-12, 1e12);
  if (fcn.stride <= 8) values.number("fcn.pool3_scale", fcn.pool3_scale, 1e-12, 1e12);
}

std::string in_words(const IniValues& values, const ModelDescription& model) {
  std::string words = "model.kind = " + values.text("model.kind");
  if (values.has("backbone.kind")) words += ", backbone.kind = " + values.text("backbone.kind");
  if (model.is_detector() && values.has("box.kind")) {
    words += ", box.kind = " + values.text("box.kind");
  }
  return words;
}

}  // namespace

int ModelDescription::levels() const {
  return pooled_levels() + (fpn.kind == FpnKind::pyramid && fpn.extra_level ? 1 : 0);
}

int ModelDescription::pooled_levels() const {
  return fpn.kind == FpnKind::pyramid ? static_cast<int>(backbone.blocks.size()) : 1;
}

ModelDescription parse_model_description(const std::string& text, const std::string& label) {
  const IniValues values(text, label);
  ModelDescription model;
  read_model(values, model);
  read_preprocess(values, model);
  read_backbone(values, model);
  if (model.is_detector()) {
    read_fpn(values, model);
    if (model.kind == ModelKind::fast_rcnn) {
      read_proposals(values, model.proposals);
    } else {
      read_rpn(values, model);
    }
    read_box_head(values, model);
    if (model.kind == ModelKind::mask_rcnn) read_mask_head(values, model.mask);
  } else {
    read_fcn(values, model);
  }
  values.require_all_used(in_words(values, model));
  return model;
}

}  // namespace roiflow
