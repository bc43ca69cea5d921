#include "sim/replicate.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <optional>

#include "sim/base/check.hpp"

namespace akstwin {
namespace {

constexpr int kPollMilliseconds = 100;   // how soon a signal is noticed
constexpr char kGood = 'R', kBad = 'E';   // the first byte of an answer: a result, or the message of an error

struct Child {
  std::uint32_t replication = 0;
  pid_t process = -1;
  int pipe = -1;             ///< where its answer comes from
  std::string answer;
};

bool single_threaded() {
  std::error_code error;
  const std::filesystem::directory_iterator tasks("/proc/self/task", error);
  return error || std::distance(begin(tasks), end(tasks)) == 1;   // without /proc there is nothing to check
}

void write_all(int pipe, const std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t written = write(pipe, bytes.data() + at, bytes.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) _exit(1);   // nobody listens
    at += static_cast<std::size_t>(written);
  }
}

/// The child's life: work, answer, end. No destructor of the parent's objects may run in it.
[[noreturn]] void be_child(std::uint32_t replication, const ReplicationWork& work, int pipe) {
  std::string answer;
  try {
    Result<std::string> result = work(replication);
    answer = result ? kGood + std::move(*result) : kBad + std::move(result.error().message);
  } catch (const std::exception& exception) {
    answer = kBad + std::string(exception.what());
  }
  write_all(pipe, answer);
  std::fflush(nullptr);
  _exit(0);
}

Result<Child> start_child(std::uint32_t replication, const ReplicationWork& work, const std::vector<Child>& siblings) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail(std::string("cannot make a pipe: ") + std::strerror(errno));
  std::fflush(nullptr);   // what is buffered now must not be printed twice
  const pid_t process = fork();
  if (process < 0) {
    const std::string why = std::strerror(errno);
    close(ends[0]);
    close(ends[1]);
    return fail("cannot start a process: " + why);
  }
  if (process == 0) {
    close(ends[0]);
    for (const Child& sibling : siblings) close(sibling.pipe);
    be_child(replication, work, ends[1]);
  }
  close(ends[1]);
  return Child{.replication = replication, .process = process, .pipe = ends[0], .answer = {}};
}

/// Reads what has come; false at the end of the pipe.
bool read_some(Child& child) {
  char buffer[65536];
  const ssize_t count = read(child.pipe, buffer, sizeof buffer);
  if (count > 0) child.answer.append(buffer, static_cast<std::size_t>(count));
  return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
}

int wait_for(pid_t process) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

/// What the child said, or how it died.
Result<std::string> outcome_of(Child& child) {
  close(child.pipe);
  const int status = wait_for(child.process);
  const bool ended_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (ended_well && !child.answer.empty()) {
    const bool good = child.answer.front() == kGood;
    child.answer.erase(0, 1);
    if (good) return std::move(child.answer);
    return fail(std::move(child.answer));
  }
  return fail(WIFSIGNALED(status) ? std::string("died: ") + strsignal(WTERMSIG(status))
                                  : "ended with code " + std::to_string(WEXITSTATUS(status)));
}

/// Waits for bytes of any child; false when a signal came instead or nothing came for a while.
bool wait_for_any(const std::vector<Child>& children, std::vector<pollfd>& polls) {
  polls.clear();
  for (const Child& child : children) polls.push_back({.fd = child.pipe, .events = POLLIN, .revents = 0});
  return poll(polls.data(), polls.size(), kPollMilliseconds) > 0;
}

}  // namespace

std::vector<ReplicationOutcome> replicate(std::uint32_t count, std::uint32_t jobs, const ReplicationWork& work,
                                          const ReplicationProgress& progress, const volatile bool* stop) {
  AKSTWIN_CHECK(jobs > 0, "at least one process works");
  AKSTWIN_CHECK(single_threaded(), "fork copies one thread only: no other may exist");
  std::vector<ReplicationOutcome> outcomes(count);
  for (std::uint32_t i = 0; i < count; ++i) outcomes[i] = {i, fail("interrupted")};
  std::vector<Child> children;
  std::vector<pollfd> polls;
  std::uint32_t next = 0, done = 0;
  bool told = false;
  const auto finish = [&](std::uint32_t replication, Result<std::string> result) {
    outcomes[replication].bytes = std::move(result);
    ++done;
    if (progress) progress(done, count);
  };
  while (true) {
    const bool stopping = stop != nullptr && *stop;
    for (; !stopping && next < count && children.size() < jobs; ++next) {
      Result<Child> child = start_child(next, work, children);
      if (child) children.push_back(std::move(*child));
      else finish(next, tl::unexpected(std::move(child.error())));
    }
    if (children.empty()) break;
    if (stopping && !told) {
      for (const Child& child : children) kill(child.process, SIGINT);
      told = true;
    }
    if (!wait_for_any(children, polls)) continue;
    for (std::size_t i = children.size(); i-- > 0;) {
      if (polls[i].revents == 0 || read_some(children[i])) continue;
      Result<std::string> result = outcome_of(children[i]);
      finish(children[i].replication, std::move(result));
      children.erase(children.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return outcomes;
}

}  // namespace akstwin
