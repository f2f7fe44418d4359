#include <algorithm>

#include <fmt/format.h>

#include "apps/report/summary.hpp"

namespace roiflow {
namespace {

constexpr std::string_view style = R"(
:root{color-scheme:light dark;--fg:#1b1f24;--bg:#fff;--soft:#f3f5f7;--line:#d5dae0;--busy:#2f7d4f;--blocked:#c77d1e;--starved:#c3cad3;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--fg:#e6e9ed;--bg:#14171a;--soft:#1e2328;--line:#363d45;--busy:#4fa874;--blocked:#dc9a45;--starved:#4a525c;--bad:#ff8a80}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid var(--line)}
table{border-collapse:collapse}th,td{padding:.2rem .8rem;text-align:right;border-bottom:1px solid var(--line);font-variant-numeric:tabular-nums}
th:first-child,td:first-child{text-align:left}.cards{display:flex;gap:1rem;flex-wrap:wrap}
.card{background:var(--soft);border-radius:.5rem;padding:.7rem 1.2rem;min-width:8rem}.card b{display:block;font-size:1.6rem}
code{background:var(--soft);padding:.1rem .3rem;border-radius:.2rem;overflow-wrap:anywhere}.bad{color:var(--bad)}
.bar{display:flex;width:20rem;height:.9rem;border-radius:.2rem;overflow:hidden}.bar i{display:block;height:100%}
.busy{background:var(--busy)}.blocked{background:var(--blocked)}.starved{background:var(--starved)}
.key i{display:inline-block;width:.8rem;height:.8rem;margin:0 .3rem 0 1rem;border-radius:.15rem}
@media print{body{margin:0}h2{break-after:avoid}tr{break-inside:avoid}}
)";

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string card(std::string_view label, const std::string& value) {
  return fmt::format("<div class=card>{}<b>{}</b></div>\n", label, value);
}

std::string headline(const RunSummary& summary) {
  std::string html = "<div class=cards>\n";
  for (const MetricTable& table : summary.metrics) {
    html += card(escape(table.type) + " AP", fmt::format("{:.4f}", table.values.front().second));
  }
  const RunReport& run = summary.graph;
  html += card("images per second", fmt::format("{:.2f}", run.images_per_second()));
  html += card("images ok / all", fmt::format("{} / {}", run.retired - run.failed, run.read));
  html += card("detections", fmt::format("{}", summary.detections));
  html += card("peak memory",
               fmt::format("{:.0f} MB", static_cast<double>(summary.peak_memory_bytes) / 1e6));
  return html + "</div>\n";
}

std::string metrics_section(const RunSummary& summary) {
  if (summary.metrics.empty()) {
    return "<h2>Accuracy</h2><p>The data set holds no annotations: nothing to compare with.</p>\n";
  }
  const RunReport& run = summary.graph;
  std::string html = fmt::format(
      "<h2>Accuracy</h2>\n<p>COCO metrics over {} of {} images{}; &minus;1 means that there is no "
      "ground truth of that kind.</p>\n<table><tr><th>metric</th>",
      run.retired - run.failed, run.read,
      run.failed > 0 ? " (the failed ones are left out, with their ground truth)" : "");
  for (const MetricTable& table : summary.metrics) {
    html += fmt::format("<th>{}</th>", escape(table.type));
  }
  html += "</tr>\n";
  for (std::size_t row = 0; row < summary.metrics.front().values.size(); ++row) {
    html += fmt::format("<tr><td>{}</td>", escape(summary.metrics.front().values[row].first));
    for (const MetricTable& table : summary.metrics) {
      html += fmt::format("<td>{:.4f}</td>", table.values[row].second);
    }
    html += "</tr>\n";
  }
  return html + "</table>\n";
}

std::string classes_section(const RunSummary& summary) {
  if (summary.metrics.empty()) return {};
  std::string html = "<h2>Average precision by class</h2>\n<table><tr><th>class</th>";
  for (const MetricTable& table : summary.metrics) {
    html += fmt::format("<th>{}</th>", escape(table.type));
  }
  html += "</tr>\n";
  for (std::size_t row = 0; row < summary.metrics.front().class_ap.size(); ++row) {
    html += fmt::format("<tr><td>{}</td>", escape(summary.metrics.front().class_ap[row].first));
    for (const MetricTable& table : summary.metrics) {
      html += fmt::format("<td>{:.4f}</td>", table.class_ap[row].second);
    }
    html += "</tr>\n";
  }
  return html + "</table>\n";
}

std::string node_row(const NodeReport& node) {
  const double total = std::max(1e-12, node.busy_s + node.starved_s + node.blocked_s);
  const auto calls = static_cast<double>(std::max<std::int64_t>(1, node.calls));
  const double busy = 100 * node.busy_s / total, blocked = 100 * node.blocked_s / total;
  return fmt::format(
      "<tr><td>{}</td><td>{}</td><td>{:.2f}</td><td>{:.1f}</td><td>{:.1f}</td><td>{:.1f}</td>"
      "<td><div class=bar title=\"busy {:.1f} %, blocked {:.1f} %, starved {:.1f} %\">"
      "<i class=busy style=\"width:{:.1f}%\"></i><i class=blocked style=\"width:{:.1f}%\"></i>"
      "<i class=starved style=\"flex:1\"></i></div></td></tr>\n",
      escape(node.name), node.slots, 1e3 * node.busy_s / calls, busy, blocked, 100 - busy - blocked,
      busy, blocked, 100 - busy - blocked, busy, blocked);
}

std::string nodes_section(const RunReport& run) {
  const Bottleneck bottleneck = find_bottleneck(run);
  std::string html = fmt::format(
      "<h2>Where the time went</h2>\n<p>Bound by <b>{}</b>: {}.</p>\n"
      "<p class=key><i class=busy></i>busy<i class=blocked></i>blocked: a frame waits, no worker "
      "is "
      "free (reading: the admission bound)<i class=starved></i>starved: no frame is there</p>\n"
      "<table><tr><th>node</th><th>places</th><th>ms/image</th><th>busy %</th><th>blocked %</th>"
      "<th>starved %</th><th></th></tr>\n",
      escape(bottleneck.node), escape(bottleneck.reason));
  for (const NodeReport& node : run.nodes) html += node_row(node);
  return html + "</table>\n";
}

std::string failures_section(const RunSummary& summary) {
  if (summary.graph.failed == 0) return "<h2>Failed images</h2>\n<p>None.</p>\n";
  std::string html = fmt::format(
      "<h2>Failed images</h2>\n<p class=bad>{} of {}; errors.jsonl lists all.</p>\n"
      "<table><tr><th>image</th><th>file</th><th>stage</th><th>reason</th></tr>\n",
      summary.graph.failed, summary.graph.read);
  for (const FailedImage& image : summary.failed) {
    html += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", image.id,
                        escape(image.file_name), escape(image.failure.stage),
                        escape(image.failure.message));
  }
  return html + "</table>\n";
}

std::string provenance_section(const RunSummary& summary) {
  std::string html = fmt::format(
      "<h2>How it was "
      "made</h2>\n<p><code>{}</code></p>\n<table>\n<tr><td>data</td><td>{}</td></tr>\n"
      "<tr><td>model</td><td>{} ({})</td></tr>\n<tr><td>device</td><td>{}, {}</td></tr>\n"
      "<tr><td>workers, in flight</td><td>{}, {}</td></tr>\n",
      escape(summary.command), escape(summary.data_path), escape(summary.model_name),
      escape(summary.model_path), escape(summary.device), escape(summary.precision),
      summary.graph.workers, summary.graph.in_flight);
  for (const auto& [library, version] : summary.versions) {
    html += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", escape(library), escape(version));
  }
  return html + "</table>\n";
}

}  // namespace

std::string report_html(const RunSummary& summary) {
  return fmt::format(
             "<!doctype html>\n<html lang=en><head><meta charset=utf-8>\n"
             "<meta name=viewport content=\"width=device-width\">\n<title>roiflow: {}</title>\n"
             "<style>{}</style></head><body>\n<h1>{}</h1>\n<p>{}</p>\n",
             escape(summary.model_name), style, escape(summary.model_name),
             escape(summary.data_path)) +
         headline(summary) + metrics_section(summary) + classes_section(summary) +
         nodes_section(summary.graph) + failures_section(summary) + provenance_section(summary) +
         "</body></html>\n";
}

}  // namespace roiflow
