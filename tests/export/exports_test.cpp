// One short run of the catalogue's first cluster, exported in every format; other programs read what comes out.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "adapters/export/chrome_trace.hpp"
#include "adapters/export/mermaid.hpp"
#include "adapters/export/openmetrics.hpp"
#include "adapters/export/sqlite_file.hpp"
#include "models/observe/kinds.hpp"
#include "models/world/simulate.hpp"
#include "scenarios/load.hpp"
#include "tests/support/process.hpp"
#include "tests/support/skip.hpp"

namespace fs = std::filesystem;
using namespace akstwin;
using namespace akstwin::test;

namespace {

/// Six hours of a scenario of the catalogue, and what exports need of it.
struct Run {
  explicit Run(const std::string& name, Duration horizon = Duration{21'600'000'000}) {
    Diagnostics diagnostics;
    LoadOptions options;
    options.path = (fs::path(AKSTWIN_SOURCE_DIR) / "scenarios/catalog" / name).string();
    auto loaded = load_scenario(options, diagnostics);
    REQUIRE(loaded);
    scenario = std::move(*loaded);
    scenario.horizon = horizon;
    timeline = simulate(scenario, {.kernel = KernelKind::Calendar, .progress = {}}).timeline;
    lives = lives_of(scenario, timeline);
  }
  ExportSource source(Duration step = Duration{60'000'000}) const { return {scenario, timeline, lives, SimTime{}, timeline.end(), step}; }

  Scenario scenario;
  Timeline timeline;
  Lives lives;
};

const Run& first_cluster() {
  static const Run run("first-cluster.yaml");
  return run;
}

std::string openmetrics(const ExportSource& source) {
  std::string text;
  write_openmetrics(metric_families(source), source, [&](std::string_view part) { text += part; });
  return text;
}

bool on_path(const char* program) {
  const std::string command = std::string("command -v ") + program + " >/dev/null 2>&1";
  return std::system(command.c_str()) == 0;
}

Finished run_program(const std::vector<std::string>& argv, const fs::path& folder) { return Process(argv, folder, folder).finish(std::chrono::seconds(120)); }

const MetricFamily* family(const std::vector<MetricFamily>& families, std::string_view name) {
  const auto found = std::ranges::find(families, name, &MetricFamily::name);
  return found == families.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("Lives of pods and nodes agree with the gauges of the run") {
  const Run& run = first_cluster();
  std::size_t created = 0;
  for (const TimelineEvent& event : run.timeline.events()) created += event.kind == code(EventKind::PodCreated) ? 1 : 0;
  CHECK(run.lives.pods.size() == created);
  const SimTime end = run.timeline.end();
  std::int64_t ready = 0;
  for (const NodeLife& node : run.lives.nodes) ready += node.ready <= end && node.gone == kNever && node.deleting == kNever ? 1 : 0;
  std::int64_t gauge = 0;
  for (const Series* series : run.timeline.of_kind(code(GaugeKind::NodesReady))) gauge += series->current();
  CHECK(ready == gauge);
  for (const PodLife& pod : run.lives.pods) {
    CHECK(pod.created <= pod.scheduled);
    CHECK(pod.scheduled <= pod.ready);
  }
}

TEST_CASE("Metrics have the names and values of kube-state-metrics, cAdvisor and the cluster autoscaler") {
  const Run& run = first_cluster();
  const auto families = metric_families(run.source());
  for (const char* name : {"kube_pod_info", "kube_pod_status_phase", "kube_pod_container_resource_requests", "kube_node_info", "kube_node_status_allocatable", "kube_node_status_condition",
                           "kube_deployment_spec_replicas", "kube_deployment_status_replicas_available", "kube_horizontalpodautoscaler_status_desired_replicas",
                           "kube_poddisruptionbudget_status_pod_disruptions_allowed", "container_cpu_usage_seconds_total", "cluster_autoscaler_nodes_count",
                           "cluster_autoscaler_unschedulable_pods_count", "cluster_autoscaler_scaled_up_nodes_total", "akstwin_request_rate_per_second", "akstwin_cpu_requested_cores"}) {
    INFO(name);
    CHECK(family(families, name) != nullptr);
  }
  // Standard_D2ds_v5 leaves 1,900 of 2,000 millicores to pods: 60m of the first core and 40m of the second are the kubelet's.
  const MetricFamily* allocatable = family(families, "kube_node_status_allocatable");
  const auto has = [](const MetricSeries& series, const char* key, const char* value) { return std::ranges::find(series.labels, std::pair<std::string, std::string>(key, value)) != series.labels.end(); };
  CHECK(std::ranges::any_of(allocatable->series, [&](const MetricSeries& s) { return has(s, "resource", "cpu") && has(s, "unit", "core") && s.values[0].second == Approx(1.9); }));
  // No series can be taken for a real cluster's.
  for (const MetricFamily& one : families) {
    INFO(one.name);
    CHECK(std::ranges::all_of(one.series, [&](const MetricSeries& s) { return has(s, "cluster", "twin:shop") || has(s, "cluster", "twin:first-cluster"); }));
  }
}

TEST_CASE("promtool builds blocks of the exported metrics, and finds nothing wrong with a snapshot") {
  if (!on_path("promtool")) AKSTWIN_SKIP("promtool (Debian package prometheus) is not installed");
  const Run& run = first_cluster();
  const TemporaryFolder folder;
  const std::string text = openmetrics(run.source());
  CHECK(text.ends_with("# EOF\n"));
  const auto families = metric_families(run.source());
  std::int64_t lines = 0;
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) lines += text[at] == '#' ? 0 : 1;
  CHECK(sample_count(families, run.source()) >= lines);
  CHECK(sample_count(families, run.source()) <= lines + lines / 50);   // a series' begin need not lie on a step
  std::ofstream(folder.path() / "twin.om") << text;
  const Finished built = run_program({"promtool", "tsdb", "create-blocks-from", "openmetrics", "twin.om", "data"}, folder.path());
  INFO(built.out << built.err);
  CHECK(built.exit_code == 0);
  const Finished listed = run_program({"promtool", "tsdb", "list", "data"}, folder.path());
  INFO(listed.out << listed.err);
  CHECK(listed.exit_code == 0);
  CHECK(std::ranges::count(listed.out, '\n') >= 4);      // a header and blocks of two hours each

  std::ofstream snapshot(folder.path() / "snapshot.txt");
  write_prometheus(metric_families(run.source()), SimTime{} + Duration{3'600'000'000}, [&](std::string_view part) { snapshot << part; });
  snapshot.close();
  const Finished checked = Process({"sh", "-c", "promtool check metrics < snapshot.txt"}, folder.path(), folder.path()).finish(std::chrono::seconds(60));
  INFO(checked.out << checked.err);
  // Three upstream names end in _count, which promtool advises against; nothing else is remarked.
  std::istringstream remarks(checked.out + checked.err);
  for (std::string line; std::getline(remarks, line);) CHECK((line.starts_with("cluster_autoscaler_") && line.find("\"_count\" suffix") != std::string::npos));
  CHECK((checked.exit_code == 0 || checked.exit_code == 3));
}

TEST_CASE("The SQLite timeline holds every event and answers questions in SQL") {
  const Run& run = first_cluster();
  const TemporaryFolder folder;
  const ExportSource source = run.source();
  const auto tables = export_tables(source, nullptr);
  REQUIRE(write_sqlite(folder.path() / "run.sqlite", tables));
  CHECK_FALSE(fs::exists(folder.path() / "run.sqlite.partial"));
  if (!on_path("sqlite3")) AKSTWIN_SKIP("sqlite3 is not installed");
  const auto ask = [&](const std::string& sql) {
    std::string out = run_program({"sqlite3", "run.sqlite", sql}, folder.path()).out;
    while (out.ends_with('\n')) out.pop_back();
    return out;
  };
  CHECK(ask("SELECT count(*) FROM event") == std::to_string(run.timeline.events().size()));
  CHECK(ask("SELECT count(*) FROM pod") == std::to_string(run.lives.pods.size()));
  CHECK(ask("PRAGMA user_version") == "1");
  CHECK(ask("PRAGMA integrity_check") == "ok");
  CHECK(ask("SELECT value FROM meta WHERE key = 'scenario'") == "first-cluster");
  CHECK(ask("SELECT min(time) FROM event") == "2026-03-02T00:00:00Z");
}

TEST_CASE("CSV tables have a header, one line a row, and quotes where a field needs them") {
  const ExportTable table{"t", {{"a", "TEXT"}, {"b_usd", "REAL"}}, [](const auto& emit) {
                            emit({std::string("x,\"y\"\nz"), 1.5});
                            emit({Cell{}, std::int64_t{7}});
                          }};
  CHECK(table_as_csv(table) == "a,b_usd\r\n\"x,\"\"y\"\"\nz\",1.5\r\n,7\r\n");
}

TEST_CASE("A Chrome trace is JSON whose slices fit their threads") {
  const Run& run = first_cluster();
  std::string text;
  write_chrome_trace(run.source(), [&](std::string_view part) { text += part; });
  const auto json = nlohmann::json::parse(text);
  std::map<std::pair<int, int>, std::int64_t> busy_until;
  std::size_t slices = 0, begins = 0, ends = 0;
  for (const auto& event : json["traceEvents"]) {
    const std::string phase = event["ph"];
    begins += phase == "b" ? 1 : 0;
    ends += phase == "e" ? 1 : 0;
    if (phase != "X" || event["cat"] != "pod") continue;
    ++slices;
    std::int64_t& until = busy_until[{event["pid"], event["tid"]}];
    CHECK(event["ts"].get<std::int64_t>() >= until);     // slots are not shared
    CHECK(event["dur"].get<std::int64_t>() >= 0);
    until = event["ts"].get<std::int64_t>() + event["dur"].get<std::int64_t>();
  }
  CHECK(slices >= run.lives.pods.size());
  CHECK(begins == ends);
}

TEST_CASE("A game day is a gantt chart that fits into a pull request") {
  const Run run("zone-outage.yaml", Duration{86'400'000'000});
  const std::string chart = mermaid_gantt(run.source());
  INFO(chart);
  CHECK(chart.starts_with("gantt\n    title zone-outage\n"));
  CHECK(chart.find("section Outages") != std::string::npos);
  CHECK(chart.find(":crit, 2026-") != std::string::npos);
  CHECK(chart.size() <= kMermaidLimit);
  const Run quiet("first-cluster.yaml", Duration{43'200'000'000});
  CHECK(mermaid_gantt(quiet.source()).find("grows to") != std::string::npos);
  ExportSource first_moment = quiet.source();
  first_moment.to = first_moment.from;
  INFO(mermaid_gantt(first_moment));
  CHECK(mermaid_gantt(first_moment).find("neither outage nor action nor scale-up :2026-03-02 00:00:00, 2026-03-02 00:00:01") != std::string::npos);
}

TEST_CASE("The same run is exported to the same bytes") {
  const Run& run = first_cluster();
  const Run again("first-cluster.yaml");
  CHECK(openmetrics(run.source(Duration{300'000'000})) == openmetrics(again.source(Duration{300'000'000})));
}
