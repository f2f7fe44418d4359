#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/commands.hpp"
#include "apps/decode_options.hpp"
#include "apps/evaluation/stored_evaluation.hpp"
#include "apps/options.hpp"
#include "apps/pictures.hpp"
#include "apps/progress.hpp"
#include "apps/show_label_maps.hpp"
#include "io/dataset/dataset.hpp"
#include "io/files/folder.hpp"
#include "io/pending_file.hpp"
#include "stages/core/error.hpp"
#include "stages/decode/decode_annotated.hpp"
#include "stages/decode/encode.hpp"
#include "stages/draw/draw.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;
Options show_options() {
  Options options(
      "show",
      "Draws boxes, masks, labels and scores over the images of a data set: what a "
      "detector found, or, without --predictions, the data set's own annotations.",
      "roiflow show shapes.h5 --predictions out/predictions.h5 --ground-truth -o pictures");
  options.positional("data", 1, "the data set");
  options.add()("predictions", po::value<std::string>()->value_name("FILE"),
                "predictions.h5 of a run, COCO results (.json), or a folder of label maps (PNG)")(
      "output,o", po::value<std::string>()->value_name("DIR"),
      "where the pictures go (required); made if need be")(
      "limit", po::value<std::int64_t>()->value_name("N")->default_value(20),
      "only the first N images; 0: all")("ids", po::value<std::string>()->value_name("A,B,..."),
                                         "only these image ids, whatever --limit says")(
      "score-threshold", po::value<double>()->value_name("S")->default_value(0.5, "0.5"),
      "draw detections with at least this score, 0 .. 1")(
      "ground-truth", po::bool_switch(), "put the annotations beside the predictions")(
      "label-maps", po::bool_switch(),
      "draw label maps: those of the predictions if they have some, else the data set's")(
      "format", po::value<std::string>()->value_name("NAME")->default_value("png"),
      "of the pictures: png or jpg");
  add_decode_options(options);
  return options;
}

/// Everything that the pictures of one call have in common.
struct Show {
  DatasetReader data;
  std::optional<StoredDetections> predictions;
  CategoryNames names;
  double score_threshold = 0.5;
  bool ground_truth = false, jpeg = false;
  std::optional<LabelMapPictures> label_maps;  ///< to be drawn instead of objects
  fs::path folder;
  DecodeLimits decode;
  Log log;
};

/// Nothing if the run has no answer for the image.
std::optional<std::vector<DrawnObject>> found_in(const Show& show, const ImageRecord& record) {
  const auto types = show.predictions->types();
  const bool masks = std::ranges::find(types, IouType::segm) != types.end();
  auto detections = show.predictions->read(record, masks ? IouType::segm : IouType::bbox);
  if (!detections) return std::nullopt;
  return found_objects(show.names, std::move(*detections), [&](const DetectionResult& detection) {
    return detection.score >= show.score_threshold;
  });
}

Image draw_picture(const Show& show, const Sample& sample) {
  const ImageRecord& record = sample.record;
  const Decoded decoded =
      decode_annotated(sample.encoded, record.width, record.height, show.decode);
  if (decoded.notes.truncated) {
    show.log.warning("image {} ({}): truncated: {}", record.id, record.file_name,
                     fmt::join(decoded.notes.texts, "; "));
  }
  const Image& image = decoded.image;
  const DrawStyle style{.zoom = comfortable_zoom(image.height, image.width)};
  if (show.label_maps) return show.label_maps->draw(sample, image, style);
  const auto truth = [&] {
    return draw_objects(
        image, annotated_objects(show.names, sample.annotations, image.height, image.width), style);
  };
  if (!show.predictions) return truth();
  const auto found = found_in(show, sample.record);
  Image predicted = draw_objects(image, found.value_or(std::vector<DrawnObject>{}), style);
  const std::string heading =
      found ? fmt::format("predictions from score {:.2f}", show.score_threshold)
            : "the run has no answer for this image";
  if (show.ground_truth) return side_by_side(truth(), "ground truth", predicted, heading);
  return predicted;
}

/// 000012_street.png: row and name, without anything that could lead out of the folder.
std::string picture_name(const ImageRecord& record, bool jpeg) {
  std::string stem = fs::path(record.file_name).stem().string();
  std::ranges::replace_if(
      stem, [](unsigned char c) { return std::isalnum(c) == 0 && c != '-' && c != '_'; }, '_');
  return fmt::format("{:06}_{:.80}.{}", record.index, stem, jpeg ? "jpg" : "png");
}

void show_image(const Show& show, std::int64_t index) {
  const Sample sample = show.data.read(index);
  constexpr int jpeg_quality = 92;
  const Image picture = draw_picture(show, sample);
  const auto bytes = show.jpeg ? encode_jpeg(picture, jpeg_quality) : encode_png(picture);
  write_file(show.folder / picture_name(sample.record, show.jpeg),
             {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::vector<std::int64_t> parse_ids(const std::string& text) {
  std::vector<std::int64_t> ids;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    std::int64_t id = 0;
    const auto [rest, error] = std::from_chars(text.data() + begin, text.data() + end, id);
    require(error == std::errc() && rest == text.data() + end, ErrorCode::usage,
            "--ids must be image ids like 17,4,23, found '{}'", text);
    ids.push_back(id);
    begin = end + 1;
  }
  return ids;
}

/// The rows to draw, in the order of the data set or of --ids.
std::vector<std::int64_t> wanted_rows(const ParsedOptions& options, const DatasetReader& data) {
  std::vector<std::int64_t> rows;
  if (!options.given("ids")) {
    const auto limit = options.get<std::int64_t>("limit");
    require(limit >= 0, ErrorCode::usage, "--limit must not be negative, found {}", limit);
    rows.resize(static_cast<std::size_t>(limit > 0 ? std::min(limit, data.size()) : data.size()));
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::int64_t>(i);
    return rows;
  }
  std::map<std::int64_t, std::int64_t> row_of;
  for (std::int64_t i = 0; i < data.size(); ++i) row_of.emplace(data.record(i).id, i);
  for (const std::int64_t id : parse_ids(options.get<std::string>("ids"))) {
    const auto found = row_of.find(id);
    require(found != row_of.end(), ErrorCode::usage, "{}: --ids: there is no image with id {}",
            data.path(), id);
    rows.push_back(found->second);
  }
  return rows;
}

/// Label maps or detections, as the file has them.
void open_predictions(Show& show, const ParsedOptions& options) {
  const bool asked = options.flag("label-maps");
  LabelMapPictures maps{.predictions = std::nullopt,
                        .ground_truth = show.ground_truth,
                        .ignore_label = show.data.info().ignore_label,
                        .decode = show.decode,
                        .names = category_names(show.data.categories())};
  const bool given = options.given("predictions");
  const std::string path = given ? options.get<std::string>("predictions") : "";
  if (given && shows_label_maps(path, asked)) {
    maps.predictions.emplace(path);
  } else if (given) {
    show.predictions.emplace(path);
  }
  require(!asked || maps.predictions || show.data.has_label_maps(), ErrorCode::usage,
          "{}: --label-maps: the data set has none", show.data.path());
  if (asked || maps.predictions) show.label_maps = std::move(maps);
}

Show make_show(const ParsedOptions& options) {
  Show show{.data = DatasetReader(options.get<std::string>("data")),
            .predictions = std::nullopt,
            .names = {},
            .score_threshold = options.get<double>("score-threshold"),
            .ground_truth = options.flag("ground-truth"),
            .jpeg = options.get<std::string>("format") == "jpg",
            .label_maps = std::nullopt,
            .folder = options.get<std::string>("output"),
            .decode = decode_limits(options),
            .log = options.log()};
  const auto& format = options.get<std::string>("format");
  require(format == "png" || format == "jpg", ErrorCode::usage,
          "--format must be png or jpg, found {}", format);
  require(show.score_threshold >= 0 && show.score_threshold <= 1, ErrorCode::usage,
          "--score-threshold must be 0 .. 1, found {}", show.score_threshold);
  open_predictions(show, options);
  show.names = category_names(show.data.categories());
  return show;
}

}  // namespace

int show_command(const std::vector<std::string>& arguments) {
  const auto options = show_options().parse(arguments);
  if (!options) return 0;
  const Show show = make_show(*options);
  const auto rows = wanted_rows(*options, show.data);
  create_folder(show.folder);
  std::vector<std::string> failures;
  {
    Progress progress("show", std::ssize(rows), Progress::style_for_stderr(options->flag("quiet")));
    for (std::size_t i = 0; i < rows.size(); ++i) {
      try {
        show_image(show, rows[i]);
      } catch (const Error& error) {
        if (error.code() != ErrorCode::bad_data) throw;
        failures.push_back(fmt::format("{}: image {} (id {}): {}", show.data.path(), rows[i],
                                       show.data.record(rows[i]).id, error.what()));
      }
      progress.update(static_cast<std::int64_t>(i) + 1, std::ssize(failures));
    }
  }
  for (const std::string& failure : failures) std::cerr << "roiflow: warning: " << failure << '\n';
  const auto count = [](std::size_t n, const char* what) {
    return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
  };
  std::cout << fmt::format("{}: {}", show.folder.string(),
                           count(rows.size() - failures.size(), "picture"));
  if (!failures.empty()) std::cout << fmt::format(", {} failed", count(failures.size(), "image"));
  std::cout << '\n';
  return failures.empty() ? 0 : exit_with_failures;
}

}  // namespace roiflow
