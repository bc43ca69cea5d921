#include "models/fit/inter_pod_affinity.hpp"

#include <algorithm>

#include "models/fit/snapshot.hpp"

// Source of all rules here: kubernetes v1.32 pkg/scheduler/framework/plugins/interpodaffinity, read 2026-11.
namespace akstwin {
namespace {

// hardPodAffinityWeight: what another pod's required affinity adds to the score. Source: v1.32 InterPodAffinityArgs default.
constexpr std::int64_t kHardPodAffinityWeight = 1;

bool in_namespaces(const PodAffinityTerm& term, const PodSpec& owner, const PodSpec& target, const FitContext& context) {
  if (term.namespaces.empty() && !term.namespace_selector) return owner.name_space == target.name_space;
  if (std::ranges::find(term.namespaces, target.name_space) != term.namespaces.end()) return true;
  if (!term.namespace_selector) return false;
  const Labels* labels = context.namespace_labels(target.name_space);
  return term.namespace_selector->matches(labels == nullptr ? Labels{} : *labels);
}

// The API server merges matchLabelKeys and mismatchLabelKeys into the selector when the pod is created; our specs keep them apart.
bool label_keys_match(const PodAffinityTerm& term, const PodSpec& owner, const PodSpec& target) {
  const auto same = [&](Name key) {
    const Name* wanted = owner.labels.find(key);
    const Name* actual = target.labels.find(key);
    return wanted == nullptr || (actual != nullptr && *actual == *wanted);
  };
  const auto different = [&](Name key) {
    const Name* wanted = owner.labels.find(key);
    const Name* actual = target.labels.find(key);
    return wanted == nullptr || actual == nullptr || *actual != *wanted;
  };
  return std::ranges::all_of(term.match_label_keys, same) && std::ranges::all_of(term.mismatch_label_keys, different);
}

bool all_terms_match(std::span<const PodAffinityTerm> terms, const PodSpec& owner, const PodSpec& target, const FitContext& context) {
  return !terms.empty() &&
         std::ranges::all_of(terms, [&](const PodAffinityTerm& term) { return affinity_term_matches(term, owner, target, context); });
}

// Pods of two namespaces whose terms, on both sides, look at their own namespace only: nothing to match.
bool strangers(const PodSpec& spec, bool local, const PodTemplate& other) {
  return local && other.affinity_is_local && other.name_space != spec.name_space;
}

// A term whose sums grow with every pod of one template.
struct Contribution {
  TopologySums* sums;
  ColumnIndex column;
  std::int64_t amount;   // a pod
};

// Applies the contributions of a template to every node that has pods of it.
void spread_over_nodes(std::span<const Contribution> contributions, const PodTemplate& pod_template, const Snapshot& snapshot) {
  for (const Contribution& contribution : contributions)
    for (const TemplatePlace& place : pod_template.places) {
      const DomainIndex domain = snapshot.labels().domain(contribution.column, place.node);
      if (domain != kNoDomain) contribution.sums->add(contribution.column, domain, contribution.amount * place.pods, snapshot.labels());
    }
}

std::vector<Contribution> filter_contributions(AffinityFilterState& state, const PodSpec& pending, const PodSpec& other,
                                               const FitContext& context, const LabelColumns& labels) {
  std::vector<Contribution> found;
  if (all_terms_match(pending.affinity.pod_required, pending, other, context))
    for (const ColumnIndex column : state.affinity_columns) found.push_back({&state.affinity, column, 1});
  for (std::size_t i = 0; i < pending.affinity.pod_anti_required.size(); ++i)
    if (affinity_term_matches(pending.affinity.pod_anti_required[i], pending, other, context))
      found.push_back({&state.anti, state.anti_columns[i], 1});
  for (const PodAffinityTerm& term : other.affinity.pod_anti_required)
    if (affinity_term_matches(term, other, pending, context)) found.push_back({&state.existing_anti, labels.find(term.topology_key), 1});
  return found;
}

std::vector<Contribution> score_contributions(AffinityScoreState& state, const PodSpec& pending, const PodSpec& other,
                                              const FitContext& context, const LabelColumns& labels) {
  std::vector<Contribution> found;
  const auto add = [&](const PodAffinityTerm& term, const PodSpec& owner, const PodSpec& target, std::int64_t weight) {
    if (affinity_term_matches(term, owner, target, context)) found.push_back({&state.sums, labels.find(term.topology_key), weight});
  };
  for (const auto& [weight, term] : pending.affinity.pod_preferred) add(term, pending, other, weight);
  for (const auto& [weight, term] : pending.affinity.pod_anti_preferred) add(term, pending, other, -weight);
  for (const PodAffinityTerm& term : other.affinity.pod_required) add(term, other, pending, kHardPodAffinityWeight);
  for (const auto& [weight, term] : other.affinity.pod_preferred) add(term, other, pending, weight);
  for (const auto& [weight, term] : other.affinity.pod_anti_preferred) add(term, other, pending, -weight);
  return found;
}

}  // namespace

bool affinity_term_matches(const PodAffinityTerm& term, const PodSpec& owner, const PodSpec& target, const FitContext& context) {
  return term.selector && in_namespaces(term, owner, target, context) && term.selector->matches(target.labels) &&
         label_keys_match(term, owner, target);
}

void TopologySums::clear() {
  keys.clear();
  nonzero = contributions = 0;
}

void TopologySums::add(ColumnIndex column, DomainIndex domain, std::int64_t amount, const LabelColumns& labels) {
  auto key = std::ranges::find(keys, column, &Key::column);
  if (key == keys.end())
    key = keys.insert(keys.end(), {.column = column, .by_domain = std::vector<std::int64_t>(labels.domain_slots(column))});
  std::int64_t& sum = key->by_domain[domain];
  nonzero -= sum != 0 ? 1 : 0;
  sum += amount;
  nonzero += sum != 0 ? 1 : 0;
  ++contributions;
}

std::int64_t TopologySums::at(ColumnIndex column, DomainIndex domain) const {
  const auto key = std::ranges::find(keys, column, &Key::column);
  return key == keys.end() ? 0 : key->by_domain[domain];
}

void prepare_affinity_filter(const PodSpec& spec, const Snapshot& snapshot, const FitContext& context, AffinityFilterState& out) {
  out.affinity.clear();
  out.anti.clear();
  out.existing_anti.clear();
  out.affinity_columns.clear();
  out.anti_columns.clear();
  const bool own_rules = !spec.affinity.pod_required.empty() || !spec.affinity.pod_anti_required.empty();
  out.active = own_rules || snapshot.templates().pods_with_required_anti_affinity() > 0;
  if (!out.active) return;
  for (const PodAffinityTerm& term : spec.affinity.pod_required) out.affinity_columns.push_back(snapshot.labels().find(term.topology_key));
  for (const PodAffinityTerm& term : spec.affinity.pod_anti_required) out.anti_columns.push_back(snapshot.labels().find(term.topology_key));
  out.matches_own_affinity = all_terms_match(spec.affinity.pod_required, spec, spec, context);
  const PodTemplates& templates = snapshot.templates();
  const bool local = stays_in_namespace(spec.affinity);
  for (TemplateIndex i = 0; i < templates.slots(); ++i) {
    if (templates[i].spec == nullptr || (!own_rules && !templates[i].has_required_anti_affinity)) continue;
    if (strangers(spec, local, templates[i])) continue;
    spread_over_nodes(filter_contributions(out, spec, *templates[i].spec, context, snapshot.labels()), templates[i], snapshot);
  }
  out.active = own_rules || out.existing_anti.nonzero > 0;
}

AffinityVerdict affinity_allows(const AffinityFilterState& state, const Snapshot& snapshot, NodeIndex node) {
  if (!state.active) return AffinityVerdict::Fits;
  const LabelColumns& labels = snapshot.labels();
  bool pods_exist = true;
  for (const ColumnIndex column : state.affinity_columns) {
    const DomainIndex domain = labels.domain(column, node);
    if (domain == kNoDomain) return AffinityVerdict::AffinityRules;
    pods_exist = pods_exist && state.affinity.at(column, domain) > 0;
  }
  // The first of a group that wants its own company may go anywhere.
  if (!pods_exist && !(state.affinity.nonzero == 0 && state.matches_own_affinity)) return AffinityVerdict::AffinityRules;
  const auto taken = [&](const TopologySums& sums, ColumnIndex column) {
    const DomainIndex domain = labels.domain(column, node);
    return domain != kNoDomain && sums.at(column, domain) > 0;
  };
  for (const ColumnIndex column : state.anti_columns)
    if (taken(state.anti, column)) return AffinityVerdict::AntiAffinityRules;
  for (const TopologySums::Key& key : state.existing_anti.keys)
    if (taken(state.existing_anti, key.column)) return AffinityVerdict::ExistingAntiAffinity;
  return AffinityVerdict::Fits;
}

void affinity_count(AffinityFilterState& state, const PodSpec& pending, const Snapshot& snapshot, const FitContext& context, NodeIndex node,
                    const PodSpec& other, std::int64_t pods) {
  const bool own_rules = !state.affinity_columns.empty() || !state.anti_columns.empty();
  if (!own_rules && other.affinity.pod_anti_required.empty()) return;
  for (const Contribution& contribution : filter_contributions(state, pending, other, context, snapshot.labels())) {
    const DomainIndex domain = snapshot.labels().domain(contribution.column, node);
    if (domain != kNoDomain) contribution.sums->add(contribution.column, domain, pods, snapshot.labels());
  }
  state.active = own_rules || state.existing_anti.nonzero > 0;
}

void prepare_affinity_score(const PodSpec& spec, const Snapshot& snapshot, const FitContext& context, AffinityScoreState& out) {
  out.sums.clear();
  const PodTemplates& templates = snapshot.templates();
  const bool own_preferences = !spec.affinity.pod_preferred.empty() || !spec.affinity.pod_anti_preferred.empty();
  if (!own_preferences && templates.pods_with_affinity() == 0) return;
  const bool local = stays_in_namespace(spec.affinity);
  for (TemplateIndex i = 0; i < templates.slots(); ++i) {
    if (templates[i].spec == nullptr || (!own_preferences && !templates[i].has_affinity)) continue;
    if (strangers(spec, local, templates[i])) continue;
    spread_over_nodes(score_contributions(out, spec, *templates[i].spec, context, snapshot.labels()), templates[i], snapshot);
  }
}

void affinity_scores(const AffinityScoreState& state, const Snapshot& snapshot, std::span<const NodeIndex> feasible,
                     std::vector<std::int64_t>& out) {
  out.assign(feasible.size(), 0);
  for (const TopologySums::Key& key : state.sums.keys)
    for (std::size_t n = 0; n < feasible.size(); ++n) {
      const DomainIndex domain = snapshot.labels().domain(key.column, feasible[n]);
      if (domain != kNoDomain) out[n] += key.by_domain[domain];
    }
  if (out.empty()) return;
  const auto [least, most] = std::ranges::minmax(out);
  const double range = static_cast<double>(most - least);
  for (std::int64_t& score : out)   // in this order of operations, as upstream rounds
    score = range > 0 ? static_cast<std::int64_t>(100.0 * (static_cast<double>(score - least) / range)) : 0;
}

}  // namespace akstwin
