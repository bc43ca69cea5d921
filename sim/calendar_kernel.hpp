/// The kernel without SimGrid: restartable, instant, clean under sanitizers. The oracle of SimgridKernel.
#pragma once
#include <memory>

#include "sim/kernel.hpp"

namespace akstwin {

/// A kernel whose flows move as fluid at exact max-min rates. Any number of them may live in one process.
std::unique_ptr<Kernel> make_calendar_kernel(Topology topology);

}  // namespace akstwin
