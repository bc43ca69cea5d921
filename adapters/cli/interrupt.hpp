/// Ctrl-C as a wish to end: the first one asks, the second one kills.
#pragma once

namespace akstwin {

/// From now on SIGINT and SIGTERM set a flag that runs look at; a second signal ends the process at once.
/// Returns the flag. A signal that the caller had ignored (nohup) stays ignored.
const volatile bool* watch_for_interrupt();

/// To be called in a forked worker: repeated signals only set the flag (the terminal and the parent both send one), and
/// the worker dies when its parent does.
void become_interruptible_worker();

}  // namespace akstwin
