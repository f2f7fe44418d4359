#include "apps/options.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include <unistd.h>

#include "stages/core/error.hpp"
#include "stages/model/option_error.hpp"

namespace roiflow {
namespace {

/// ROIFLOW_MAX_DETS -> max-dets; anything else -> "".
std::string option_of_variable(const std::string& variable) {
  const std::string prefix = "ROIFLOW_";
  if (!variable.starts_with(prefix)) return {};
  std::string name = variable.substr(prefix.size());
  std::ranges::transform(name, name.begin(), [](unsigned char c) {
    return c == '_' ? '-' : static_cast<char>(std::tolower(c));
  });
  return name;
}

/// In an argument, or in a variable of ours.
bool has_percent(const std::vector<std::string>& arguments) {
  const auto percent = [](std::string_view text) { return text.find('%') != text.npos; };
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (text.starts_with("ROIFLOW_") && percent(text)) return true;
  }
  return std::ranges::any_of(arguments, percent);
}

/// The environment is shared by all commands, so a variable that this command does not know is
/// left alone; the value of one that it does know is checked like any other.
void store_environment(const po::options_description& all, po::variables_map& values) {
  const auto known = [&](const std::string& variable) {
    const std::string name = option_of_variable(variable);
    return !name.empty() && all.find_nothrow(name, false) != nullptr ? name : std::string();
  };
  po::store(po::parse_environment(all, known), values);
}

void store_config(const std::string& path, const po::options_description& all,
                  po::variables_map& values) {
  std::ifstream file(path);
  require(file.is_open(), ErrorCode::no_input, "{}: the file given with --config cannot be opened",
          path);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  const std::size_t zero = content.find('\0');  // would cut the text of every message
  require(zero == std::string::npos, ErrorCode::usage,
          "{}: expected lines `name = value`, found a zero byte at byte {}", path, zero);
  std::istringstream lines(content);
  try {
    po::store(po::parse_config_file(lines, all), values);
  } catch (const po::error& error) {
    fail(ErrorCode::usage, "{}: {}", path,
         option_error(error, content.find('%') != std::string::npos));
  }
}

}  // namespace

void ParsedOptions::require_present(const std::string& name) const {
  require(has(name), ErrorCode::usage, "the option --{} is required but was not given", name);
}

Options::Options(std::string command, std::string summary, std::string example)
    : command_(std::move(command)),
      summary_(std::move(summary)),
      example_(std::move(example)),
      visible_("Options", 100, 60) {
  add()("help,h", po::bool_switch(), "print this page")(
      "config", po::value<std::string>()->value_name("FILE.ini"),
      "read options from a file: lines `name = value`")(
      "quiet,q", po::bool_switch(), "no progress, only warnings and errors on stderr")(
      "log-level", po::value<std::string>()->value_name("LEVEL")->default_value("warning"),
      "what is told on stderr beside the progress: error, warning, info or debug");
}

void Options::positional(const std::string& name, int most, const std::string& help) {
  if (most == 1) {
    hidden_.add_options()(name.c_str(), po::value<std::string>());
  } else {
    hidden_.add_options()(name.c_str(), po::value<std::vector<std::string>>());
  }
  positions_.add(name.c_str(), most);
  std::string shown = name;
  std::ranges::transform(shown, shown.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  usage_ += " " + shown + (most == 1 ? "" : "...");
  position_help_.emplace_back(shown, help);
}

std::optional<ParsedOptions> Options::parse(const std::vector<std::string>& arguments) const {
  po::options_description all;
  all.add(visible_).add(hidden_);
  po::variables_map values;
  try {
    using namespace po::command_line_style;
    const auto style = unix_style & ~allow_guessing;
    po::store(
        po::command_line_parser(arguments).options(all).positional(positions_).style(style).run(),
        values);
    if (values["help"].as<bool>()) {
      print_help();
      return std::nullopt;
    }
    store_environment(all, values);
    if (values.count("config") > 0) store_config(values["config"].as<std::string>(), all, values);
    po::notify(values);
    (void)log_level(values["log-level"].as<std::string>());
  } catch (const po::error& error) {
    fail(ErrorCode::usage, "roiflow {0}: {1}; `roiflow {0} --help` lists the options", command_,
         option_error(error, has_percent(arguments)));
  }
  return ParsedOptions(std::move(values));
}

void Options::print_help() const {
  std::cout << "roiflow " << command_ << ": " << summary_ << "\n\nUsage: roiflow " << command_
            << usage_ << " [options]\n";
  for (const auto& [name, help] : position_help_) std::cout << "  " << name << "  " << help << '\n';
  std::cout << '\n' << visible_ << "\nExample:\n  " << example_ << '\n';
}

}  // namespace roiflow
