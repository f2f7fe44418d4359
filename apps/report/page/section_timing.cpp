#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/report/page/sections.hpp"
#include "apps/report/page/svg_plot.hpp"

namespace roiflow::page {
namespace {

double places_time(const NodeReport& node) {
  return std::max(1e-12, node.busy_s + node.blocked_s + node.starved_s);
}

std::string node_bars(const RunReport& run) {
  Axis axis{"share of the node's places over the run, %", 0, 100, {}};
  for (int at = 0; at <= 100; at += 20)
    axis.ticks.push_back({static_cast<double>(at), fmt::format("{}", at)});
  std::vector<BarRow> rows;
  for (const NodeReport& node : run.nodes) {
    const double total = places_time(node);
    const double busy = 100 * node.busy_s / total, blocked = 100 * node.blocked_s / total;
    const double starved = std::max(0.0, 100 - busy - blocked);
    rows.push_back(
        {node.name,
         {busy, blocked, starved},
         {fmt::format("{}: busy {:.1f} %, {:.2f} s", node.name, busy, node.busy_s),
          fmt::format("{}: blocked {:.1f} %, {:.2f} s", node.name, blocked, node.blocked_s),
          fmt::format("{}: starved {:.1f} %, {:.2f} s", node.name, starved, node.starved_s)},
         ""});
  }
  const std::vector<std::string> colours = {"s1", "s2", "s4"};
  const std::vector<KeyEntry> entries = {
      {"busy", "s1"},
      {"blocked: a frame waits, but no worker is free (reading: the admission bound)", "s2"},
      {"starved: no frame is there", "s4"}};
  return key(entries) + figure("State of the nodes", row_bars("busy, blocked and starved by node",
                                                              axis, colours, rows, true));
}

/// Where the workers' time went: busy seconds of all nodes add up to it.
std::string node_table_html(const RunReport& run, const std::string& bottleneck) {
  double all = 0;
  for (const NodeReport& node : run.nodes) all += node.busy_s;
  Table table({{"node", Align::left},
               {"places", Align::right, "calls that may run at once"},
               {"calls"},
               {"ms a call"},
               {"longest, ms"},
               {"of all work", Align::right, "share of the busy time of all nodes"},
               {"busy"},
               {"blocked"},
               {"starved"},
               {"longest queue", Align::right, "most frames seen waiting"}},
              true);
  for (const NodeReport& node : run.nodes) {
    const auto calls = static_cast<double>(std::max<std::int64_t>(1, node.calls));
    const double total = places_time(node);
    const std::string name = escape(node.name);
    table.add(
        {node.name == bottleneck ? "<b>" + name + "</b>" : name, count(std::int64_t{node.slots}),
         count(node.calls), fmt::format("{:.2f}", 1e3 * node.busy_s / calls),
         fmt::format("{:.1f}", 1e3 * node.longest_call_s),
         percent(node.busy_s / std::max(1e-12, all)), percent(node.busy_s / total),
         percent(node.blocked_s / total), percent(node.starved_s / total), count(node.max_queue)});
  }
  return table.html();
}

}  // namespace

Section timing_section(const Report& report) {
  Section section{"timing", "Where the time went", {}};
  if (!report.graph) return section;
  const RunReport& run = *report.graph;
  const Bottleneck bottleneck = find_bottleneck(run);
  if (!bottleneck.node.empty()) {
    section.body = paragraph("Bound by <b>" + escape(bottleneck.node) +
                             "</b>: " + escape(bottleneck.reason) + ".");
  }
  section.body += paragraph(fmt::format(
      "{} in {:.2f} s with {} and at most {} under way: {:.2f} images per second; the workers were "
      "busy for {:.1f} % of the time.",
      plural(run.retired, "image"), run.wall_s, plural(run.workers, "worker"), run.in_flight,
      run.images_per_second(), 100 * run.worker_utilisation()));
  section.body += node_bars(run) + node_table_html(run, bottleneck.node);
  return section;
}

Section provenance_section(const Report& report) {
  const Provenance& made = report.made;
  Section section{"provenance", "How it was made", {}};
  section.body = "<pre>" + escape(made.command) + "</pre>\n";
  Table table({{"what", Align::left}, {"which", Align::left}});
  const auto row = [&](const char* what, const std::string& which) {
    if (!which.empty()) table.add({what, escape(which)});
  };
  row("data", made.data_path);
  row("detections", made.detections_path);
  row("model", made.model_path.empty() ? "" : made.model_name + " (" + made.model_path + ")");
  row("device", made.device.empty() ? "" : made.device + ", " + made.precision);
  if (!made.gpus.empty()) {
    row("GPUs", fmt::format("{}; {} batches of at most {} images under way on each",
                            fmt::join(made.gpus, ", "), made.lanes, made.batch));
  }
  if (report.graph) {
    row("workers", fmt::format("{}, at most {} images under way", report.graph->workers,
                               report.graph->in_flight));
  }
  for (const auto& [library, version] : made.versions)
    table.add({escape(library), escape(version)});
  section.body += table.html();
  return section;
}

}  // namespace roiflow::page
