#include "apps/pack/pack_images.hpp"

#include <iostream>

#include "apps/progress.hpp"
#include "io/image_folder.hpp"
#include "stages/core/error.hpp"
#include "stages/decode/decode.hpp"

namespace roiflow {
namespace {

namespace fs = std::filesystem;

/// The boxes stand either in the stored image or in the one that EXIF turns upright.
void check_size(const ImageRecord& record, const ImageInfo& found, const std::string& file) {
  const bool as_stored = found.width == record.width && found.height == record.height;
  const bool on_its_side = found.orientation >= 5;  // EXIF 5 .. 8 exchange width and height
  const bool upright = on_its_side && found.height == record.width && found.width == record.height;
  require(as_stored || upright, ErrorCode::bad_data,
          "{}: image {}: the annotations say {} x {} pixels, found {} x {} (--skip-bad leaves such "
          "images out)",
          file, record.id, record.width, record.height, found.width, found.height);
}

ImageInfo probe_file(const std::string& file, const std::vector<std::uint8_t>& bytes,
                     const DecodeLimits& limits) {
  try {
    return probe(bytes, limits);
  } catch (const Error& error) {
    fail(error.code(), "{}: {} (--skip-bad leaves such images out)", file, error.what());
  }
}

/// Files whose ending promises another format than they hold: taken by what they hold.
class Misnamed {
 public:
  void look_at(const std::string& file, const ImageInfo& found) {
    const std::string_view format = contradiction(file, found.format);
    if (!format.empty() && count_++ == 0) first_ = fmt::format("{} is {}", file, format);
  }
  void warn() const {
    if (count_ == 0) return;
    std::cerr << fmt::format(
        "roiflow: warning: {} files hold another format than their names say, and are taken as "
        "what "
        "they hold: {}{}\n",
        count_, first_, count_ > 1 ? ", ..." : "");
  }

 private:
  std::int64_t count_ = 0;
  std::string first_;
};

/// Reads one image file and puts it into `sample`, whose record is checked or completed.
void load_image(const PackSource& source, Sample& sample, Misnamed& misnamed) {
  const std::string file = (source.folder / sample.record.file_name).string();
  sample.encoded = read_bytes(file);
  const ImageInfo found = probe_file(file, sample.encoded, source.decode);
  misnamed.look_at(file, found);
  if (sample.record.width == 0) {
    sample.record.width = found.width;
    sample.record.height = found.height;
  }
  check_size(sample.record, found, file);
}

}  // namespace

void pack_images(const fs::path& output, PackSource source, SkipLog& skips, bool quiet) {
  DatasetWriter writer(output, source.info);
  Progress progress("pack", std::ssize(source.images), Progress::style_for_stderr(quiet));
  Misnamed misnamed;
  for (std::size_t i = 0; i < source.images.size(); ++i) {
    Sample sample;
    sample.record = std::move(source.images[i]);
    sample.annotations = std::move(source.annotations[i]);
    try {
      load_image(source, sample, misnamed);
      if (source.complete) source.complete(sample);
      writer.append(sample);
    } catch (const Error& error) {
      const bool about_image =
          error.code() == ErrorCode::bad_data || error.code() == ErrorCode::no_input;
      if (!skips.allowed() || !about_image) throw;
      skips.image(sample.record, std::ssize(sample.annotations), error);
    }
    progress.update(static_cast<std::int64_t>(i) + 1, skips.images());
  }
  writer.close();
  misnamed.warn();
  skips.publish(output);
}

}  // namespace roiflow
