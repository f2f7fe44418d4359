#include <filesystem>

#include <fmt/format.h>

#include "apps/report/page/page_style.hpp"
#include "apps/report/page/sections.hpp"
#include "apps/report/write_report.hpp"

namespace roiflow {
namespace {

using page::escape;
using page::Section;

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

std::string title_of(const Report& report) {
  const Provenance& made = report.made;
  if (!made.model_name.empty()) return made.model_name + " on " + file_name(made.data_path);
  return file_name(made.detections_path) + " against " + file_name(made.data_path);
}

/// Nothing is ever loaded: browsers are told so.
std::string head(const std::string& title) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>roiflow: {}</title>\n<style>{}</style>\n</head>\n",
      escape(title), page::style_sheet());
}

std::string contents(const std::vector<Section>& sections) {
  std::string html = "<nav aria-label=\"Contents\">\n<ul>\n";
  for (const Section& section : sections) {
    html += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", section.id, escape(section.heading));
  }
  return html + "</ul>\n</nav>\n";
}

}  // namespace

std::string report_html(const Report& report) {
  std::vector<Section> sections;
  for (const auto make :
       {page::summary_section, page::metrics_section, page::curves_section, page::classes_section,
        page::confusion_section, page::errors_section, page::voc_section, page::semantic_section,
        page::distributions_section, page::conventions_section, page::uncertainty_section,
        page::images_section, page::failed_section, page::timing_section,
        page::provenance_section}) {
    Section section = make(report);
    if (!section.body.empty()) sections.push_back(std::move(section));
  }
  const std::string title = title_of(report);
  std::string html = head(title) + "<body>\n<div class=\"page\">\n" + contents(sections) +
                     "<main>\n<h1>" + escape(title) + "</h1>\n<p class=\"sub\">" +
                     escape(report.made.data_path) + "</p>\n";
  for (const Section& section : sections) {
    html += fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n", section.id,
                        escape(section.heading), section.body);
  }
  html += "</main>\n</div>\n<script>";
  html += page::script();
  return html + "</script>\n</body>\n</html>\n";
}

}  // namespace roiflow
