/// Options of one command: the command line, the environment (ROIFLOW_*) and --config FILE.ini are
/// read with one and the same description; the command line wins, then the environment, then the
/// file. An unknown key anywhere is an Error{usage} that names where it stands.
///
/// Example: a command that takes one positional file and a count:
///   Options options("synth", "Makes a labelled synthetic data set.", "roiflow synth --images 200
///   -o s.h5"); options.add()("images", po::value<int>()->default_value(100), "how many images");
///   options.positional("data", 1, "the data set");
///   const auto parsed = options.parse(arguments);   // nullopt: --help was asked for and printed
///   parsed->get<int>("images");
#pragma once

#include <optional>
#include <string>
#include <typeinfo>
#include <vector>

#include <boost/program_options.hpp>

#include "apps/log.hpp"

namespace roiflow {

namespace po = boost::program_options;

/// The values after parsing; `given` is false for a default.
class ParsedOptions {
 public:
  explicit ParsedOptions(po::variables_map values) : values_(std::move(values)) {}
  [[nodiscard]] bool has(const std::string& name) const { return values_.count(name) > 0; }
  [[nodiscard]] bool given(const std::string& name) const {
    return has(name) && !values_[name].defaulted();
  }
  [[nodiscard]] bool flag(const std::string& name) const { return has(name) && get<bool>(name); }
  /// Whether the option was declared with this type of value; only if has().
  template <class T>
  [[nodiscard]] bool is(const std::string& name) const {
    return values_[name].value().type() == typeid(T);
  }
  /// Throws Error{usage} if the option was not given and has no default.
  template <class T>
  [[nodiscard]] const T& get(const std::string& name) const {
    require_present(name);
    return values_[name].as<T>();
  }
  /// At the level of --log-level.
  [[nodiscard]] Log log() const { return Log(log_level(get<std::string>("log-level"))); }

 private:
  void require_present(const std::string& name) const;
  po::variables_map values_;
};

class Options {
 public:
  /// `summary` and `example` are what --help begins and ends with. Every command knows --help,
  /// --config, --quiet and --log-level.
  Options(std::string command, std::string summary, std::string example);

  /// Add options as with po::options_description; names long, lower-case, with hyphens.
  po::options_description_easy_init add() { return visible_.add_options(); }
  /// The next positional argument(s); `most` < 0 means any number. Value type std::string
  /// (most == 1) or std::vector<std::string>.
  void positional(const std::string& name, int most, const std::string& help);

  /// Throws Error{usage}. Prints help to stdout and returns nothing if --help is among them.
  [[nodiscard]] std::optional<ParsedOptions> parse(const std::vector<std::string>& arguments) const;

 private:
  void print_help() const;

  std::string command_, summary_, example_, usage_;
  po::options_description visible_;
  po::options_description hidden_;
  po::positional_options_description positions_;
  std::vector<std::pair<std::string, std::string>> position_help_;
};

}  // namespace roiflow
