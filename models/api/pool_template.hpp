/// What the cloud provider says of a pool before it has a node: built where the VM catalogue is known, read by autoscalers.
#pragma once
#include "models/fit/snapshot.hpp"

namespace akstwin {

struct PoolTemplate {
  Name pool;                         ///< "cluster/pool"
  NodeInput node;
  Resources capacity;
};

}  // namespace akstwin
