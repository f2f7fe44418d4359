/// The program as a process of its own that can be killed on the way.
#pragma once

#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace roiflow::test {

class Child {
 public:
  /// `roiflow ARGUMENTS...`; what it prints goes to the end of the file `output`.
  Child(std::vector<std::string> arguments, const std::string& output) {
    arguments.insert(arguments.begin(), std::string(ROIFLOW_BINARY_DIR) + "/roiflow");
    id_ = ::fork();
    if (id_ < 0) throw std::runtime_error("cannot start a process");
    if (id_ == 0) become(arguments, output);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (!ended_) {
      send(SIGKILL);
      (void)wait();
    }
  }

  void send(int signal) const { ::kill(id_, signal); }
  /// The exit code, or 128 + the signal that ended it.
  int wait() {
    int status = 0;
    if (!ended_) ::waitpid(id_, &status, 0);
    ended_ = true;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  [[noreturn]] static void become(const std::vector<std::string>& arguments,
                                  const std::string& output) {
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);  // a shell may ignore
    const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    std::vector<char*> pointers;
    for (const std::string& argument : arguments) {
      pointers.push_back(const_cast<char*>(argument.c_str()));
    }
    pointers.push_back(nullptr);
    ::execv(pointers[0], pointers.data());
    ::_exit(127);
  }

  pid_t id_ = -1;
  bool ended_ = false;
};

}  // namespace roiflow::test
