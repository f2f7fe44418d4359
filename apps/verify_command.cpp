#include <iostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "apps/commands.hpp"
#include "apps/options.hpp"
#include "apps/verify/run_check.hpp"
#include "stages/core/error.hpp"

namespace roiflow {
namespace {

Options verify_options() {
  Options options("verify",
                  "Checks the directory of a run: the journal's and the files' check sums, JSON, "
                  "and that processed and failed images are all there are. Exit code 0: complete "
                  "and whole; 65: damaged; 75: whole as far as it goes, but not complete, or at "
                  "work now.",
                  "roiflow verify out/run");
  options.positional("directory", 1, "the directory that `run --out` was given");
  options.add()("json", po::bool_switch(), "print the checks as a JSON object");
  return options;
}

std::string text_of(const RunState& state) {
  std::string text;
  for (const RunCheck& check : state.checks) {
    text +=
        fmt::format("{:<7} {:<13} {}\n", check.good ? "ok" : "DAMAGED", check.name, check.message);
  }
  if (state.holder) return text + fmt::format("at work: {}\n", *state.holder);
  return text + (state.complete ? "complete\n" : "not complete: `run --resume` continues it\n");
}

nlohmann::ordered_json json_of(const RunState& state) {
  nlohmann::ordered_json json = {{"good", state.good()}, {"complete", state.complete}};
  json["holder"] = state.holder ? nlohmann::ordered_json(*state.holder) : nullptr;
  for (const RunCheck& check : state.checks) {
    json["checks"].push_back(
        {{"name", check.name}, {"good", check.good}, {"message", check.message}});
  }
  return json;
}

}  // namespace

int verify_command(const std::vector<std::string>& arguments) {
  const auto options = verify_options().parse(arguments);
  if (!options) return 0;
  const RunState state = check_run(options->get<std::string>("directory"));
  if (options->flag("json")) {
    std::cout << json_of(state).dump(2) << '\n';
  } else {
    std::cout << text_of(state);
  }
  if (!state.good()) return static_cast<int>(ErrorCode::bad_data);
  return state.complete && !state.holder ? 0 : static_cast<int>(ErrorCode::busy);
}

}  // namespace roiflow
