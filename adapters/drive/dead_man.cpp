#include "adapters/drive/dead_man.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace akstwin {
namespace {

constexpr char kDone = 'd';

/// Waits for the word of the driver: true when it is done, false when it died or time is up.
bool hear(int fd, std::chrono::steady_clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd one{fd, POLLIN, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(std::min<long long>(left, 60'000)));
    if (ready < 0 && errno != EINTR) return false;
    if (ready <= 0) continue;
    char word = 0;
    const auto size = ::read(fd, &word, 1);
    if (size < 0 && errno == EINTR) continue;
    return size == 1 && word == kDone;
  }
}

[[noreturn]] void watch(int fd, pid_t driver, std::vector<std::string> argv, Duration patience) {
  // A Ctrl-C at the terminal is for the driver; the watcher outlives it, its terminal and its session.
  ::setsid();
  ::signal(SIGINT, SIG_IGN);
  ::signal(SIGHUP, SIG_IGN);
  ::signal(SIGTERM, SIG_IGN);
  // The driver's connections and its journal are not the watcher's: a connection that it held open would never end for the server.
  const auto pipe = static_cast<unsigned>(fd);
  if (pipe > 3) ::close_range(3, pipe - 1, 0);
  ::close_range(pipe + 1, ~0U, 0);
  const bool well = hear(fd, std::chrono::steady_clock::now() + std::chrono::microseconds(patience.us));
  if (well) ::_exit(0);
  if (::getppid() == driver) ::kill(driver, SIGKILL);
  ::signal(SIGTERM, SIG_DFL);
  std::vector<char*> words;
  for (std::string& word : argv) words.push_back(word.data());
  words.push_back(nullptr);
  ::execv("/proc/self/exe", words.data());
  ::_exit(127);
}

}  // namespace

Result<std::unique_ptr<DeadMan>> DeadMan::start(std::vector<std::string> argv, Duration patience) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail(std::string("cannot start the dead-man timer: ") + std::strerror(errno));
  const pid_t driver = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) {
    ::close(ends[0]);
    ::close(ends[1]);
    return fail(std::string("cannot start the dead-man timer: ") + std::strerror(errno));
  }
  if (child == 0) {
    ::close(ends[1]);
    watch(ends[0], driver, std::move(argv), patience);
  }
  ::close(ends[0]);
  return std::make_unique<DeadMan>(ends[1], child);
}

DeadMan::~DeadMan() {
  if (fd_ >= 0) ::close(fd_);
}

void DeadMan::done() {
  if (fd_ < 0) return;
  (void)!::write(fd_, &kDone, 1);
  ::close(fd_);
  fd_ = -1;
  int status = 0;
  while (::waitpid(watcher_, &status, 0) < 0 && errno == EINTR) {}
}

}  // namespace akstwin
