#include <algorithm>

#include "adapters/oracle/ca_cases.hpp"
#include "adapters/oracle/ca_run.hpp"

namespace akstwin::oracle {
namespace {

/// What of an entry is decided: pods of one workload evicted in the same instant race for a budget, and which of them wins is arbitrary.
std::string decided(const Json& entry) {
  const std::string kind = entry.at("k").get<std::string>();
  if (kind != "evict" && kind != "evict_429") return kind + " " + entry.at("d").dump();
  const std::string pod = entry.at("d").get<std::string>();
  return kind + " " + (pod.starts_with("ds-") ? pod : pod.substr(0, pod.rfind('-')));
}

/// Entries as text, ordered by second and text: inside a second the recorder's order is not causal.
std::vector<std::pair<std::int64_t, std::string>> sorted(const Json& records) {
  std::vector<std::pair<std::int64_t, std::string>> lines;
  for (const Json& entry : records) lines.emplace_back(entry.at("t").get<std::int64_t>(), decided(entry));
  std::ranges::sort(lines);
  return lines;
}

std::string first_difference(const Json& upstream, const Json& ours) {
  const auto a = sorted(upstream), b = sorted(ours);
  const auto [left, right] = std::ranges::mismatch(a, b);
  const auto text = [](const auto& from, auto at) { return at == from.end() ? std::string("nothing more") : std::to_string(at->first) + " " + at->second; };
  if (left == a.end() && right == b.end()) return {};
  return "records: upstream " + text(a, left) + ", ours " + text(b, right) + "; ";
}

std::string first_different_row(const Json& upstream, const Json& ours) {
  for (std::size_t i = 0; i < std::max(upstream.size(), ours.size()); ++i) {
    const Json left = i < upstream.size() ? upstream[i] : Json(), right = i < ours.size() ? ours[i] : Json();
    if (left != right) return "rows: upstream " + left.dump() + ", ours " + right.dump() + "; ";
  }
  return {};
}

std::string check(const Json& recorded, bool trace) {
  CaRun run(recorded, trace, CaLoops::All);
  run.run();
  const Json& expected = recorded.at("expected");
  std::string difference = first_difference(value_or(expected, "records", Json::array()), run.records());
  difference += first_different_row(expected.at("rows"), run.rows());
  if (expected.at("summary") != run.summary()) difference += "summary: upstream " + expected.at("summary").dump() + ", ours " + run.summary().dump();
  return difference;
}

}  // namespace

std::string check_ca_scaledown(const nlohmann::json& recorded) { return check(recorded, false); }
std::string check_ca_trace(const nlohmann::json& recorded) { return check(recorded, true); }

std::string check_ca_left_out_loops(const nlohmann::json& recorded, bool trace, LeftOutLoops& count) {
  CaRun all(recorded, trace, CaLoops::All), few(recorded, trace, CaLoops::OnlyInteresting);
  all.run();
  few.run();
  count.all += all.loops_run();
  count.run += few.loops_run();
  std::string difference = first_difference(all.records(), few.records());
  difference += first_different_row(all.rows(), few.rows());
  if (all.summary() != few.summary()) difference += "summary: all " + all.summary().dump() + ", few " + few.summary().dump();
  return difference;
}

}  // namespace akstwin::oracle
