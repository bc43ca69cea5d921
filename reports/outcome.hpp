/// All replications of one scenario together, its thresholds and figures, and how variants differ from it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/answers.hpp"
#include "sim/summary.hpp"

namespace akstwin {

/// Which experiment this is: enough to run it again.
struct Identity {
  std::string name, question, sha256;
  Epoch start;
  Duration horizon;
  std::uint64_t seed = 0;
  std::uint32_t replications = 0;  ///< as asked; Outcome::replications are those that answered
};

/// One named figure over the replications, in replication order.
struct FigureSummary {
  std::string name, unit;
  Summary values;
};

enum class Judgement : std::uint8_t { Pass, Fail, Inconclusive };
std::string_view to_string(Judgement verdict);

struct ThresholdResult {
  std::string metric, expression;
  Judgement verdict = Judgement::Inconclusive;
  std::optional<double> measured;    ///< what stands on the left; absent without data
  std::optional<Interval> interval;  ///< of a probability
  std::int64_t values = 0;
  std::string explanation;  ///< "p(99) is 183 s over 41,203 pods; must be < 240 s"
};

/// A published figure beside the simulated one.
struct ReferenceResult {
  std::string metric, published, source;
  double published_value = 0, low = 0, high = 0;
  std::optional<double> simulated;  ///< absent: the scenario produced no such figure
  std::string unit;
  bool within = false;
};

/// Statistics of one outage, matched by order of occurrence over the replications.
struct OutageSummary {
  std::string name, scope;
  std::uint32_t occurrences = 0, not_recovered = 0;
  Summary rto, rpo;  ///< seconds
  struct Phase {
    std::string name;
    Summary ended;
  };  ///< seconds since the outage
  std::vector<Phase> phases;
};

struct Outcome {
  Identity scenario;
  std::uint32_t replications = 0;
  Answers details;                     ///< of the first replication: tables and charts
  std::vector<FigureSummary> figures;  ///< sorted by name
  std::vector<OutageSummary> outages;
  std::vector<SubnetRisk> subnet_risks;     ///< for each subnet and mode: the smallest prefix that always sufficed, and the next smaller one
  std::vector<ThresholdResult> thresholds;  ///< in the order of the scenario
  std::vector<ReferenceFigureSpec> reference;
  std::vector<std::string> assumptions;  ///< what the answers rest on, in words

  const FigureSummary* figure(std::string_view name) const;
  /// The worst verdict of all thresholds: Fail before Inconclusive before Pass. Exit code 99 belongs to Fail.
  Judgement verdict() const;
};

/// Merges the replications (at least one), in replication order.
Outcome merge(const Scenario& scenario, std::vector<Answers> replications);

/// The paired difference (variant − base, replication by replication) of one figure.
struct Difference {
  std::string figure, unit;
  double base = 0, variant = 0;  ///< means
  Summary difference;
};

struct Comparison {
  std::string name;                     ///< the variant's
  std::vector<Difference> differences;  ///< cost.monthly, nodes.mean, recovery.rto_minutes, …
  bool timelines_equal = false;         ///< the change changed nothing
};

/// How a variant differs. Both ran on the same seed, so that arrivals and evictions are the same.
Comparison compare(const Outcome& base, const std::string& name, const Outcome& variant);

/// The scenario's published figures against the simulated ones; "cost.variant.<name>.delta" comes from `comparisons`.
std::vector<ReferenceResult> hold_against(const Outcome& outcome, const std::vector<Comparison>& comparisons);

}  // namespace akstwin
