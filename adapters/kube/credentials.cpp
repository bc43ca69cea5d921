#include "adapters/kube/credentials.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "adapters/http/base64.hpp"
#include "adapters/http/json_field.hpp"
#include "adapters/kube/timestamp.hpp"
#include "scenarios/source_files.hpp"

namespace akstwin {
namespace {

// client-go reads a token file anew every minute (transport/token_source.go), and lets no plugin credential live to its last seconds.
constexpr std::int64_t kReadAgainUs = 60'000'000;
constexpr std::int64_t kCredentialLeewayUs = 10'000'000;

class FixedToken final : public Credentials {
 public:
  explicit FixedToken(std::string token) : token_(std::move(token)) {}
  Result<std::string> bearer(std::int64_t) override { return token_; }
  void rejected() override {}

 private:
  std::string token_;
};

class TokenFile final : public Credentials {
 public:
  explicit TokenFile(std::string path) : path_(std::move(path)) {}
  Result<std::string> bearer(std::int64_t now_us) override {
    if (!token_.empty() && now_us < read_us_ + kReadAgainUs) return token_;
    auto text = read_file(path_, 1U << 20);
    if (!text) {
      if (!token_.empty()) return token_;   // being replaced just now
      return fail("cannot read the token file " + path_);
    }
    while (!text->empty() && (text->back() == '\n' || text->back() == ' ' || text->back() == '\r')) text->pop_back();
    token_ = *text;
    read_us_ = now_us;
    return token_;
  }
  void rejected() override { token_.clear(); }

 private:
  std::string path_, token_;
  std::int64_t read_us_ = 0;
};

class PluginToken final : public Credentials {
 public:
  PluginToken(ProgramCall call, std::string api_version, std::string hint, ExecCredential first)
      : call_(std::move(call)), api_version_(std::move(api_version)), hint_(std::move(hint)), current_(std::move(first)) {}
  Result<std::string> bearer(std::int64_t now_us) override {
    const bool stale = current_.expires_us != 0 && now_us + kCredentialLeewayUs >= current_.expires_us;
    if (!rejected_ && !stale) return current_.token;
    auto printed = run_program(call_);
    if (!printed) return tl::unexpected(std::move(printed.error()).within("the credential plugin" + (hint_.empty() ? "" : " (" + hint_ + ")")));
    auto read = read_exec_credential(*printed, api_version_);
    if (!read) return tl::unexpected(read.error());
    current_ = *read;
    rejected_ = false;
    return current_.token;
  }
  void rejected() override { rejected_ = true; }

 private:
  ProgramCall call_;
  std::string api_version_, hint_;
  ExecCredential current_;
  bool rejected_ = false;
};

}  // namespace

Result<ExecCredential> read_exec_credential(const std::string& text, const std::string& api_version) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object() || text_at(json, "kind") != "ExecCredential") return fail("the credential plugin printed no ExecCredential");
  if (text_at(json, "apiVersion") != api_version) return fail("the credential plugin answered in another version than " + api_version);
  const auto status = json.find("status");
  if (status == json.end() || !status->is_object()) return fail("the credential plugin's answer has no status");
  ExecCredential out{text_at(*status, "token"), text_at(*status, "clientCertificateData"), text_at(*status, "clientKeyData"), 0};
  if (out.token.empty() && out.certificate.empty()) return fail("the credential plugin gave neither a token nor a certificate");
  if (out.certificate.empty() != out.key.empty()) return fail("the credential plugin gave a certificate without its key, or a key alone");
  if (const std::string until = text_at(*status, "expirationTimestamp"); !until.empty()) {
    const auto expires = parse_rfc3339(until);
    if (!expires) return fail("the credential plugin's expirationTimestamp is no time");
    out.expires_us = *expires;
  }
  return out;
}

ProgramCall exec_call(const ExecPlugin& plugin, const KubeContext& context) {
  ProgramCall call;
  call.argv.push_back(plugin.command);
  call.argv.insert(call.argv.end(), plugin.args.begin(), plugin.args.end());
  call.environment = plugin.env;
  nlohmann::json info{{"apiVersion", plugin.api_version}, {"kind", "ExecCredential"}, {"spec", {{"interactive", false}}}};
  if (plugin.provide_cluster_info) {
    const std::string server = std::string(context.endpoint.secure ? "https://" : "http://") + context.endpoint.host + ":" + context.endpoint.port + context.endpoint.prefix;
    nlohmann::json cluster{{"server", server}, {"certificate-authority-data", encode_base64(context.authority_pem)}};
    if (!context.tls.server_name.empty()) cluster["tls-server-name"] = context.tls.server_name;
    if (context.insecure) cluster["insecure-skip-tls-verify"] = true;
    info["spec"]["cluster"] = std::move(cluster);
  }
  call.environment.emplace_back("KUBERNETES_EXEC_INFO", info.dump());
  return call;
}

Result<std::unique_ptr<Credentials>> make_credentials(KubeContext& context, std::int64_t now_us) {
  if (context.exec) {
    if (context.exec->always_interactive) return fail("the credential plugin wants to ask somebody (interactiveMode: Always), which cannot be done here");
    const ProgramCall call = exec_call(*context.exec, context);
    auto printed = run_program(call);
    const std::string hint = context.exec->install_hint;
    if (!printed) return tl::unexpected(std::move(printed.error()).within("the credential plugin" + (hint.empty() ? "" : " (" + hint + ")")));
    auto first = read_exec_credential(*printed, context.exec->api_version);
    if (!first) return tl::unexpected(first.error());
    if (first->expires_us != 0 && first->expires_us <= now_us) return fail("the credential plugin gave a credential that has expired");
    if (!first->certificate.empty()) {
      context.tls.certificate = first->certificate;
      context.tls.key = first->key;
    }
    return std::unique_ptr<Credentials>(std::make_unique<PluginToken>(call, context.exec->api_version, hint, *first));
  }
  // A token file goes before a token, as client-go has it (rest.Config).
  if (!context.token_file.empty()) return std::unique_ptr<Credentials>(std::make_unique<TokenFile>(context.token_file));
  return std::unique_ptr<Credentials>(std::make_unique<FixedToken>(context.token));
}

}  // namespace akstwin
