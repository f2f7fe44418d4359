#include "io/hdf5/hdf5_probe.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <exception>
#include <fstream>
#include <new>
#include <set>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/hdf5/hdf5_call.hpp"

namespace roiflow::hdf5 {
namespace {

constexpr int most_levels = 16;  // ours have 4; a hostile file may have thousands
constexpr rlim_t most_bytes = rlim_t{512} << 20;
constexpr rlim_t most_seconds = 5;

/// Visits everything below a group.
class Walk {
 public:
  void visit(const Group& group, int level) {
    require(level <= most_levels, ErrorCode::bad_data, "{}: expected at most {} levels of groups",
            group.location(), most_levels);
    visit_object(group);
    for (const std::string& name : group.children()) {
      if (group.is_group(name)) {
        visit(group.group(name), level + 1);
      } else {
        visit(group.dataset(name));
      }
    }
  }

 private:
  void visit(const Dataset& dataset) {
    visit_object(dataset);
    dataset.examine();
  }

  void visit_object(const Object& object) {
    require(seen_.insert(object.address()).second, ErrorCode::bad_data,
            "{}: expected every object under one name, found one for the second time (a circle of "
            "hard links?)",
            object.location());
    for (const std::string& name : object.attribute_names()) {
      try {
        (void)object.attribute(name);
      } catch (const Error&) {  // of another type than ours: whoever needs it will say so
      }
    }
  }

  std::set<std::uint64_t> seen_;
};

void limit(decltype(RLIMIT_AS) resource, rlim_t most) {
  const rlimit limits{most, most};
  setrlimit(resource, &limits);
}

/// Nobody is to hear of the child but its parent: what the program does when it crashes is not for
/// the child. Of memory, it gets what this process has already and `most_bytes` more.
void limit_child() {
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) signal(number, SIG_DFL);
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  limit(RLIMIT_AS, pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + most_bytes);
  limit(RLIMIT_CPU, most_seconds);
  limit(RLIMIT_CORE, 0);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0) return;
  dup2(nowhere, STDOUT_FILENO);
  dup2(nowhere, STDERR_FILENO);  // malloc's last words
}

/// In the child: an exit code, 0 for a file that may be opened, and why not.
std::pair<int, std::string> verdict(const std::string& path) {
  try {
    const File file = open_without_examination(path);
    const Group root = file.root();
    try {
      Walk().visit(root, 0);
    } catch (const Error&) {
      if (root.has_attribute("format")) throw;
    }
    return {0, ""};
  } catch (const Error& error) {
    return {static_cast<int>(error.code()), error.what()};
  } catch (const std::bad_alloc&) {
    return {static_cast<int>(ErrorCode::bad_data),
            fmt::format("{}: reading its structure takes more than {} MiB of memory", path,
                        most_bytes >> 20)};
  } catch (const std::exception& error) {
    return {static_cast<int>(ErrorCode::bad_data),
            fmt::format("{}: reading its structure fails: {}", path, error.what())};
  }
}

[[noreturn]] void be_the_child(const std::string& path, int report, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // it has the run's lock open and must not outlive it
  if (getppid() != parent) _exit(static_cast<int>(ErrorCode::internal));
  Lock::renew_after_fork();
  limit_child();
  const auto [code, text] = verdict(path);
  const bool told = write(report, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  _exit(told ? code : static_cast<int>(ErrorCode::internal));
}

std::string read_to_end(int descriptor) {
  std::string text;
  char block[4096];
  for (;;) {
    const ssize_t count = read(descriptor, block, sizeof block);
    if (count > 0) {
      text.append(block, static_cast<std::size_t>(count));
    } else if (count == 0 || errno != EINTR) {
      return text;
    }
  }
}

void judge(const std::string& path, int status, const std::string& text) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  if (WIFEXITED(status) && !text.empty()) {
    throw Error(static_cast<ErrorCode>(WEXITSTATUS(status)), text);
  }
  const bool slow =
      WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGXCPU);
  require(!slow, ErrorCode::bad_data,
          "{}: expected an HDF5 file, found damage: reading its structure takes more than {} "
          "seconds",
          path, most_seconds);
  fail(ErrorCode::bad_data,
       "{}: expected an HDF5 file, found damage: the reader crashed on its structure ({}; tried in "
       "a process of its own)",
       path,
       WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status))
                           : fmt::format("exit code {}", WEXITSTATUS(status)));
}

void examine_in_child(const std::string& path) {
  int ends[2] = {-1, -1};
  const bool piped = pipe2(ends, O_CLOEXEC) == 0;
  require(piped, ErrorCode::io, "{}: cannot make a pipe to examine it: {}", path,
          std::strerror(errno));
  const pid_t parent = getpid(), child = fork();
  if (child == 0) be_the_child(path, ends[1], parent);
  const int fork_error = errno;
  close(ends[1]);
  const std::string text = child > 0 ? read_to_end(ends[0]) : std::string();
  close(ends[0]);
  require(child > 0, ErrorCode::io, "{}: cannot make a process to examine it: {}", path,
          std::strerror(fork_error));
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    require(errno == EINTR, ErrorCode::io, "{}: the process that examines it is lost: {}", path,
            std::strerror(errno));
  }
  judge(path, status, text);
}

}  // namespace

void examine(const std::string& path) {
  const FileStamp now = stamp_of(path);
  const bool known = now != FileStamp();
  if (known && examined_files().contains(now)) return;
  examine_in_child(path);
  // What was written just now may change once more within the clock's resolution.
  timespec clock{};
  clock_gettime(CLOCK_REALTIME, &clock);
  if (known && clock.tv_sec - now.modified_s > 1) examined_files().insert(now);
}

}  // namespace roiflow::hdf5
