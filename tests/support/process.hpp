/// Programs run by tests: arguments in, output and exit code out, signals on the way.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace akstwin::test {

struct Finished {
  int exit_code = -1;          ///< -1 when a signal ended the program
  int signal = 0;
  std::string out, err;
};

/// A child process with both outputs captured. Killed when the object goes.
class Process {
 public:
  /// Starts argv[0] (looked up in PATH) in `folder`. `path_first` is put in front of PATH.
  Process(const std::vector<std::string>& argv, const std::filesystem::path& folder, const std::filesystem::path& path_first);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Waits until standard error contains `text`; false when the program ended or time ran out before.
  bool await_err(const std::string& text, std::chrono::seconds patience);
  void send(int signal_number) const;
  /// Waits for the end; a program that takes longer than `patience` is killed.
  Finished finish(std::chrono::seconds patience);

 private:
  bool pump(std::chrono::milliseconds patience);

  pid_t pid_ = -1;
  int out_ = -1, err_ = -1;
  Finished result_;
};

/// A folder of its own for one test, removed afterwards.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace akstwin::test
