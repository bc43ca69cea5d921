#include "adapters/cli/interrupt.hpp"

#include <sys/prctl.h>

#include <csignal>

namespace akstwin {
namespace {

// A signal handler can only reach what is global.
volatile bool stop_requested = false;

void stop_or_die(int signal_number) {
  if (stop_requested) {
    std::signal(signal_number, SIG_DFL);
    std::raise(signal_number);
  }
  stop_requested = true;
}

void stop_only(int) { stop_requested = true; }

void install(int signal_number, void (*handler)(int)) {
  struct sigaction previous {};
  sigaction(signal_number, nullptr, &previous);
  if (previous.sa_handler == SIG_IGN) return;
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;  // Reads and writes go on; poll() and waitpid() look at the flag.
  sigaction(signal_number, &action, nullptr);
}

}  // namespace

const volatile bool* watch_for_interrupt() {
  install(SIGINT, stop_or_die);
  install(SIGTERM, stop_or_die);
  return &stop_requested;
}

void become_interruptible_worker() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  install(SIGINT, stop_only);
  install(SIGTERM, stop_only);
}

}  // namespace akstwin
