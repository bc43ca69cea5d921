#include "scenarios/draft.hpp"
#include "scenarios/traffic_trace.hpp"

namespace akstwin {

void describe(Fields& f, TrafficBurst& out) {
  f.required("at", out.at, "When the burst begins.").at_least(SimTime{0});
  f.required("duration", out.duration, "How long it lasts.").at_least(Duration{1'000'000});
  f.required("factor", out.factor, "What the rate is multiplied with: 3, or 300%.").at_least(PartsPerMillion{0});
}

void describe(Fields& f, TrafficSpec& out) {
  f.choice("shape", out.shape, {{"constant", TrafficShape::Constant}, {"diurnal", TrafficShape::Diurnal}, {"business", TrafficShape::Business}, {"trace", TrafficShape::Trace}},
           "constant: always `peak`. diurnal: a cosine from `trough` to `peak` and back. business: the same from 07:00 to 19:00, `trough` outside. trace: recorded.");
  f.optional<RequestRate>("peak", out.peak_milli_rps, "Highest rate of a working day.").at_least(0);
  f.optional<RequestRate>("trough", out.trough_milli_rps, "Lowest rate of a working day.").at_least(0);
  f.optional("weekend", out.weekend, "Factor on Saturday and Sunday.").between(PartsPerMillion{0}, PartsPerMillion{100'000'000});
  f.optional("troughHour", out.trough_hour, "Local hour of the lowest rate.").between(0, 23);
  f.optional<UtcOffset>("utcOffset", out.utc_offset_minutes, "Local time of the users: -05:00, or -5h.");
  f.optional("noise", out.noise, "Standard deviation of a random factor, as a share of the rate.").between(PartsPerMillion{0}, PartsPerMillion{2'000'000});
  f.list("bursts", out.bursts, "Times when the rate is multiplied: a campaign, Black Friday.");
  describe_recorded_traffic(f, out);
  if (!f.documenting() && !out.trace_milli_rps.empty() && out.peak_milli_rps > 0) scale_to_peak(out.trace_milli_rps, out.peak_milli_rps);
}

void describe(Fields& f, CallSpec& out) {
  f.required("workload", out.workload, "The workload called, namespace/name.");
  f.optional("perRequest", out.per_request, "Calls made for each request handled.").between(PartsPerMillion{0}, PartsPerMillion{1'000'000'000});
}

void describe(Fields& f, ServiceLoadSpec& out) {
  out.declared_at = f.at();
  f.without_effect("from", "Answers of Prometheus range queries (one file or a list): load, CPU, memory and request size of the workload stated beside it, or of all that are in them. What is stated here wins.");
  f.required("workload", out.workload, "The workload that does the work, namespace/name.");
  f.object("traffic", out.traffic, "Requests that come from outside.");
  out.edge = f.has("traffic");
  f.optional("edge", out.edge, "The traffic comes through the edge and leaves by it; default: true when `traffic` is given.");
  f.optional<CpuTime>("cpuPerRequest", out.cpu_per_request_us, "CPU time of one request: 3.2m·s are 3.2 millicore-seconds.").at_least(0);
  f.optional("cpuIdle", out.cpu_idle, "CPU that a pod uses without load.").at_least(Millicores{0});
  f.group("memory", "Memory that a pod uses.", [&](Fields& g) {
    g.optional("base", out.memory_base, "Without load.").at_least(Bytes{0});
    g.optional("perConcurrent", out.memory_per_concurrent, "More for each request under way.").at_least(Bytes{0});
  });
  f.group("latency", "Time of one request.", [&](Fields& g) {
    g.optional("service", out.service_time, "On an idle pod.").at_least(Duration{1});
    g.optional("timeout", out.timeout, "Requests that take longer have failed.").at_least(Duration{1'000});
    g.optional("variation", out.service_variation, "Coefficient of variation of the service time; 1 is exponential.").between(0.0, 10.0);
  });
  f.optional("concurrency", out.concurrency, "Requests that a pod serves at once; 0: from its CPU limit or request.").between(0, 1'000'000);
  f.optional("responseSize", out.response_size, "Body sent to the client.").at_least(Bytes{0});
  f.list("calls", out.calls, "Workloads that a request calls in turn.");
  f.optional("startup", out.startup, "From the container's start until it could answer.").at_least(Duration{0});
}

void describe(Fields& f, QueueSpec& out) {
  out.declared_at = f.at();
  f.required("name", out.name, "Name of the queue: the `name` of a ScaledObject's trigger.");
  f.required("workload", out.workload, "The workload that consumes it, namespace/name.");
  f.object("arrivals", out.arrivals, "Messages that arrive; a rate in rps is messages a second.");
  f.optional("workPerMessage", out.work_per_message, "Time a pod needs for one message.").at_least(Duration{1});
  f.optional("concurrency", out.concurrency, "Messages that a pod works on at once.").between(1, 1'000'000);
}

void describe(Fields& f, ImageSpec& out) {
  out.declared_at = f.at();
  f.optional("workload", out.workload, "Workload namespace/name, or \"*\" for all others.");
  f.optional("size", out.size, "Compressed size of all layers.").at_least(Bytes{1});
  f.optional("layers", out.layers, "Layers; a pull is modelled by its bytes, so that they decide nothing in the twin.").between(1, 127);
  f.optional("changedPerRelease", out.changed_per_release, "What a new release adds; the rest is cached on the node.").at_least(Bytes{0});
}

void describe(Fields& f, GenerateDraft& out) {
  out.present = true;
  f.required("team", out.team, "Namespace of the services and first part of their names.");
  f.optional("services", out.services, "How many.").between(1, 1'000);
  f.group("replicas", "Limits of each service's autoscaler.", [&](Fields& g) {
    g.optional("min", out.min_replicas, "Fewest replicas.").between(1, 10'000);
    g.optional("max", out.max_replicas, "Most replicas.").between(1, 10'000);
  });
  f.group("requests", "Requests of the one container.", [&](Fields& g) { describe_resources(g, out.requests); });
  f.group("limits", "Limits of the one container.", [&](Fields& g) { describe_resources(g, out.limits); });
  f.optional("targetUtilization", out.target_utilization, "CPU utilisation that the autoscaler aims at, percent.").between(1, 1'000);
  f.group("image", "Image of each service.", [&](Fields& g) {
    g.optional("size", out.image.size, "Compressed size of all layers.").at_least(Bytes{1});
    g.optional("layers", out.image.layers, "Layers; a pull is modelled by its bytes.").between(1, 127);
    g.optional("changedPerRelease", out.image.changed_per_release, "What a new release adds.").at_least(Bytes{0});
  });
}

void describe(Fields& f, WorkloadSourceDraft& out) {
  out.path = f.path();
  f.values("cluster", out.clusters, "The cluster, or a list of clusters, that runs the workloads.", true);
  f.values("from", out.from, "Manifest files, kubectl get -A -o json, SimKube traces; folders with a kustomization, which is built, and other folders, read with all below them in order of path.");
  f.group("generate", "Services made by rule instead of manifests: a Deployment and an autoscaler each.", [&](Fields& g) { describe(g, out.generate); });
}

}  // namespace akstwin
