/// Whole runs of the program on a small synthetic set, and the files that must be the same whatever
/// happened on the way.
#pragma once

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "io/journal/journal.hpp"
#include "tests/support/program.hpp"
#include "tests/support/scratch.hpp"

namespace roiflow::test {

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

constexpr int many = 60;  ///< images that take long enough to be met at work

class RunFixture {
 public:
  explicit RunFixture(const std::string& name, int images = 12) : scratch_(name) {
    const ProgramResult made =
        roiflow(fmt::format("synth --images {} --seed 77 -q -o {}", images, path("data.h5")));
    REQUIRE_MESSAGE(made.code == 0, made.text);
  }

  [[nodiscard]] std::string path(const std::string& name) const { return scratch_ / name; }
  [[nodiscard]] static std::string model(const std::string& name) {
    return fmt::format("{}/configs/{}.h5", ROIFLOW_SOURCE_DIR, name);
  }
  [[nodiscard]] std::string bytes(const std::string& name) const { return read_bytes(path(name)); }
  [[nodiscard]] bool exists(const std::string& name) const {
    return std::filesystem::exists(path(name));
  }

  /// Arguments of a run into the directory `out`.
  [[nodiscard]] std::vector<std::string> arguments(const std::string& model_name,
                                                   const std::string& out,
                                                   const std::string& data = "data.h5") const {
    return {"run", path(data), "--model", model(model_name), "--out", path(out), "-q"};
  }
  [[nodiscard]] ProgramResult run(const std::string& model_name, const std::string& out,
                                  const std::string& more = "",
                                  const std::string& data = "data.h5") const {
    std::string line;
    for (const std::string& argument : arguments(model_name, out, data)) line += argument + ' ';
    return roiflow(line + more);
  }

  [[nodiscard]] nlohmann::json metrics(const std::string& out) const {
    return nlohmann::json::parse(bytes(out + "/report.json"))["metrics"];
  }
  /// Every byte of what was published, but for times: the report's numbers.
  void check_same(const std::string& expected, const std::string& found) const {
    for (const char* file :
         {"predictions.h5", "results.bbox.json", "results.segm.json", "errors.jsonl"}) {
      CAPTURE(file);
      REQUIRE(exists(expected + "/" + file) == exists(found + "/" + file));
      const bool same = bytes(expected + "/" + file) == bytes(found + "/" + file);
      CHECK(same);
    }
    CHECK(metrics(expected) == metrics(found));
  }

  /// Entries of the journal in `out`; 0 if there is none.
  [[nodiscard]] std::int64_t journalled(const std::string& out) const {
    if (!exists(out + "/journal")) return 0;
    JournalReader journal(path(out + "/journal"));
    std::int64_t count = 0;
    while (journal.next()) ++count;
    return count;
  }

  /// Waits until a run that is at work in `out` has so many.
  void wait_for_entries(const std::string& out, std::int64_t least) const {
    using Clock = std::chrono::steady_clock;
    const auto give_up = Clock::now() + std::chrono::seconds(120);
    while (journalled(out) < least && Clock::now() < give_up) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    REQUIRE(journalled(out) >= least);
  }

 private:
  Scratch scratch_;
};

}  // namespace roiflow::test
