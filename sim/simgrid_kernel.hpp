/// The product's kernel: SimGrid owns the topology and moves the bytes.
#pragma once
#include <memory>

#include "sim/kernel.hpp"

namespace akstwin {

/// A kernel over SimGrid's CM02 network. At most one a process, ever: a second engine's clock would go on from the first one's.
std::unique_ptr<Kernel> make_simgrid_kernel(Topology topology);

}  // namespace akstwin
