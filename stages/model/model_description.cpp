#include "stages/model/model_description.hpp"

#include <charconv>
#include <limits>
#include <sstream>
#include <string_view>

#include <boost/program_options.hpp>

#include "stages/core/error.hpp"

namespace roiflow {

namespace {

namespace po = boost::program_options;

/// Turns the text of single keys into numbers and remembers for messages where the text is from.
class Values {
 public:
  Values(const po::variables_map& map, const std::string& label) : map_(map), label_(label) {}

  [[nodiscard]] bool has(const std::string& key) const { return map_.count(key) != 0; }

  template <class T>
  void number(const std::string& key, T& out, double low, double high) const {
    if (has(key)) out = parse<T>(key, text(key), low, high);
  }

  template <class T>
  void list(const std::string& key, std::vector<T>& out, double low, double high) const {
    if (has(key)) out = parse_list<T>(key, text(key), low, high);
  }

  template <class T, std::size_t Size>
  void list(const std::string& key, std::array<T, Size>& out, double low, double high) const {
    if (!has(key)) return;
    const std::vector<T> values = parse_list<T>(key, text(key), low, high);
    require(values.size() == Size, ErrorCode::usage, "{}: {}: expected {} numbers, found {}",
            label_, key, Size, values.size());
    std::copy(values.begin(), values.end(), out.begin());
  }

  /// Lists separated by semicolons.
  void lists(const std::string& key, std::vector<std::vector<float>>& out, double low,
             double high) const {
    if (!has(key)) return;
    out.clear();
    for (const std::string& part : split(text(key), ';')) {
      out.push_back(parse_list<float>(key, part, low, high));
    }
  }

  template <class T>
  void choice(const std::string& key, T& out,
              const std::vector<std::pair<std::string_view, T>>& choices) const {
    if (!has(key)) return;
    std::string known;
    for (const auto& [word, value] : choices) {
      if (word == text(key)) {
        out = value;
        return;
      }
      known += (known.empty() ? "" : ", ") + std::string(word);
    }
    fail(ErrorCode::usage, "{}: {}: expected one of {}, found \"{}\"", label_, key, known,
         text(key));
  }

  [[nodiscard]] const std::string& text(const std::string& key) const {
    return map_[key].as<std::string>();
  }

 private:
  static std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
    return parts;
  }

  template <class T>
  std::vector<T> parse_list(const std::string& key, const std::string& list_text, double low,
                            double high) const {
    std::vector<T> values;
    for (const std::string& part : split(list_text, ',')) {
      values.push_back(parse<T>(key, part, low, high));
    }
    require(!values.empty(), ErrorCode::usage, "{}: {}: expected a list, found nothing", label_,
            key);
    return values;
  }

  template <class T>
  T parse(const std::string& key, std::string_view word, double low, double high) const {
    constexpr std::string_view blanks = " \t\r";
    const auto begin = word.find_first_not_of(blanks);
    if (begin != std::string_view::npos) {
      word = word.substr(begin, word.find_last_not_of(blanks) - begin + 1);
    }
    T value{};
    const auto [end, status] = std::from_chars(word.data(), word.data() + word.size(), value);
    const bool is_number = status == std::errc() && end == word.data() + word.size();
    constexpr std::string_view kind = std::is_integral_v<T> ? "an integer" : "a number";
    require(is_number, ErrorCode::usage, "{}: {}: expected {}, found \"{}\"", label_, key, kind,
            word);
    const auto number = static_cast<double>(value);
    require(number >= low && number <= high, ErrorCode::usage,
            "{}: {}: expected {} from {} to {}, found {}", label_, key, kind, low, high, number);
    return value;
  }

  const po::variables_map& map_;
  const std::string& label_;
};

/// Every key there is. All are read as text, so that messages can say what was found.
constexpr std::array keys{
    "model.name",
    "model.kind",
    "model.classes",
    "model.category_ids",
    "preprocess.mode",
    "preprocess.min_size",
    "preprocess.max_size",
    "preprocess.mean",
    "preprocess.std",
    "preprocess.size_divisible",
    "backbone.kind",
    "backbone.blocks",
    "backbone.block",
    "backbone.stem_channels",
    "backbone.width",
    "backbone.batch_norm_eps",
    "fpn.channels",
    "fpn.extra_level",
    "anchors.sizes",
    "anchors.aspect_ratios",
    "rpn.pre_nms_top_n",
    "rpn.post_nms_top_n",
    "rpn.nms_threshold",
    "rpn.min_size",
    "rpn.score_threshold",
    "box.roi_bins",
    "box.sampling_ratio",
    "box.hidden",
    "box.score_threshold",
    "box.nms_threshold",
    "box.detections_per_image",
    "box.weights",
    "mask.roi_bins",
    "mask.sampling_ratio",
    "mask.convs",
    "mask.channels",
    "mask.predictor_channels",
    "mask.threshold",
};

po::variables_map read_keys(const std::string& text, const std::string& label) {
  po::options_description options;
  for (const char* key : keys) options.add_options()(key, po::value<std::string>());
  po::variables_map map;
  try {
    std::istringstream stream(text);
    po::store(po::parse_config_file(stream, options), map);
  } catch (const po::unknown_option& error) {
    fail(ErrorCode::usage, "{}: unknown key \"{}\"", label, error.get_option_name());
  } catch (const po::error& error) {
    fail(ErrorCode::usage, "{}: {}", label, error.what());
  }
  return map;
}

constexpr double many = 1 << 20;  // a bound for counts and pixels that only catches nonsense

void read_model(const Values& values, const std::string& label, ModelDescription& model) {
  for (const char* key : {"model.name", "model.kind", "model.classes"}) {
    require(values.has(key), ErrorCode::usage, "{}: {}: missing", label, key);
  }
  model.name = values.text("model.name");
  values.choice<ModelKind>(
      "model.kind", model.kind,
      {{"faster_rcnn", ModelKind::faster_rcnn}, {"mask_rcnn", ModelKind::mask_rcnn}});
  values.number("model.classes", model.classes, 2, many);
  values.list("model.category_ids", model.category_ids, -9e15, 9e15);
  const auto expected = static_cast<std::size_t>(model.classes - 1);
  const std::size_t found = model.category_ids.size();
  require(found == 0 || found == expected, ErrorCode::usage,
          "{}: model.category_ids: expected {} ids (model.classes without the background), found "
          "{}",
          label, expected, found);
}

void read_trunk(const Values& values, ModelDescription& model) {
  auto& [mode, min_size, max_size, mean, std, size_divisible] = model.preprocess;
  if (values.has("preprocess.mode")) mode = values.text("preprocess.mode");
  values.number("preprocess.min_size", min_size, 1, many);
  values.number("preprocess.max_size", max_size, 1, many);
  values.list("preprocess.mean", mean, -1e6, 1e6);
  values.list("preprocess.std", std, 1e-6, 1e6);
  values.number("preprocess.size_divisible", size_divisible, 1, 1024);
  auto& backbone = model.backbone;
  std::string kind;
  values.choice<std::string>("backbone.kind", kind, {{"resnet", "resnet"}});
  values.list("backbone.blocks", backbone.blocks, 1, 1000);
  values.choice<ResidualBlock>(
      "backbone.block", backbone.block,
      {{"basic", ResidualBlock::basic}, {"bottleneck", ResidualBlock::bottleneck}});
  values.number("backbone.stem_channels", backbone.stem_channels, 1, many);
  values.number("backbone.width", backbone.width, 1, many);
  values.number("backbone.batch_norm_eps", backbone.batch_norm_eps, 0, 1);
  values.number("fpn.channels", model.fpn.channels, 1, many);
  values.choice<bool>("fpn.extra_level", model.fpn.extra_level,
                      {{"maxpool", true}, {"none", false}});
}

void read_rpn(const Values& values, const std::string& label, ModelDescription& model) {
  values.lists("anchors.sizes", model.anchors.sizes, 0, many);
  values.list("anchors.aspect_ratios", model.anchors.aspect_ratios, 1e-3, 1e3);
  const auto levels = static_cast<std::size_t>(model.levels());
  require(model.anchors.sizes.size() == levels, ErrorCode::usage,
          "{}: anchors.sizes: expected {} lists, one a pyramid level (backbone.blocks and "
          "fpn.extra_level), found {}",
          label, levels, model.anchors.sizes.size());
  for (const auto& sizes : model.anchors.sizes) {
    require(sizes.size() == model.anchors.sizes.front().size(), ErrorCode::usage,
            "{}: anchors.sizes: expected as many sizes on every level, found {} and {}", label,
            model.anchors.sizes.front().size(), sizes.size());
  }
  values.number("rpn.pre_nms_top_n", model.rpn.pre_nms_top_n, 1, many);
  values.number("rpn.post_nms_top_n", model.rpn.post_nms_top_n, 1, many);
  values.number("rpn.nms_threshold", model.rpn.nms_threshold, 0, 1);
  values.number("rpn.min_size", model.rpn.min_size, 0, many);
  values.number("rpn.score_threshold", model.rpn.score_threshold, 0, 1);
}

void read_heads(const Values& values, const std::string& label, ModelDescription& model) {
  values.number("box.roi_bins", model.box.roi_bins, 1, 1024);
  values.number("box.sampling_ratio", model.box.sampling_ratio, 0, 64);
  values.number("box.hidden", model.box.hidden, 1, many);
  values.number("box.score_threshold", model.box.score_threshold, 0, 1);
  values.number("box.nms_threshold", model.box.nms_threshold, 0, 1);
  values.number("box.detections_per_image", model.box.detections_per_image, 1, many);
  values.list("box.weights", model.box.weights, 1e-6, 1e6);
  for (const std::string key : keys) {
    require(model.kind == ModelKind::mask_rcnn || !key.starts_with("mask.") || !values.has(key),
            ErrorCode::usage, "{}: {}: only model.kind = mask_rcnn has a mask head", label, key);
  }
  values.number("mask.roi_bins", model.mask.roi_bins, 1, 1024);
  values.number("mask.sampling_ratio", model.mask.sampling_ratio, 0, 64);
  values.number("mask.convs", model.mask.convs, 0, 64);
  values.number("mask.channels", model.mask.channels, 1, many);
  values.number("mask.predictor_channels", model.mask.predictor_channels, 1, many);
  values.number("mask.threshold", model.mask.threshold, 0, 1);
}

}  // namespace

ModelDescription parse_model_description(const std::string& text, const std::string& label) {
  const po::variables_map map = read_keys(text, label);
  const Values values(map, label);
  ModelDescription model;
  read_model(values, label, model);
  read_trunk(values, model);
  read_rpn(values, label, model);
  read_heads(values, label, model);
  return model;
}

}  // namespace roiflow
