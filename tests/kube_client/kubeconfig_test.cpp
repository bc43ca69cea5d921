#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "adapters/http/base64.hpp"
#include "adapters/kube/credentials.hpp"
#include "adapters/kube/kubeconfig.hpp"
#include "adapters/kube/timestamp.hpp"
#include "tests/support/process.hpp"

namespace akstwin::test {
namespace {

std::string config(const std::string& cluster, const std::string& user) {
  return "apiVersion: v1\nkind: Config\ncurrent-context: aks-test\ncontexts:\n- name: aks-test\n  context: {cluster: c, user: u, namespace: orders}\nclusters:\n- name: c\n  cluster: {" + cluster +
         "}\nusers:\n- name: u\n  user: {" + user + "}\n";
}
constexpr const char* kServer = "server: \"https://aks.example:443\"";

void write(const std::filesystem::path& path, const std::string& text, bool executable = false) {
  std::ofstream(path) << text;
  if (executable) ::chmod(path.c_str(), 0700);
}

KubeContext with_plugin(const std::filesystem::path& folder, const std::string& script, const std::string& extra = "") {
  write(folder / "kubelogin", "#!/bin/sh\n" + script, true);
  const auto context = read_kubeconfig(config(kServer, "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./kubelogin, args: [get-token, --login, azurecli], env: [{name: WHO, value: me}]" + extra + "}"), folder.string(), "");
  REQUIRE(context);
  return *context;
}

std::string credential(const std::string& token, const std::string& until) {
  return "printf '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"status\":{\"token\":\"" + token + "\",\"expirationTimestamp\":\"" + until + "\"}}'\n";
}

constexpr std::int64_t kNow = 1'790'000'000'000'000;   // 2026-09-21T14:13:20Z

}  // namespace

TEST_CASE("Base64 is read with white space and padding, and nothing else") {
  CHECK(decode_base64("aGVs bG8=\n") == "hello");
  CHECK(encode_base64("hello") == "aGVsbG8=");
  CHECK(encode_base64("abc") == "YWJj");
  CHECK(encode_base64("a") == "YQ==");
  CHECK_FALSE(decode_base64("a"));
  CHECK_FALSE(decode_base64("a*=="));
  CHECK_FALSE(decode_base64("YQ==YQ=="));
}

TEST_CASE("Times are read with fractions and offsets, and written with microseconds") {
  CHECK(parse_rfc3339("2026-09-21T14:13:20Z") == kNow);
  CHECK(parse_rfc3339("2026-09-21T14:13:20.25Z") == kNow + 250'000);
  CHECK(parse_rfc3339("2026-09-21T16:13:20.000000001+02:00") == kNow);
  CHECK(rfc3339(kNow + 250'000) == "2026-09-21T14:13:20.250000Z");
  for (const char* text : {"", "2026-09-21", "2026-09-21T14:13:20", "2026-13-21T14:13:20Z", "2026-09-21T14:13:20+2:00"}) CHECK_FALSE(parse_rfc3339(text));
}

TEST_CASE("A context gives server, authorities and identity; data go before files") {
  TemporaryFolder folder;
  write(folder.path() / "ca.pem", "CA OF FILE");
  const auto read = read_kubeconfig(config(std::string(kServer) + ", certificate-authority: ca.pem, tls-server-name: aks.internal", "client-certificate-data: " + encode_base64("CERT") + ", client-key-data: " + encode_base64("KEY")), folder.path().string(), "");
  REQUIRE(read);
  CHECK(read->name == "aks-test");
  CHECK(read->name_space == "orders");
  CHECK(read->endpoint.host == "aks.example");
  CHECK(read->tls.authorities == "CA OF FILE");
  CHECK(read->tls.server_name == "aks.internal");
  CHECK(read->tls.certificate == "CERT");
  CHECK(read->tls.key == "KEY");
  CHECK(read->tls.verify);
}

TEST_CASE("What cannot be used is refused with its reason") {
  const auto why = [](const std::string& text, const std::string& context = "") {
    const auto read = read_kubeconfig(text, ".", context);
    return read ? std::string("accepted") : read.error().message;
  };
  CHECK(why("[1]") == "it is no kubeconfig");
  CHECK(why(config(kServer, ""), "other").find("no context 'other'") != std::string::npos);
  CHECK(why(config("server: \"http://aks.example\"", "token: t")).find("plain HTTP") != std::string::npos);
  CHECK(why(config("server: \"https://u:p@aks.example\"", "")).find("user name or password") != std::string::npos);
  CHECK(why(config(std::string(kServer) + ", proxy-url: \"http://p\"", "")).find("proxy") != std::string::npos);
  CHECK(why(config(kServer, "auth-provider: {name: azure}")).find("kubelogin") != std::string::npos);
  CHECK(why(config(kServer, "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}")).find("v1alpha1") != std::string::npos);
  CHECK(why(config(kServer, "client-key-data: \"***\"")).find("no base64") != std::string::npos);
  CHECK(why(config(kServer, "client-certificate: missing.pem")).find("cannot read") != std::string::npos);
}

TEST_CASE("A token file is read again after a minute, so that a replaced token is used") {
  TemporaryFolder folder;
  write(folder.path() / "token", "first\n");
  KubeContext context;
  context.token_file = (folder.path() / "token").string();
  auto credentials = make_credentials(context, kNow);
  REQUIRE(credentials);
  CHECK((*credentials)->bearer(kNow).value() == "first");
  write(folder.path() / "token", "second\n");
  CHECK((*credentials)->bearer(kNow + 59'000'000).value() == "first");
  CHECK((*credentials)->bearer(kNow + 60'000'000).value() == "second");
  write(folder.path() / "token", "third\n");
  (*credentials)->rejected();
  CHECK((*credentials)->bearer(kNow + 61'000'000).value() == "third");
}

TEST_CASE("A plugin is run without a terminal, with its environment, and again when its credential ends or is refused") {
  TemporaryFolder folder;
  // It fails when it could ask somebody, and counts its runs.
  KubeContext context = with_plugin(folder.path(), "cd '" + folder.path().string() + "'\n[ \"$WHO\" = me ] || exit 3\n[ \"$2\" = --login ] || exit 4\nread -r line && exit 5\necho run >> runs\nn=$(wc -l < runs)\ncat <<EOF\n{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"status\":{\"token\":\"t$n\",\"expirationTimestamp\":\"2026-09-21T15:00:00Z\"}}\nEOF\n");
  auto credentials = make_credentials(context, kNow);
  REQUIRE(credentials);
  CHECK((*credentials)->bearer(kNow).value() == "t1");
  CHECK((*credentials)->bearer(kNow + 60'000'000).value() == "t1");
  (*credentials)->rejected();
  CHECK((*credentials)->bearer(kNow + 61'000'000).value() == "t2");
  // 15:00:00 less ten seconds: 2,800 s − 10 s later.
  CHECK((*credentials)->bearer(kNow + 2'791'000'000).value() == "t3");
}

TEST_CASE("A plugin's failure is told without what it printed") {
  TemporaryFolder folder;
  KubeContext failing = with_plugin(folder.path(), "echo SECRET; echo 'AADSTS50076: log in first' >&2; exit 1\n");
  const auto failed = make_credentials(failing, kNow);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message.find("AADSTS50076") != std::string::npos);
  CHECK(failed.error().message.find("SECRET") == std::string::npos);
  KubeContext nonsense = with_plugin(folder.path(), "echo SECRET\n");
  const auto unread = make_credentials(nonsense, kNow);
  REQUIRE_FALSE(unread);
  CHECK(unread.error().message.find("SECRET") == std::string::npos);
  KubeContext expired = with_plugin(folder.path(), credential("t", "2026-09-21T14:00:00Z"));
  CHECK_FALSE(make_credentials(expired, kNow));
  KubeContext asking = with_plugin(folder.path(), "exit 0\n", ", interactiveMode: Always");
  CHECK_FALSE(make_credentials(asking, kNow));
}

TEST_CASE("A pod's service account needs its mount and its environment") {
  TemporaryFolder folder;
  write(folder.path() / "ca.crt", "CA");
  write(folder.path() / "token", "t");
  write(folder.path() / "namespace", "twin");
  ::unsetenv("KUBERNETES_SERVICE_HOST");
  CHECK_FALSE(in_cluster_context(folder.path().string()));
  ::setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1", 1);
  ::setenv("KUBERNETES_SERVICE_PORT", "443", 1);
  const auto context = in_cluster_context(folder.path().string());
  REQUIRE(context);
  CHECK(context->endpoint.host == "10.0.0.1");
  CHECK(context->name_space == "twin");
  CHECK(context->tls.authorities == "CA");
  ::unsetenv("KUBERNETES_SERVICE_HOST");
}

}  // namespace akstwin::test
