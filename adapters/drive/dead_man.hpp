/// The dead-man timer: a process of its own that undoes a run when the one that drives has died, or is not done in time.
#pragma once
#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "sim/base/result.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

class DeadMan {
 public:
  /// Starts the watcher. When this process ends without done(), or after `patience`, the watcher kills it and becomes `argv`.
  static Result<std::unique_ptr<DeadMan>> start(std::vector<std::string> argv, Duration patience);
  /// A DeadMan that goes without done() counts as death.
  ~DeadMan();
  DeadMan(const DeadMan&) = delete;
  /// All is well: the watcher goes home.
  void done();

  /// For start(): the pipe to a watcher that runs.
  DeadMan(int fd, pid_t watcher) : fd_(fd), watcher_(watcher) {}

 private:
  int fd_;
  pid_t watcher_;
};

}  // namespace akstwin
