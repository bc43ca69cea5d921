#include "adapters/cli/drive_session.hpp"

#include <filesystem>

#include "scenarios/action_text.hpp"
#include "scenarios/source_files.hpp"

namespace akstwin {
namespace {

constexpr Duration kSyncPatience{60'000'000};

std::string allow_path(const DriveCall& arguments) {
  if (!arguments.allow.empty()) return arguments.allow;
  return (std::filesystem::path(arguments.scenario_path).parent_path() / "drive.allow.yaml").string();
}

}  // namespace

Result<std::string> cluster_for(const Scenario& scenario, const std::string& named, const std::string& context) {
  const auto has = [&](const std::string& name) { return scenario.cluster(Name(name)) != nullptr; };
  if (!named.empty()) {
    if (has(named)) return named;
    return fail("the scenario has no cluster '" + named + "'");
  }
  if (has(context)) return context;
  if (scenario.clusters.size() == 1) return scenario.clusters.front().name.str();
  return fail("the scenario has several clusters; say with --cluster which one context '" + context + "' stands for");
}

tl::expected<std::unique_ptr<DriveSession>, ExitCode> open_drive(const DriveCall& arguments, bool writes, Console& console) {
  const auto failed = [&](const Error& error, ExitCode code = ExitCode::Error) { return tl::unexpected<ExitCode>(complain(console, error, code)); };
  auto out = std::make_unique<DriveSession>();
  out->scenario = arguments.scenario;
  const std::string path = allow_path(arguments);
  const auto text = read_file(path, 1U << 20);
  if (!text && !arguments.allow.empty()) return failed({"cannot read the allow-list " + path});
  // No file allows nothing: the plan then says so of each action.
  Diagnostics diagnostics;
  if (text) diagnostics.add_source(path, *text);
  auto allow = read_allow_list(text.value_or(""), path, diagnostics);
  diagnostics.print(console.err);
  if (!allow) return tl::unexpected<ExitCode>(ExitCode::InvalidScenario);
  out->allow = std::move(*allow);
  auto cluster = cluster_for(out->scenario, arguments.cluster, arguments.context);
  if (!cluster) return failed(cluster.error(), ExitCode::Usage);
  out->cluster = *cluster;
  auto session = open_session({arguments.context, arguments.kubeconfig, arguments.record, arguments.replay, writes});
  if (!session) return failed(session.error().refused ? Error{"refused: " + session.error().error.message} : session.error().error, session.error().refused ? ExitCode::Refused : ExitCode::Error);
  out->session = std::move(*session);
  HttpTransport& http = out->session->http();
  out->kube = std::make_unique<KubeClusterApi>(*out->session->client, *out->scenario.cluster(Name(out->cluster)), out->timeline, http.now_us(), ClusterReading{true, out->allow.namespaces});
  if (auto synced = out->kube->sync(kSyncPatience); !synced) return failed(synced.error());
  if (const std::string narrowed = out->kube->narrowed(); !narrowed.empty()) console.err << narrowed << '\n';
  if (!out->allow.azure.empty()) {
    if (auto opened = open_azure(*out->session); !opened) return failed(opened.error());
    out->cloud = std::make_unique<AzureCloudApi>(*out->session->arm, out->scenario, out->allow.azure);
    if (auto read = out->cloud->refresh(); !read) return failed(read.error());
  }
  DriveSession* self = out.get();
  out->guard = std::make_unique<DriveGuard>(out->allow, out->kube->cache(), out->session->context.name, [self] { return self->session->http().now_us(); });
  if (out->cloud) out->cloud->set_guard([self](const ArmRequest& request) { return self->guard->check_arm(request); });
  return out;
}

tl::expected<std::vector<DriveAction>, ExitCode> drive_actions(const DriveCall& arguments, const DriveSession& session, Console& console) {
  if (arguments.actions.empty()) return actions_of(session.scenario);
  std::vector<DriveAction> out;
  for (const std::string& text : arguments.actions) {
    auto action = parse_drive_action(text, Name(session.cluster));
    if (!action) return tl::unexpected<ExitCode>(complain(console, {"'" + text + "' is no action; " + action_hint(text) + "; the cluster's name may be left out"}, ExitCode::Usage));
    out.push_back(std::move(*action));
  }
  return out;
}

}  // namespace akstwin
