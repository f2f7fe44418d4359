// What reading weights never does, whatever the file: start a program, load code, open a
// connection.
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/weights/weights_import.hpp"
#include "tests/io/weights_support.hpp"
#include "tests/support/stored_zip.hpp"

using namespace roiflow;

namespace {

constexpr int refused_by_kernel = 99;  // exit code of a child that could not be locked in

/// From here on the process is killed at execve, fork, a socket, ptrace, or memory that can be
/// executed (which dlopen needs for code).
bool lock_in() {
  std::vector<sock_filter> rules = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
  };
  for (const auto call : {SYS_execve, SYS_execveat, SYS_socket, SYS_connect, SYS_bind, SYS_sendto,
                          SYS_ptrace, SYS_clone, SYS_clone3}) {
    rules.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1));
    rules.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
  }
  for (const auto call : {SYS_mmap, SYS_mprotect}) {
    rules.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 3));
    rules.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[2])));
    rules.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1));
    rules.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    rules.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  }
  rules.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog program{static_cast<unsigned short>(rules.size()), rules.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/// The wait status of a child that runs `action` locked in.
template <class Action>
int status_of(Action action) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (!lock_in()) ::_exit(refused_by_kernel);
    ::_exit(action());
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

bool killed(int status) {
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

/// 0: read; 1: refused with a reason.
int import(const std::string& path) {
  try {
    (void)read_weights(path);
    return 0;
  } catch (const Error&) {
    return 1;
  }
}

/// What a pickle that wants to be run looks like, in a sound archive or bare.
std::vector<std::string> attacks() {
  const std::string touch = "touch /tmp/HOSTILE_SENTINEL_PWNED";
  const std::string text =
      std::string("X") + static_cast<char>(touch.size()) + std::string(3, '\0') + touch;
  return {
      "\x80\x02"
      "cposix\nsystem\n" +
          text + "\x85R.",
      "\x80\x02"
      "cbuiltins\nexec\n" +
          text + "\x85R.",
      "\x80\x02"
      "csubprocess\nPopen\n" +
          text + "\x85R.",
      "\x80\x02"
      "(" +
          text + "iposix\nsystem\n.",
      "\x80\x02"
      "(cposix\nsystem\n" +
          text + "o.",
      "\x80\x02"
      "ctorch\nload\n" +
          text + "\x85R.",
      "\x80\x02"
      "cctypes\nCDLL\n" +
          text + "\x85R.",
      "\x80\x02"
      "csocket\ncreate_connection\n" +
          text + "\x85R.",
      "\x80\x02"
      "ctorch.hub\nload\n" +
          text + "\x85R.",
  };
}

}  // namespace

TEST_CASE("W10: reading weights starts nothing, loads nothing and connects to nothing") {
  const int probe = status_of([] { return 0; });
  if (WIFEXITED(probe) && WEXITSTATUS(probe) == refused_by_kernel) {
    MESSAGE("SKIPPED W10: this system gives no seccomp filters");
    return;
  }
  // The lock holds: these three are what must never happen.
  CHECK(killed(status_of([] { return ::execl("/bin/true", "true", nullptr); })));
  CHECK(killed(status_of([] { return ::socket(AF_INET, SOCK_STREAM, 0); })));
  CHECK(killed(status_of([] {
    const void* code =
        ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return code == MAP_FAILED ? 1 : 0;
  })));

  for (const char* name : {"tensors_zip.pth", "tensors_protocol4.pth", "tensors_legacy.pth",
                           "checkpoint.pth", "tensors.safetensors", "script_float.pt"}) {
    CAPTURE(name);
    CHECK(status_of([&] { return import(golden(name)); }) == 0);
  }
  const TemporaryFile file("attack.pth");
  for (const std::string& pickle : attacks()) {
    test::StoredZip zip;
    zip.add("m/data.pkl", pickle);
    for (const std::string& bytes : {zip.finish(), pickle}) {
      file.write(bytes);
      const int status = status_of([&] { return import(file.path()); });
      CHECK(WIFEXITED(status));
      CHECK(WEXITSTATUS(status) == 1);
    }
  }
  CHECK(!std::filesystem::exists("/tmp/HOSTILE_SENTINEL_PWNED"));
}

TEST_CASE("W10: the hostile corpus starts nothing, loads nothing and connects to nothing") {
  for (const char* folder : {"hostile/pth_derived", "hostile/safetensors_malformed"}) {
    const std::string root = shared_data(folder);
    if (root.empty()) {
      MESSAGE("SKIPPED W10 hostile corpus: " << folder << " is not there");
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(root)) {
      const std::string name = entry.path().filename().string();
      if (!name.ends_with(".pth") && !name.ends_with(".safetensors")) continue;
      CAPTURE(name);
      const int status = status_of([&] { return import(entry.path().string()); });
      if (WIFEXITED(status) && WEXITSTATUS(status) == refused_by_kernel) continue;
      CHECK(WIFEXITED(status));
      if (name.starts_with("refuse__")) CHECK(WEXITSTATUS(status) == 1);
    }
  }
  CHECK(!std::filesystem::exists("/tmp/HOSTILE_SENTINEL_PWNED"));
}
