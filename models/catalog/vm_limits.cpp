#include "models/catalog/vm_limits.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "models/catalog/embedded_csv.hpp"
#include "sim/base/check.hpp"

namespace akstwin {
namespace {

struct Limits {
  Name size;
  std::optional<std::int64_t> disks;
  std::optional<BurstTerms> burst;
};

std::optional<std::int64_t> limit_in(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Columns: sku, max_data_disks, base_permille, initial_credits, credits_hour, credits_max, disks_source, burst_source.
std::vector<Limits> read_limits() {
  std::vector<Limits> all;
  const auto rows = parse_csv(embedded_csv("vm_limits"));
  for (std::size_t i = 1; i < rows.size(); ++i) {
    AKSTWIN_CHECK(rows[i].size() == 8, "vm_limits.csv has eight columns");
    Limits limits{Name(rows[i][0]), limit_in(rows[i][1]), std::nullopt};
    if (const auto base = limit_in(rows[i][2]))
      limits.burst = BurstTerms{*base, limit_in(rows[i][3]).value_or(0), limit_in(rows[i][4]).value_or(0), limit_in(rows[i][5]).value_or(0)};
    all.push_back(limits);
  }
  std::ranges::sort(all, {}, &Limits::size);
  return all;
}

const Limits* find(const VmSize& size) {
  static const std::vector<Limits> all = read_limits();
  const auto found = std::ranges::lower_bound(all, size.name, {}, &Limits::size);
  return found != all.end() && found->size == size.name ? &*found : nullptr;
}

}  // namespace

std::optional<std::int64_t> max_data_disks(const VmSize& size) {
  const Limits* limits = find(size);
  return limits == nullptr ? std::nullopt : limits->disks;
}

std::optional<BurstTerms> burst_terms(const VmSize& size) {
  const Limits* limits = find(size);
  return limits == nullptr ? std::nullopt : limits->burst;
}

bool os_disk_is_ephemeral(const NodePoolSpec& pool, const VmSize& size) {
  if (!pool.ephemeral_os_disk || !size.ephemeral_os_disk) return false;
  return pool.os_disk_gib == 0 ? size.default_ephemeral_os_disk() : size.temp_disk >= Bytes{pool.os_disk_gib << 30};
}

Money windows_licence_hour(const VmSize& size) { return Money{46'000'000 * std::int64_t{size.vcpus}}; }

}  // namespace akstwin
