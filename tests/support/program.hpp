/// Runs the program as a user does.
#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <sys/wait.h>

namespace roiflow::test {

struct ProgramResult {
  int code = -1;     ///< exit code
  std::string text;  ///< what it printed, stdout and stderr together
};

/// `arguments` as in a shell.
inline ProgramResult run_shell(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot start " + command);
  ProgramResult result;
  std::array<char, 4096> block{};
  while (const std::size_t count = std::fread(block.data(), 1, block.size(), pipe)) {
    result.text.append(block.data(), count);
  }
  const int status = pclose(pipe);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

inline ProgramResult roiflow(const std::string& arguments) {
  return run_shell(std::string(ROIFLOW_BINARY_DIR) + "/roiflow " + arguments);
}

}  // namespace roiflow::test
