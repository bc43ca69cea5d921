#include "adapters/kube/run_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>

namespace akstwin {
namespace {

constexpr std::size_t kLongestOutput = 1U << 20;   // a credential is a few kilobytes

struct Pipe {
  int read = -1, write = -1;
  bool open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
  ~Pipe() {
    if (read >= 0) ::close(read);
    if (write >= 0) ::close(write);
  }
};

[[noreturn]] void become(const ProgramCall& call, const Pipe& out, const Pipe& err) {
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, 0);
  ::dup2(out.write, 1);
  ::dup2(err.write, 2);
  for (const auto& [key, value] : call.environment) ::setenv(key.c_str(), value.c_str(), 1);
  std::vector<char*> argv;
  for (const std::string& word : call.argv) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  const std::string why = std::string(call.argv[0]) + ": " + std::strerror(errno) + "\n";
  (void)!::write(2, why.data(), why.size());
  ::_exit(127);
}

std::string last_line(const std::string& text) {
  std::string line;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    if (end > from) line = text.substr(from, end - from);
    from = end + 1;
  }
  return line.substr(0, 300);
}

/// Reads both outputs until both are closed; false when time ran out or there is too much.
bool collect(int out_fd, int err_fd, Duration patience, std::string& out, std::string& err) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::microseconds(patience.us);
  std::array<pollfd, 2> fds{{{out_fd, POLLIN, 0}, {err_fd, POLLIN, 0}}};
  int open = 2;
  while (open > 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0 || out.size() > kLongestOutput || err.size() > kLongestOutput) return false;
    if (::poll(fds.data(), fds.size(), static_cast<int>(std::min<long long>(left, 1000))) < 0 && errno != EINTR) return false;
    for (std::size_t i = 0; i < fds.size(); ++i) {
      if (fds[i].fd < 0 || fds[i].revents == 0) continue;
      std::array<char, 4096> buffer{};
      const auto size = ::read(fds[i].fd, buffer.data(), buffer.size());
      if (size > 0) {
        (i == 0 ? out : err).append(buffer.data(), static_cast<std::size_t>(size));
      } else {
        fds[i].fd = -1;
        --open;
      }
    }
  }
  return true;
}

}  // namespace

Result<std::string> run_program(const ProgramCall& call) {
  if (call.argv.empty()) return fail("no program to run");
  Pipe out, err;
  if (!out.open() || !err.open()) return fail(std::string("cannot make a pipe: ") + std::strerror(errno));
  const pid_t child = ::fork();
  if (child < 0) return fail(std::string("cannot start ") + call.argv[0] + ": " + std::strerror(errno));
  if (child == 0) become(call, out, err);
  ::close(std::exchange(out.write, -1));
  ::close(std::exchange(err.write, -1));
  std::string output, complaints;
  const bool finished = collect(out.read, err.read, call.patience, output, complaints);
  if (!finished) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  if (!finished) return fail(call.argv[0] + " did not end in time, or printed too much");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return output;
  return fail(call.argv[0] + " failed: " + last_line(complaints));
}

}  // namespace akstwin
