/// Replications as forked processes: each child simulates one replication and sends its result through a pipe.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/base/result.hpp"

namespace akstwin {

/// The work of one child: returns its result as bytes (merged by the caller), or an error. Runs in the forked process.
using ReplicationWork = std::function<Result<std::string>(std::uint32_t replication)>;
/// Called in the parent each time a replication ends.
using ReplicationProgress = std::function<void(std::uint32_t done, std::uint32_t total)>;

struct ReplicationOutcome {
  std::uint32_t replication = 0;
  Result<std::string> bytes;      ///< the child's result; an error when it failed, died or was interrupted
};

/// Runs `count` replications in at most `jobs` processes at a time and returns their outcomes **in replication order**, so that
/// nothing depends on `jobs`. The parent must have no other thread (checked). A child that dies costs its own replication.
/// When *stop becomes true (a signal), no further child is started, running ones are sent SIGINT and may still answer.
std::vector<ReplicationOutcome> replicate(std::uint32_t count, std::uint32_t jobs, const ReplicationWork& work,
                                          const ReplicationProgress& progress, const volatile bool* stop);

}  // namespace akstwin
