/// report.html as a reader's browser shows it: a headless Chromium opens it in both colour schemes,
/// uses its tables and plots, and prints it. ROIFLOW_REPORT_PAGES=DIR keeps pages and screenshots.
#include <filesystem>

#include <doctest/doctest.h>

#include "apps/report/write_report.hpp"
#include "tests/support/browser.hpp"
#include "tests/support/sample_report.hpp"
#include "tests/support/scratch.hpp"

namespace roiflow::test {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> all_sections = {
    "summary",     "metrics",     "curves",   "classes", "confusion",
    "errors",      "voc",         "semantic", "images",  "distributions",
    "conventions", "uncertainty", "failed",   "timing",  "provenance"};

/// Listens before anything else of the page runs.
constexpr std::string_view listener = R"(<script>
window.problems = [];
addEventListener('error', e => problems.push('error: ' + (e.message || e.target.tagName)), true);
addEventListener('securitypolicyviolation', e => problems.push('blocked: ' + e.violatedDirective));
</script>
)";

/// Uses the page as a reader would, and leaves what it saw in attributes of <html>.
constexpr std::string_view user = R"(<script>
const say = text => problems.push(text);
for (const folded of document.querySelectorAll('details')) folded.open = true;
for (const table of document.querySelectorAll('table.sort')) {
  const rows = table.tBodies[0].rows.length;
  for (const head of table.tHead.rows[0].cells) {
    head.click();
    if (table.tBodies[0].rows.length !== rows) say('sorting lost rows');
    if (!head.getAttribute('aria-sort')) say('a column does not say how it is sorted');
  }
}
for (const svg of document.querySelectorAll('svg.lines')) {
  const box = svg.getBoundingClientRect();
  if (!(box.width > 50 && box.height > 30)) say('a plot without size');
  svg.dispatchEvent(new PointerEvent('pointermove', {clientX: box.left + box.width * 0.5, clientY: box.top + 20}));
  const tip = document.getElementById('tip');
  if (tip.style.display !== 'block' || !/^recall 0\.\d\d\n.*precision \d/.test(tip.textContent)) {
    say('no value on hover: ' + tip.textContent);
  }
  svg.dispatchEvent(new PointerEvent('pointerleave'));
}
for (const image of document.images) if (!image.complete || !image.naturalWidth) say('a picture does not show');
if (document.documentElement.scrollWidth > innerWidth + 1) say('the page is wider than the window: ' + document.documentElement.scrollWidth);
const dark = matchMedia('(prefers-color-scheme: dark)').matches;
const root = document.documentElement;
const luminance = colour => { const v = colour.match(/\d+/g).map(Number); return (v[0] * 2 + v[1] * 7 + v[2]) / 10; };
const style = getComputedStyle(document.body);
root.dataset.contrast = Math.abs(luminance(style.color) - luminance(style.backgroundColor)) > 150 ? 'good' : 'bad';
root.dataset.scheme = (luminance(style.backgroundColor) < 100 ? 'dark' : 'light') + (dark ? ' asked dark' : ' asked light');
root.dataset.problems = problems.length ? problems.join(' | ') : 'none';
root.dataset.sections = [...document.querySelectorAll('section[id]')].map(s => s.id).join(' ');
</script>
</body>)";

std::string instrumented(std::string html) {
  html.insert(html.find("<meta name=\"viewport\""), listener);
  html.replace(html.rfind("</body>"), 7, user);
  return html;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The value of an attribute of <html>.
std::string attribute(const std::string& dom, const std::string& name) {
  const std::size_t begin = dom.find(name + "=\"");
  if (begin == std::string::npos) return "(no " + name + ")";
  const std::size_t value = begin + name.size() + 2;
  return dom.substr(value, dom.find('"', value) - value);
}

class Pages {
 public:
  [[nodiscard]] fs::path folder() const {
    const char* const kept = std::getenv("ROIFLOW_REPORT_PAGES");
    const fs::path path = kept != nullptr && *kept != '\0' ? fs::path(kept) : scratch_.path();
    fs::create_directories(path);
    return fs::absolute(path);
  }
  [[nodiscard]] fs::path profile() const { return scratch_ / "profile"; }

 private:
  Scratch scratch_{"report_page_test"};
};

void check_in_browser(const Browser& browser, const fs::path& folder, const std::string& name,
                      const std::string& html, const std::vector<std::string>& sections) {
  const fs::path page = folder / (name + ".checked.html");
  write_bytes(page, instrumented(html));
  struct Case {
    const char* name;
    const char* options;
    const char* scheme;
  };
  const Case cases[] = {
      {"light", "--blink-settings=preferredColorScheme=1 --window-size=1280,900",
       "light asked light"},
      {"dark", "--blink-settings=preferredColorScheme=0 --window-size=1280,900", "dark asked dark"},
      {"narrow", "--blink-settings=preferredColorScheme=1 --window-size=500,900",
       "light asked light"}};
  for (const Case& c : cases) {
    CAPTURE(name);
    CAPTURE(c.name);
    const ProgramResult shown = browser.open(page, std::string(c.options) + " --dump-dom");
    REQUIRE(shown.code == 0);
    CHECK(attribute(shown.text, "data-problems") == "none");
    CHECK(attribute(shown.text, "data-scheme") == c.scheme);
    CHECK(attribute(shown.text, "data-contrast") == "good");
    CHECK_FALSE(contains(shown.text, ":CONSOLE"));
    const std::string found = " " + attribute(shown.text, "data-sections") + " ";
    for (const std::string& section : sections) {
      CAPTURE(section);
      CHECK(contains(found, " " + section + " "));
    }
  }
}

void check_print(const Browser& browser, const fs::path& folder, const std::string& name) {
  const fs::path pdf = folder / (name + ".pdf");
  const ProgramResult printed = browser.open(
      folder / (name + ".html"), "--no-pdf-header-footer --print-to-pdf='" + pdf.string() + "'");
  REQUIRE(printed.code == 0);
  CHECK(read_bytes(pdf).starts_with("%PDF-"));
  CHECK(fs::file_size(pdf) > 30'000);
}

void take_screenshots(const Browser& browser, const fs::path& folder, const std::string& name) {
  struct Case {
    const char* name;
    const char* options;
  };
  const Case cases[] = {
      {"light", "--blink-settings=preferredColorScheme=1 --window-size=1280,9000"},
      {"dark", "--blink-settings=preferredColorScheme=0 --window-size=1280,9000"},
      {"narrow", "--blink-settings=preferredColorScheme=1 --window-size=500,9000"}};
  for (const Case& c : cases) {
    const fs::path picture = folder / fmt::format("{}.{}.png", name, c.name);
    (void)browser.open(folder / (name + ".html"),
                       fmt::format("{} --screenshot='{}'", c.options, picture.string()));
  }
}

/// Tags, ids, links: with Python's own parser, where there is a Python.
void check_markup(const fs::path& page, const std::vector<std::string>& sections) {
  std::string command = fmt::format("python3 {}/tests/reference/check_page.py '{}'",
                                    ROIFLOW_SOURCE_DIR, page.string());
  for (const std::string& section : sections) command += " " + section;
  const ProgramResult result = run_shell(command);
  CHECK_MESSAGE(result.code == 0, result.text);
}

void check_page(const std::string& name, const std::string& html,
                const std::vector<std::string>& sections) {
  const Pages pages;
  const fs::path folder = pages.folder();
  write_bytes(folder / (name + ".html"), html);
  if (run_shell("python3 -c ''").code == 0) {
    check_markup(folder / (name + ".html"), sections);
  } else {
    MESSAGE("SKIPPED markup of report.html (" << name << "): no python3");
  }
  const auto browser = Browser::find(pages.profile());
  if (!browser) {
    MESSAGE("SKIPPED report.html in a browser (" << name << "): " << no_browser);
    return;
  }
  check_in_browser(*browser, folder, name, html, sections);
  check_print(*browser, folder, name);
  if (std::getenv("ROIFLOW_REPORT_PAGES") != nullptr) take_screenshots(*browser, folder, name);
}

}  // namespace

TEST_CASE("report page: eighty classes and everything that a report can hold") {
  const std::string html = report_html(sample_report(80, 1));
  CHECK(html.size() < 3'000'000);
  check_page("eighty", html, all_sections);
}

TEST_CASE("report page: three classes") {
  check_page("three", report_html(sample_report(3, 2)), all_sections);
}

TEST_CASE("report page: a run of the shipped model over synthetic images") {
  const Scratch scratch("report_page_run");
  const std::string data = scratch / "shapes.h5", out = scratch / "out";
  REQUIRE(roiflow("synth --images 24 --seed 11 -q -o " + data).code == 0);
  const ProgramResult run = roiflow(fmt::format(
      "run {} --model {}/configs/tiny_mask_rcnn.h5 --out {} -q", data, ROIFLOW_SOURCE_DIR, out));
  REQUIRE_MESSAGE(run.code == 0, run.text);
  const std::string html = read_bytes(fs::path(out) / "report.html");
  CHECK(contains(html, "data:image/jpeg;base64,"));
  check_page("run", html,
             {"summary", "metrics", "curves", "classes", "confusion", "errors", "distributions",
              "conventions", "uncertainty", "images", "failed", "timing", "provenance"});
}

}  // namespace roiflow::test
