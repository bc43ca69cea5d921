#include "adapters/kube/kubeconfig.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "adapters/http/base64.hpp"
#include "scenarios/source_files.hpp"
#include "scenarios/yaml_document.hpp"

namespace akstwin {
namespace {

constexpr std::size_t kLargestFile = 4U << 20;   // certificates and tokens are a few kilobytes
// Anchors and one document: kubeconfig files are written by programs, but may be edited by hand.
constexpr YamlLimits kKubeconfigLimits{.bytes = kLargestFile, .nodes = 1U << 18, .depth = 32, .anchors = true, .several_documents = false};

const YamlNode* entry(const YamlNode& root, std::string_view list, std::string_view name) {
  const YamlNode* entries = root.find(list);
  if (entries == nullptr || !entries->is_list()) return nullptr;
  for (const YamlNode& item : entries->items)
    if (item.is_map() && item.text_of("name") == name) return &item;
  return nullptr;
}

Result<std::string> file_text(const std::string& folder, std::string_view path) {
  const std::filesystem::path full = std::filesystem::path(path).is_absolute() ? std::filesystem::path(path) : std::filesystem::path(folder) / path;
  auto text = read_file(full, kLargestFile);
  if (!text) return fail("cannot read " + full.string());
  return *text;
}

/// `key`-data in base64, or the file that `key` names; the data go first, as kubectl has it.
Result<std::string> data_or_file(const YamlNode& map, const std::string& key, const std::string& folder) {
  if (const std::string_view data = map.text_of(key + "-data"); !data.empty()) {
    auto decoded = decode_base64(data);
    if (!decoded) return fail(key + "-data is no base64");
    return *decoded;
  }
  const std::string_view path = map.text_of(key);
  if (path.empty()) return std::string{};
  return file_text(folder, path);
}

bool is_true(const YamlNode& map, std::string_view key) { return map.text_of(key) == "true"; }

Result<ExecPlugin> read_exec(const YamlNode& exec, const std::string& folder) {
  ExecPlugin out;
  out.command = exec.text_of("command");
  if (out.command.empty()) return fail("its exec plugin has no command");
  // A relative path with a slash starts at the file; a bare word is looked up in PATH.
  if (out.command.find('/') != std::string::npos && !std::filesystem::path(out.command).is_absolute()) out.command = (std::filesystem::path(folder) / out.command).string();
  out.api_version = exec.text_of("apiVersion");
  if (out.api_version != "client.authentication.k8s.io/v1" && out.api_version != "client.authentication.k8s.io/v1beta1")
    return fail("its exec plugin speaks '" + out.api_version + "'; client.authentication.k8s.io/v1 or v1beta1 is wanted");
  if (const YamlNode* args = exec.find("args"); args != nullptr && args->is_list())
    for (const YamlNode& word : args->items) out.args.push_back(word.text);
  if (const YamlNode* env = exec.find("env"); env != nullptr && env->is_list())
    for (const YamlNode& pair : env->items) out.env.emplace_back(pair.text_of("name"), pair.text_of("value"));
  out.install_hint = exec.text_of("installHint");
  out.provide_cluster_info = is_true(exec, "provideClusterInfo");
  out.always_interactive = exec.text_of("interactiveMode") == "Always";
  return out;
}

Result<void> read_cluster(const YamlNode& cluster, const std::string& folder, KubeContext& out) {
  auto endpoint = parse_endpoint(cluster.text_of("server"));
  if (!endpoint) return tl::unexpected(endpoint.error());
  out.endpoint = *endpoint;
  if (!cluster.text_of("proxy-url").empty()) return fail("it asks for a proxy (proxy-url), which akstwin does not use; connect without one");
  auto authority = data_or_file(cluster, "certificate-authority", folder);
  if (!authority) return tl::unexpected(authority.error());
  out.tls.authorities = out.authority_pem = *authority;
  out.tls.server_name = cluster.text_of("tls-server-name");
  out.insecure = is_true(cluster, "insecure-skip-tls-verify");
  out.tls.verify = !out.insecure;
  return {};
}

Result<void> read_user(const YamlNode& user, const std::string& folder, KubeContext& out) {
  auto certificate = data_or_file(user, "client-certificate", folder);
  if (!certificate) return tl::unexpected(certificate.error());
  auto key = data_or_file(user, "client-key", folder);
  if (!key) return tl::unexpected(key.error());
  out.tls.certificate = *certificate;
  out.tls.key = *key;
  out.token = user.text_of("token");
  if (const std::string_view file = user.text_of("tokenFile"); !file.empty())
    out.token_file = std::filesystem::path(file).is_absolute() ? std::string(file) : (std::filesystem::path(folder) / file).string();
  if (!user.text_of("username").empty()) return fail("its user has a password, which Kubernetes no longer takes");
  if (user.find("auth-provider") != nullptr) return fail("its user has an auth-provider, which Kubernetes 1.26 removed; use 'kubelogin convert-kubeconfig'");
  if (const YamlNode* exec = user.find("exec"); exec != nullptr && exec->is_map()) {
    auto plugin = read_exec(*exec, folder);
    if (!plugin) return tl::unexpected(plugin.error());
    out.exec = *plugin;
  }
  return {};
}

std::vector<std::string> kubeconfig_files() {
  std::vector<std::string> files;
  if (const char* list = std::getenv("KUBECONFIG"); list != nullptr && *list != '\0') {
    std::string_view rest(list);
    while (!rest.empty()) {
      const std::size_t colon = std::min(rest.find(':'), rest.size());
      if (colon > 0) files.emplace_back(rest.substr(0, colon));
      rest.remove_prefix(std::min(colon + 1, rest.size()));
    }
  } else if (const char* home = std::getenv("HOME"); home != nullptr) {
    files.push_back((std::filesystem::path(home) / ".kube/config").string());
  }
  return files;
}

}  // namespace

Result<KubeContext> read_kubeconfig(std::string_view text, const std::string& folder, const std::string& context) {
  Diagnostics diagnostics;
  const std::vector<YamlNode> documents = parse_yaml("kubeconfig", text, kKubeconfigLimits, diagnostics);
  if (diagnostics.has_errors() || documents.empty() || !documents.front().is_map()) return fail("it is no kubeconfig");
  const YamlNode& root = documents.front();
  KubeContext out;
  out.name = context.empty() ? std::string(root.text_of("current-context")) : context;
  if (out.name.empty()) return fail("no context is named, and the file has no current-context");
  const YamlNode* named = entry(root, "contexts", out.name);
  const YamlNode* body = named != nullptr ? named->find("context") : nullptr;
  if (body == nullptr || !body->is_map()) return fail("it has no context '" + out.name + "'");
  out.cluster = body->text_of("cluster");
  out.user = body->text_of("user");
  out.name_space = body->text_of("namespace");
  const YamlNode* cluster = entry(root, "clusters", out.cluster);
  if (cluster == nullptr || cluster->find("cluster") == nullptr) return fail("context '" + out.name + "' names cluster '" + out.cluster + "', which is not there");
  if (auto read = read_cluster(*cluster->find("cluster"), folder, out); !read) return tl::unexpected(std::move(read.error()).within("context '" + out.name + "'"));
  const YamlNode* user = entry(root, "users", out.user);
  if (user != nullptr && user->find("user") != nullptr && user->find("user")->is_map())
    if (auto read = read_user(*user->find("user"), folder, out); !read) return tl::unexpected(std::move(read.error()).within("context '" + out.name + "'"));
  const bool credential = !out.token.empty() || !out.token_file.empty() || out.exec || !out.tls.key.empty();
  if (!out.endpoint.secure && credential && !out.tls.key.empty()) return fail("context '" + out.name + "': a client certificate needs https");
  return out;
}

Result<KubeContext> in_cluster_context(const std::string& folder) {
  const char* host = std::getenv("KUBERNETES_SERVICE_HOST");
  const char* port = std::getenv("KUBERNETES_SERVICE_PORT");
  if (host == nullptr || port == nullptr) return fail("KUBERNETES_SERVICE_HOST and _PORT are not set: this is no pod");
  KubeContext out;
  out.name = "in-cluster";
  out.endpoint.host = host;
  out.endpoint.port = port;
  auto authority = file_text(folder, "ca.crt");
  if (!authority) return tl::unexpected(authority.error());
  out.tls.authorities = out.authority_pem = *authority;
  out.token_file = folder + "/token";
  if (auto name_space = file_text(folder, "namespace")) out.name_space = *name_space;
  return out;
}

Result<KubeContext> load_context(const std::string& context, const std::string& file) {
  if (context == "in-cluster") return in_cluster_context();
  const std::vector<std::string> files = file.empty() ? kubeconfig_files() : std::vector<std::string>{file};
  std::string why = "no kubeconfig: neither KUBECONFIG nor ~/.kube/config is there";
  for (const std::string& path : files) {
    const auto text = read_file(path, kLargestFile);
    if (!text) {
      why = "cannot read " + path;
      continue;
    }
    auto found = read_kubeconfig(*text, std::filesystem::path(path).parent_path().string(), context);
    if (found) return found;
    why = path + ": " + found.error().message;
  }
  return fail(why);
}

}  // namespace akstwin
