#include "models/catalog/vm_sizes.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "models/catalog/embedded_csv.hpp"
#include "sim/base/check.hpp"

namespace akstwin {
namespace {

std::int64_t number_or_zero(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  });
}

bool is_burstable(std::string_view name) { return name.starts_with("Standard_B"); }

// Columns: sku, vcpu, memory_gib, temp_disk_gib, max_nics, network_mbps, gpu, source, note.
VmSize size_of_row(const std::vector<std::string>& row) {
  AKSTWIN_CHECK(row.size() >= 8, "vm_sizes.csv has nine columns");
  VmSize size;
  size.name = Name(row[0]);
  size.vcpus = static_cast<int>(number_or_zero(row[1]));
  size.memory = Bytes{number_or_zero(row[2]) << 30};
  size.temp_disk = Bytes{number_or_zero(row[3]) << 30};
  size.max_nics = static_cast<int>(number_or_zero(row[4]));
  size.network_known = !row[5].empty();
  // Mbit/s to bytes/s. Blank: a common level of current general-purpose sizes, so that pulls stay plausible.
  const std::int64_t mbps = size.network_known ? number_or_zero(row[5]) : std::min<std::int64_t>(12'500, size.vcpus * 1'000);
  size.network = BytesPerSecond{mbps * 125'000};
  size.gpus = static_cast<int>(number_or_zero(row[6]));
  // facts A1: every size with a local disk of the families read supports it; B series does not.
  size.ephemeral_os_disk = size.temp_disk > Bytes{0} && !is_burstable(row[0]);
  size.source = row[7];
  return size;
}

std::vector<VmSize> load_vm_sizes() {
  std::vector<VmSize> sizes;
  const auto rows = parse_csv(embedded_csv("vm_sizes"));
  for (std::size_t i = 1; i < rows.size(); ++i) sizes.push_back(size_of_row(rows[i]));
  std::ranges::sort(sizes, {}, &VmSize::name);
  return sizes;
}

// Columns: region, display_name, zones, paired_region, geography, source.
std::vector<Region> load_regions() {
  std::vector<Region> regions;
  const auto rows = parse_csv(embedded_csv("regions"));
  for (std::size_t i = 1; i < rows.size(); ++i) {
    AKSTWIN_CHECK(rows[i].size() == 6, "regions.csv has six columns");
    regions.push_back({Name(rows[i][0]), rows[i][1], static_cast<int>(number_or_zero(rows[i][2])), Name(rows[i][3]), rows[i][4]});
  }
  std::ranges::sort(regions, {}, &Region::name);
  return regions;
}

}  // namespace

bool VmSize::burstable() const { return is_burstable(name.text()); }

std::span<const VmSize> vm_sizes() {
  static const std::vector<VmSize> sizes = load_vm_sizes();
  return sizes;
}

const VmSize* find_vm_size(std::string_view name) {
  const auto sizes = vm_sizes();
  const auto found = std::ranges::find_if(sizes, [&](const VmSize& s) { return equal_ignoring_case(s.name.text(), name); });
  return found == sizes.end() ? nullptr : &*found;
}

std::span<const Region> regions() {
  static const std::vector<Region> all = load_regions();
  return all;
}

const Region* find_region(std::string_view name) {
  const auto all = regions();
  const auto found = std::ranges::find_if(all, [&](const Region& r) { return equal_ignoring_case(r.name.text(), name); });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace akstwin
