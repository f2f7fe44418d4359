#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/report/image_counts_text.hpp"
#include "apps/report/page/sections.hpp"

namespace roiflow::page {
namespace {

constexpr std::size_t most_rows = 12;

std::string picture(const EncodedPicture& jpeg, const std::string& what) {
  return fmt::format(
      "<div><img src=\"data:image/jpeg;base64,{}\" width=\"{}\" height=\"{}\" alt=\"{}\">{}</div>",
      base64(jpeg.bytes), jpeg.width, jpeg.height, escape(what), escape(what));
}

std::string pictures(const std::string& heading, const std::vector<Overlay>& overlays) {
  if (overlays.empty()) return {};
  std::vector<std::string> figures;
  figures.reserve(overlays.size());
  for (const Overlay& overlay : overlays) {
    figures.push_back("<figure class=\"overlay\"><figcaption>" + escape(overlay.caption) +
                      "</figcaption>\n<div class=\"pair\">" +
                      picture(overlay.truth, "ground truth") +
                      picture(overlay.found, "detections") + "</div></figure>\n");
  }
  return "<h3>" + heading + "</h3>\n" + grid(figures, "26rem");
}

std::string file_of(const Report& report, std::int64_t image_id) {
  const auto found = report.file_names.find(image_id);
  return found != report.file_names.end() ? escape(found->second) : std::string("&ndash;");
}

std::string worst_table(const Report& report, const std::vector<ImageErrors>& images) {
  Table table({{"image"},
               {"file", Align::left},
               {"wrong", Align::right, "false positives"},
               {"missed", Align::right, "objects that were not found"},
               {"right", Align::right, "detections that are right"}},
              true);
  for (std::size_t i = 0; i < std::min(most_rows, images.size()); ++i) {
    const ImageErrors& image = images[i];
    if (image.false_positives + image.misses == 0) break;
    table.add({fmt::format("{}", image.image_id), file_of(report, image.image_id),
               count(std::uint64_t{image.false_positives}), count(std::uint64_t{image.misses}),
               count(std::uint64_t{image.true_positives})});
  }
  return table.empty() ? paragraph("No image has a false positive or a miss.", "note")
                       : table.html();
}

std::string damaged_images(const Report& report) {
  Table table({{"image"}, {"file", Align::left}, {"what was noted", Align::left}}, true);
  for (const DamagedImage& image : report.damaged) {
    table.add({fmt::format("{}", image.id), escape(image.file_name),
               escape(fmt::format("{}", fmt::join(image.notes, "; ")))});
  }
  return paragraph(fmt::format(
             "{} of them damaged and taken all the same (--accept-truncated): some of their pixels "
             "are guessed.",
             count(report.damaged_count))) +
         table.html();
}

}  // namespace

Section images_section(const Report& report) {
  Section section{"images", "Images with most errors", {}};
  std::vector<std::string> tables;
  for (const TypeReport& type : report.types) {
    if (type.analysis.images.empty()) continue;
    tables.push_back("<div>" + type_heading(report, type) +
                     worst_table(report, type.analysis.images) + "</div>\n");
  }
  std::string drawn;
  if (report.overlays) {
    drawn = paragraph(escape(report.overlays->note)) +
            pictures("Most false positives", report.overlays->false_positives) +
            pictures("Most misses", report.overlays->misses);
  }
  if (tables.empty() && drawn.empty()) return section;
  section.body = paragraph(
                     "At IoU 0.50, with the detections from each class's score of the highest "
                     "F1 on.") +
                 grid(tables, "26rem") + drawn;
  return section;
}

Section failed_section(const Report& report) {
  Section section{"failed", "Images behind the numbers", {}};
  section.body = paragraph("The numbers are over " + metrics_over(report.images) + ".");
  if (report.damaged_count > 0) section.body += damaged_images(report);
  if (report.images.failed == 0) return section;
  if (report.failed.empty()) {
    section.body += paragraph(
        fmt::format("{} of {} have no detections on record: the run that made them failed on these "
                    "images or did not get to them. Its errors.jsonl has the reasons.",
                    count(report.images.failed), plural(report.images.total, "image")));
    return section;
  }
  const auto failed = static_cast<std::size_t>(report.images.failed);
  if (failed > report.failed.size()) {
    section.body += paragraph("errors.jsonl lists all that failed; these are the first.");
  }
  Table table({{"image"}, {"file", Align::left}, {"stage", Align::left}, {"reason", Align::left}},
              true);
  for (const FailedImage& image : report.failed) {
    table.add({fmt::format("{}", image.id), escape(image.file_name), escape(image.failure.stage),
               escape(image.failure.message)});
  }
  section.body += table.html();
  return section;
}

}  // namespace roiflow::page
