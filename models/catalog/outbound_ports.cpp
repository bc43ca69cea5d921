#include "models/catalog/outbound_ports.hpp"

#include "sim/base/int128.hpp"

namespace akstwin {

std::int64_t default_ports(std::int64_t nodes) {
  struct Tier {
    std::int64_t nodes, ports;
  };
  constexpr Tier kTiers[] = {{50, 1'024}, {100, 512}, {200, 256}, {400, 128}, {800, 64}, {1'000, 32}};
  for (const Tier& tier : kTiers)
    if (nodes <= tier.nodes) return tier.ports;
  return 0;
}

std::int64_t ports_in_use(std::int64_t connections_milli_per_second, Duration connection, std::int64_t destinations) {
  const Int128 per_destination = Int128{1'000} * 1'000'000 * destinations;   // thousandths of a connection, microseconds
  const Int128 held = Int128{connections_milli_per_second} * (connection + kPortReuse).us;
  return static_cast<std::int64_t>((held + per_destination - 1) / per_destination);
}

}  // namespace akstwin
