#include "apps/run/interruption.hpp"

#include <atomic>
#include <csignal>

#include <signal.h>

namespace roiflow {
namespace {

// A signal handler can reach nothing but the process's own variables.
std::atomic<int> first_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free, "else it must not be used in a handler");

constexpr int watched[] = {SIGINT, SIGTERM};

extern "C" void note_signal(int number) {
  int none = 0;
  if (first_signal.compare_exchange_strong(none, number)) return;
  std::signal(number, SIG_DFL);
  std::raise(number);
}

void set_handlers(void (*handler)(int)) {
  for (const int number : watched) {
    struct sigaction before {};
    struct sigaction action {};
    sigaction(number, nullptr, &before);
    if (before.sa_handler == SIG_IGN) continue;  // as whoever started us wishes
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;  // reads and writes go on
    sigaction(number, &action, nullptr);
  }
}

}  // namespace

Interruption::Interruption() {
  first_signal = 0;
  set_handlers(&note_signal);
}

Interruption::~Interruption() {
  set_handlers(SIG_DFL);
}

int Interruption::signal() {
  return first_signal;
}

}  // namespace roiflow
