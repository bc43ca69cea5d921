#include "tests/support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace akstwin::test {
namespace {

using Clock = std::chrono::steady_clock;

/// Appends what is there to `text`; closes and forgets the pipe at its end.
void drain(int& pipe, std::string& text) {
  char buffer[4096];
  const ssize_t count = read(pipe, buffer, sizeof buffer);
  if (count > 0) {
    text.append(buffer, static_cast<std::size_t>(count));
    return;
  }
  close(pipe);
  pipe = -1;
}

[[noreturn]] void become(const std::vector<std::string>& argv, const std::filesystem::path& folder, const std::string& path) {
  std::vector<char*> arguments;
  for (const auto& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  setenv("PATH", path.c_str(), 1);
  setenv("LC_ALL", "C", 1);
  for (const char* name : {"NO_COLOR", "CLICOLOR_FORCE"}) unsetenv(name);
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  if (chdir(folder.c_str()) == 0) execvp(arguments[0], arguments.data());
  _exit(127);
}

}  // namespace

Process::Process(const std::vector<std::string>& argv, const std::filesystem::path& folder, const std::filesystem::path& path_first) {
  const char* inherited = std::getenv("PATH");
  const std::string path = path_first.string() + ":" + (inherited != nullptr ? inherited : "/usr/bin:/bin");
  int out[2], err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("no fork");
  if (pid_ == 0) {
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    become(argv, folder, path);
  }
  close(out[1]);
  close(err[1]);
  out_ = out[0];
  err_ = err[0];
}

Process::~Process() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (out_ >= 0) close(out_);
  if (err_ >= 0) close(err_);
}

bool Process::pump(std::chrono::milliseconds patience) {
  pollfd pipes[] = {{out_, POLLIN, 0}, {err_, POLLIN, 0}};  // poll() passes over negative descriptors
  if (out_ < 0 && err_ < 0) return false;
  if (poll(pipes, 2, static_cast<int>(patience.count())) > 0) {
    if (pipes[0].revents != 0) drain(out_, result_.out);
    if (pipes[1].revents != 0) drain(err_, result_.err);
  }
  return true;
}

bool Process::await_err(const std::string& text, std::chrono::seconds patience) {
  const auto deadline = Clock::now() + patience;
  while (result_.err.find(text) == std::string::npos)
    if (Clock::now() > deadline || !pump(std::chrono::milliseconds(50))) return false;
  return true;
}

void Process::send(int signal_number) const { kill(pid_, signal_number); }

Finished Process::finish(std::chrono::seconds patience) {
  const auto deadline = Clock::now() + patience;
  while (pump(std::chrono::milliseconds(50)))
    if (Clock::now() > deadline) {
      result_.err += "\n(killed by the test: it took too long)\n";
      kill(pid_, SIGKILL);
      break;
    }
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  if (WIFEXITED(status)) result_.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
  return result_;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "akstwin-XXXXXX").string();  // mkdtemp's own notation
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace akstwin::test
