#include <algorithm>

#include <fmt/format.h>

#include "apps/report/page/sections.hpp"

namespace roiflow::page {
namespace {

std::string card(const std::string& label, const std::string& value, const std::string& below) {
  return fmt::format("<div class=\"card\">{}<b>{}</b>{}</div>\n", label, value, below);
}

double stat(const TypeReport& type, std::string_view name) {
  const auto found = std::ranges::find(type.stats, name, &NamedStat::name);
  return found != type.stats.end() ? found->value : -1;
}

std::string accuracy_cards(const Report& report) {
  std::string html;
  for (const TypeReport& type : report.types) {
    const Analysis& analysis = type.analysis;
    std::string below =
        "AP50 " + number(stat(type, "AP50")) + "<br>AP75 " + number(stat(type, "AP75"));
    if (analysis.bootstrap_samples > 0) {
      below += "<br>95 %: " + interval(analysis.ap_confidence);
    }
    html += card(escape(type.type) + " AP", number(stat(type, "AP")), below);
  }
  if (report.voc) {
    html +=
        card(escape(report.voc->metric) + " mAP", number(report.voc->map),
             fmt::format("IoU {} {}", escape(report.voc->comparison), report.voc->iou_threshold));
  }
  if (report.semantic) {
    const SemanticMetrics& metrics = report.semantic->metrics;
    html += card("mean IU", number(metrics.mean_iu),
                 "pixel accuracy " + number(metrics.pixel_accuracy));
  }
  return html;
}

std::string speed_cards(const Report& report) {
  const RunReport& run = *report.graph;
  const Bottleneck bottleneck = find_bottleneck(run);
  std::string html = card("images per second", fmt::format("{:.2f}", run.images_per_second()),
                          fmt::format("{} in {:.1f} s", plural(run.workers, "worker"), run.wall_s));
  if (!bottleneck.node.empty()) {
    html += card("bound by", escape(bottleneck.node), "see <a href=\"#timing\">timing</a>");
  }
  if (report.peak_memory_bytes > 0) {
    html += card("peak memory",
                 fmt::format("{:.0f} MB", static_cast<double>(report.peak_memory_bytes) / 1e6),
                 "resident, whole process");
  }
  return html;
}

std::string warning(const Report& report) {
  const ImageCounts& images = report.images;
  if (images.failed == 0) return {};
  return paragraph(
      fmt::format("{} of {} {} not evaluated. All numbers are about the other {}; the ground truth "
                  "of the missing ones is left out with them. See <a href=\"#failed\">failed "
                  "images</a>.",
                  count(images.failed), plural(images.total, "image"),
                  images.failed == 1 ? "was" : "were", count(images.ok)),
      "warn");
}

/// Columns for the types whose numbers have the same names.
std::string stats_table(std::span<const TypeReport> types) {
  std::vector<Table::Column> columns = {{"metric", Align::left}};
  for (const TypeReport& type : types) columns.push_back({escape(type.type)});
  columns.push_back({"what it is", Align::left});
  Table table(columns);
  for (std::size_t row = 0; row < types[0].stats.size(); ++row) {
    std::vector<std::string> cells = {escape(types[0].stats[row].name)};
    for (const TypeReport& type : types) cells.push_back(number(type.stats[row].value));
    cells.push_back("<span class=\"note\">" + escape(types[0].stats[row].meaning) + "</span>");
    table.add(cells);
  }
  return table.html();
}

}  // namespace

std::string type_heading(const Report& report, const TypeReport& type) {
  return report.types.size() > 1 ? "<h3>" + escape(type.type) + "</h3>\n" : std::string();
}

std::string interval(const Interval& bounds) {
  if (bounds.low < 0 && bounds.high < 0) return "&ndash;";
  return fmt::format("{:.4f}&#8239;&ndash;&#8239;{:.4f}", bounds.low, bounds.high);
}

Section summary_section(const Report& report) {
  const ImageCounts& images = report.images;
  std::string cards = accuracy_cards(report);
  cards += card("images", count(images.ok),
                images.failed > 0
                    ? fmt::format("of {}; {} failed", count(images.total), count(images.failed))
                    : "all of them");
  // Label maps alone have no detections to count.
  if (report.detections > 0 || !report.semantic) {
    cards +=
        card("detections", count(report.detections),
             images.ok > 0 ? fmt::format("{:.1f} an image", static_cast<double>(report.detections) /
                                                                static_cast<double>(images.ok))
                           : "");
  }
  if (report.graph) cards += speed_cards(report);
  return {"summary", "Summary", warning(report) + "<div class=\"cards\">\n" + cards + "</div>\n"};
}

Section metrics_section(const Report& report) {
  Section section{"metrics", "Metrics", {}};
  std::span<const TypeReport> types = report.types;
  if (types.empty()) {
    if (!report.voc && !report.semantic) {
      section.body =
          paragraph("Nothing was compared: there are no annotations, or --no-eval was given.");
    }
    return section;
  }
  section.body = paragraph(
      fmt::format("As the COCO API computes them, over {}. A dash means that there is no ground "
                  "truth of that kind.",
                  plural(report.images.ok, "image")));
  while (!types.empty()) {
    const std::span<const TypeReport> columns = same_stats(types);
    section.body += stats_table(columns);
    types = types.subspan(columns.size());
  }
  return section;
}

}  // namespace roiflow::page
