#include "stages/model/model_description.hpp"

#include "stages/core/error.hpp"
#include "stages/model/detector_keys.hpp"
#include "stages/model/ini_values.hpp"

namespace roiflow {

namespace {

constexpr double many = ini_many;
constexpr std::size_t most_layers = 8;

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
  values.choice<std::string>(
      "preprocess.mode", preprocess.mode,
      {{"torchvision", "torchvision"}, {"caffe", "caffe"}, {"pillow", "pillow"}, {"d2go", "d2go"}});
  for (const char* key : {"preprocess.mean", "preprocess.std"}) {
    // The defaults are torchvision's, for values of 0 .. 1.
    require(preprocess.mode == "torchvision" || values.has(key), ErrorCode::usage,
            "{}: {}: missing; mode {} wants it for values of 0 .. 255, blue, green, red",
            values.label(), key, preprocess.mode);
  }
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
  require(backbone.blocks.size() <= most_layers, ErrorCode::usage,
          "{}: backbone.blocks: expected at most {} layers, each halves the image, found {}",
          values.label(), most_layers, backbone.blocks.size());
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

std::int64_t ModelDescription::category_id(int label) const {
  if (label == 0 || category_ids.empty()) return label;
  return category_ids[static_cast<std::size_t>(label - 1)];
}

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
    read_detector_keys(values, model);
  } else {
    read_fcn(values, model);
  }
  values.require_all_used(in_words(values, model));
  return model;
}

}  // namespace roiflow
