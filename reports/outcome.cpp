#include "reports/outcome.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "reports/bill.hpp"
#include "reports/subnet_pools.hpp"
#include "reports/text.hpp"
#include "reports/thresholds.hpp"
#include "reports/version.hpp"
#include "sim/base/check.hpp"

namespace akstwin {
namespace {

std::vector<FigureSummary> summarise_figures(const std::vector<Answers>& replications) {
  std::map<std::string, FigureSummary> by_name;
  for (const Answers& answers : replications)
    for (const Figure& figure : answers.figures) {
      FigureSummary& summary = by_name[figure.name];
      summary.name = figure.name;
      summary.unit = figure.unit;
      summary.values.add(figure.value);
    }
  std::vector<FigureSummary> figures;
  for (auto& [name, summary] : by_name) figures.push_back(std::move(summary));
  return figures;
}

void add_outage(OutageSummary& summary, const OutageAnswer& outage) {
  summary.name = outage.name;
  summary.scope = outage.scope;
  ++summary.occurrences;
  if (outage.rto)
    summary.rto.add(outage.rto->seconds_real());
  else
    summary.not_recovered += outage.counts() ? 1 : 0;
  if (outage.rpo) summary.rpo.add(outage.rpo->seconds_real());
  for (const RecoveryPhaseTime& phase : outage.phases) {
    auto known = std::find_if(summary.phases.begin(), summary.phases.end(), [&](const auto& p) { return p.name == phase.name; });
    if (known == summary.phases.end()) known = summary.phases.insert(summary.phases.end(), {phase.name, {}});
    known->ended.add(phase.ended.seconds_real());
  }
}

std::vector<OutageSummary> summarise_outages(const std::vector<Answers>& replications) {
  std::vector<OutageSummary> outages;
  for (const Answers& answers : replications)
    for (std::size_t i = 0; i < answers.recovery.outages.size(); ++i) {
      if (outages.size() <= i) outages.resize(i + 1);
      add_outage(outages[i], answers.recovery.outages[i]);
    }
  return outages;
}

// Oldest and newest date of the prices used, and which rest on memory.
void price_assumptions(const CostAnswer& cost, std::vector<std::string>& out) {
  std::string oldest, newest;
  std::set<std::string> recalled;
  for (const PriceLine& line : cost.lines) {
    if (line.confidence == "recall") recalled.insert(line.meter + " at " + unit_price(line.unit_price) + " per " + line.unit);
    if (line.as_of.empty()) continue;
    if (oldest.empty() || line.as_of < oldest) oldest = line.as_of;
    if (line.as_of > newest) newest = line.as_of;
  }
  if (!oldest.empty()) out.push_back("Prices are list prices read between " + oldest + " and " + newest + "; each line names its source.");
  for (const std::string& meter : recalled) out.push_back("Price from memory, not confirmed [recall]: " + meter + ".");
  for (const std::string& what : cost.not_priced) out.push_back("Not priced: " + what + ".");
}

std::vector<std::string> assumptions_of(const Scenario& scenario, const Answers& first, std::uint32_t replications) {
  std::vector<std::string> out;
  out.push_back("akstwin " + std::string(tool_version()) + ", seed " + std::to_string(scenario.seed) + ", " +
                counted(replications, "replication") + "; scenario " + scenario.sha256.substr(0, 12) +
                ". Tables and charts show the first replication.");
  out.push_back("Monthly amounts: what the window of " + human(first.window) + " used, brought to 730 h; monthly fees count once.");
  for (const CommitmentSpec& c : scenario.cost.commitments)
    out.push_back(std::string(c.reservation ? "A reservation" : "A savings plan") + " takes " + to_string(c.discount) +
                  " off list, as the scenario states; the price list has no commitment prices.");
  if (scenario.edge.kind == EdgeSpec::Kind::FrontDoor)
    out.push_back("A request is 2 KiB from edge to origin; answers are as the scenario states.");
  price_assumptions(first.cost, out);
  return out;
}

}  // namespace

const FigureSummary* Outcome::figure(std::string_view name) const {
  for (const FigureSummary& figure : figures)
    if (figure.name == name) return &figure;
  return nullptr;
}

Judgement Outcome::verdict() const {
  Judgement worst = Judgement::Pass;
  for (const ThresholdResult& threshold : thresholds) {
    if (threshold.verdict == Judgement::Fail) return Judgement::Fail;
    if (threshold.verdict == Judgement::Inconclusive) worst = Judgement::Inconclusive;
  }
  return worst;
}

Outcome merge(const Scenario& scenario, std::vector<Answers> replications) {
  AKSTWIN_CHECK(!replications.empty(), "an outcome needs a replication that answered");
  Outcome out;
  out.scenario = {scenario.name,    scenario.question, scenario.sha256,      scenario.start,
                  scenario.horizon, scenario.seed,     scenario.replications};
  out.replications = static_cast<std::uint32_t>(replications.size());
  out.figures = summarise_figures(replications);
  out.outages = summarise_outages(replications);
  std::vector<SubnetsAnswer> subnets;
  for (const Answers& answers : replications) subnets.push_back(answers.subnets);
  out.subnet_risks = subnet_risks_of(subnets);
  for (const ThresholdSpec& threshold : scenario.thresholds) out.thresholds.push_back(evaluate(threshold, replications));
  out.reference = scenario.reference;
  out.assumptions = assumptions_of(scenario, replications.front(), out.replications);
  out.details = std::move(replications.front());
  if (out.replications < scenario.replications)
    out.details.warnings.push_back("Only " + std::to_string(out.replications) + " of " + std::to_string(scenario.replications) +
                                   " replications answered.");
  return out;
}

}  // namespace akstwin
