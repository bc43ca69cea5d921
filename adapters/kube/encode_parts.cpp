#include "adapters/kube/encode_parts.hpp"

#include <array>
#include <cstdio>

#include "sim/base/hash.hpp"

namespace akstwin {
namespace {

// AKS's default node subnet when it makes the network itself (facts A3).
constexpr Cidr kNodes{(10U << 24) | (224U << 16), 16};
// The first addresses of a prefix belong to Azure.
constexpr std::uint32_t kFirst = 4;

std::string dotted(std::uint32_t address) {
  return std::to_string(address >> 24) + "." + std::to_string((address >> 16) & 255U) + "." + std::to_string((address >> 8) & 255U) + "." +
         std::to_string(address & 255U);
}

}  // namespace

std::string_view without_cluster(std::string_view name) {
  const std::size_t slash = name.find('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

std::string_view own_name(std::string_view name) { return name.substr(name.rfind('/') + 1); }

std::string uid_text(std::string_view what) {
  const std::uint64_t high = hash_text(what), low = hash_text(std::string(what) + "#");
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned>(high >> 32), static_cast<unsigned>((high >> 16) & 0xffffU),
                static_cast<unsigned>(high & 0xfffU), static_cast<unsigned>(0x8000U | ((low >> 48) & 0x3fffU)),
                static_cast<unsigned long long>(low & 0xffffffffffffULL));
  return text.data();
}

Json amounts(const Resources& resources) {
  Json out = Json::object();
  if (resources.cpu.value != 0) out["cpu"] = to_string(resources.cpu);
  if (resources.memory.value != 0) out["memory"] = to_string(resources.memory);
  if (resources.ephemeral_storage.value != 0) out["ephemeral-storage"] = to_string(resources.ephemeral_storage);
  if (resources.gpu != 0) out["nvidia.com/gpu"] = std::to_string(resources.gpu);
  return out;
}

std::string_view effect_text(TaintEffect effect) {
  constexpr std::string_view kTexts[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
  return kTexts[static_cast<std::size_t>(effect)];
}

std::string node_address(const EncodeSource&, NodeId id) { return dotted(kNodes.base + kFirst + id.row); }

std::string pod_address(const EncodeSource& source, PodId id) {
  const Cidr& pods = source.state.spec->network.pod_cidr;
  return dotted(pods.base + kFirst + id.row % static_cast<std::uint32_t>(pods.size() - kFirst));
}

Json metadata_object(const EncodeSource& source, std::string_view kind, Name name_space, std::string_view name, SimTime created) {
  const std::string key = name_space.empty() ? std::string(name) : name_space.str() + "/" + std::string(name);
  Json out{{"name", name}, {"uid", uid_text(std::string(kind) + "/" + key)}, {"creationTimestamp", source.epoch.iso(created)}};
  if (!name_space.empty()) out["namespace"] = name_space.text();
  return out;
}

}  // namespace akstwin
