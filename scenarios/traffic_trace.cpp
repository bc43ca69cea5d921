#include "scenarios/traffic_trace.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "models/catalog/embedded_csv.hpp"

namespace akstwin {
namespace {

constexpr std::size_t kLargestTrace = 64 << 20;
constexpr std::int64_t kMaxSteps = 5'000'000;      // ten years of minutes
constexpr double kMaxRate = 1e9;                   // requests a second; beyond it milli-rps would overflow sums

/// A trace as the scenario states it.
struct TraceDraft {
  std::string file, column;
  std::vector<double> values;
  Duration step{60'000'000};
  bool rates = false;                              ///< values are requests a second; otherwise requests a step
};

struct StageDraft {
  Duration duration{};
  std::int64_t target_milli_rps = 0;
};

void describe(Fields& f, StageDraft& out) {
  f.required("duration", out.duration, "How long the rate moves towards the target.");
  f.required<RequestRate>("target", out.target_milli_rps, "Rate at the end of the stage.").at_least(0);
}

void describe(Fields& f, TraceDraft& out) {
  f.optional<Text>("file", out.file, "CSV file with a header line; one row a step.");
  f.values("values", out.values, "The values themselves instead of a file, one a step.");
  f.optional<Text>("column", out.column, "Column with the values; default: the last one.");
  f.optional("step", out.step, "Time from one row to the next.").between(Duration{1'000'000}, Duration{86'400'000'000});
  f.choice("unit", out.rates, {{"requests", false}, {"rps", true}}, "Whether a value counts requests in the step or is a rate.");
}

std::int64_t milli_rps(double requests_per_second) { return std::llround(std::clamp(requests_per_second, 0.0, kMaxRate) * 1'000.0); }

std::optional<std::size_t> column_of(const std::vector<std::string>& header, const std::string& wanted) {
  if (wanted.empty()) return header.size() - 1;
  const auto found = std::ranges::find(header, wanted);
  if (found == header.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header.begin());
}

void read_csv_trace(Fields& f, const YamlNode& at, const TraceDraft& draft, TrafficSpec& out) {
  Diagnostics& diagnostics = f.context().diagnostics;
  const auto source = f.context().files.file(draft.file, at, diagnostics);
  const auto text = source ? f.context().files.read(*source, at, kLargestTrace, diagnostics) : std::nullopt;
  if (!text) return;
  const auto rows = parse_csv(*text);
  if (rows.size() < 2) return f.error("S070", at, "the trace '" + draft.file + "' has no rows", "it needs a header line and one row a step");
  const auto column = column_of(rows[0], draft.column);
  if (!column) {
    std::string all;
    for (const std::string& name : rows[0]) all += (all.empty() ? "" : ", ") + name;
    return f.error("S070", at, "the trace '" + draft.file + "' has no column '" + draft.column + "'", "its columns are: " + all);
  }
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto value = *column < rows[i].size() ? parse_real(rows[i][*column]) : std::nullopt;
    if (!value || *value < 0)
      return f.error("S070", at, "row " + std::to_string(i + 1) + " of '" + draft.file + "' has no number in column '" + rows[0][*column] + "'", "every step needs a value of at least 0");
    out.trace_milli_rps.push_back(milli_rps(draft.rates ? *value : *value / draft.step.seconds_real()));
  }
  out.trace_step = draft.step;
}

void read_value_trace(Fields& f, const YamlNode& at, const TraceDraft& draft, TrafficSpec& out) {
  for (const double value : draft.values) {
    if (value < 0) return f.error("S070", at, "a value of the trace is below 0", "every step needs a value of at least 0");
    out.trace_milli_rps.push_back(milli_rps(draft.rates ? value : value / draft.step.seconds_real()));
  }
  out.trace_step = draft.step;
}

// {"status":"success","data":{"result":[{"metric":{…},"values":[[1700000000,"12.5"],…]}]}}: JSON is YAML.
void read_prometheus_trace(Fields& f, const YamlNode& at, const std::string& file, TrafficSpec& out) {
  Diagnostics& diagnostics = f.context().diagnostics;
  const auto source = f.context().files.file(file, at, diagnostics);
  const auto text = source ? f.context().files.read(*source, at, kManifestLimits.bytes, diagnostics) : std::nullopt;
  if (!text) return;
  const auto documents = parse_yaml(source->shown, *text, kManifestLimits, diagnostics);
  const YamlNode* data = documents.empty() ? nullptr : documents[0].find("data");
  const YamlNode* result = data != nullptr ? data->find("result") : nullptr;
  const YamlNode* values = result != nullptr && result->items.size() == 1 ? result->items[0].find("values") : nullptr;
  if (values == nullptr || values->items.size() < 2)
    return f.error("S070", at, "'" + file + "' is not a Prometheus range query with one series", "save /api/v1/query_range of sum(rate(…)) with at least two samples");
  std::vector<double> times;
  for (const YamlNode& sample : values->items) {
    const auto time = sample.items.size() == 2 ? parse_real(sample.items[0].text) : std::nullopt;
    const auto value = sample.items.size() == 2 ? parse_real(sample.items[1].text) : std::nullopt;
    if (!time || !value) return f.error("S070", at, "a sample of '" + file + "' is not [time, \"value\"]", "export the range query again");
    times.push_back(*time);
    out.trace_milli_rps.push_back(milli_rps(*value));
  }
  const double step = times[1] - times[0];
  if (!(step >= 1 && step <= 86'400)) return f.error("S070", at, "the samples of '" + file + "' are not one second to one day apart", "query with step=60");
  out.trace_step = duration_from_seconds(step);
}

// k6's ramping stages: linear from the previous target; sampled every ten seconds at the middle of the step.
void read_stages(Fields& f, const YamlNode& at, const std::vector<StageDraft>& stages, TrafficSpec& out) {
  constexpr std::int64_t kStep = 10'000'000;
  std::int64_t from = 0;
  for (const StageDraft& stage : stages) {
    const std::int64_t steps = std::max<std::int64_t>(1, stage.duration.us / kStep);
    if (steps + static_cast<std::int64_t>(out.trace_milli_rps.size()) > kMaxSteps) return f.error("S070", at, "the stages are longer than " + std::to_string(kMaxSteps / 8'640) + " days", "shorten them");
    for (std::int64_t i = 0; i < steps; ++i)
      out.trace_milli_rps.push_back(from + static_cast<std::int64_t>(static_cast<double>(stage.target_milli_rps - from) * (static_cast<double>(2 * i + 1) / static_cast<double>(2 * steps))));
    from = stage.target_milli_rps;
  }
  out.trace_step = Duration{kStep};
}

}  // namespace

void scale_to_peak(std::vector<std::int64_t>& trace_milli_rps, std::int64_t peak_milli_rps) {
  const std::int64_t largest = trace_milli_rps.empty() ? 0 : *std::ranges::max_element(trace_milli_rps);
  if (largest <= 0) return;
  const double factor = static_cast<double>(peak_milli_rps) / static_cast<double>(largest);
  for (std::int64_t& rate : trace_milli_rps) rate = std::llround(static_cast<double>(rate) * factor);
}

void describe_recorded_traffic(Fields& f, TrafficSpec& out) {
  TraceDraft draft;
  if (f.documenting()) {
    f.group("trace", "A recorded series, repeated; also just the CSV file's path. `peak` scales it.", [&](Fields& g) { describe(g, draft); });
  } else if (const YamlNode* node = f.take("trace", false)) {
    if (node->is_scalar()) {
      draft.file = node->text;
    } else if (node->is_map()) {
      Fields g(f.context(), *node, f.path() + ".trace");
      describe(g, draft);
      g.finish();
    } else {
      f.wrong_kind(*node, "trace", "a CSV file's path, or {file: …, column: …, step: 1m}");
    }
    if (!draft.file.empty()) read_csv_trace(f, *node, draft, out);
    else if (!draft.values.empty()) read_value_trace(f, *node, draft, out);
    else if (node->is_map()) f.error("S010", *node, "the trace in " + f.path() + " has neither 'file' nor 'values'", "name a CSV file, or write the values");
  }
  f.custom("prometheus", {"path", "a path", "string", ""}, "Saved answer of a Prometheus range query with one series, in requests a second.",
           [&](const YamlNode& node) { read_prometheus_trace(f, node, node.text, out); });
  std::vector<StageDraft> stages;
  f.list("stages", stages, "k6 stages: the rate moves linearly to each target; repeated.");
  if (!stages.empty()) read_stages(f, *f.take("stages", false), stages, out);
  if (!out.trace_milli_rps.empty()) out.shape = TrafficShape::Trace;
}

}  // namespace akstwin
