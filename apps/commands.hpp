/// The commands of the program, one file each (apps/<name>_command.cpp).
///
/// A command gets the arguments after its name, throws Error for expected problems, writes results
/// to stdout and progress to stderr, and returns the exit code of the process.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roiflow {

/// The exit code of a command that finished and has failed images on record.
inline constexpr int exit_with_failures = 3;

using CommandFunction = int (*)(const std::vector<std::string>& arguments);

struct Command {
  std::string_view name;
  std::string_view summary;  ///< one line for `roiflow --help`
  CommandFunction run;
};

int pack_command(const std::vector<std::string>& arguments);
int unpack_command(const std::vector<std::string>& arguments);
int info_command(const std::vector<std::string>& arguments);
int verify_command(const std::vector<std::string>& arguments);
int synth_command(const std::vector<std::string>& arguments);
int import_command(const std::vector<std::string>& arguments);
int run_command(const std::vector<std::string>& arguments);
int eval_command(const std::vector<std::string>& arguments);
int bench_command(const std::vector<std::string>& arguments);
int show_command(const std::vector<std::string>& arguments);

/// All commands, in the order in which a user meets them.
std::span<const Command> commands();

}  // namespace roiflow
