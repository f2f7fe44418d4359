/// How much memory a piece of work takes at most.
#pragma once

#include <cstdint>
#include <stdexcept>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace roiflow::test {

/// By how many bytes the resident memory of a child process grew at its peak while `work` ran in
/// it. Throws if the child did not end well (killed, or an exception).
template <class Work>
std::int64_t peak_growth(const Work& work) {
  const auto peak = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return std::int64_t{usage.ru_maxrss} * 1024;
  };
  int ends[2] = {-1, -1};
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child == 0) {
    try {
      const std::int64_t before = peak();
      work();
      const std::int64_t grown = peak() - before;
      _exit(write(ends[1], &grown, sizeof grown) == sizeof grown ? 0 : 1);
    } catch (...) {
      _exit(1);
    }
  }
  close(ends[1]);
  std::int64_t grown = -1;
  const bool told = read(ends[0], &grown, sizeof grown) == sizeof grown;
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!told || status != 0) throw std::runtime_error("the child did not end well");
  return grown;
}

}  // namespace roiflow::test
