#include "adapters/serve/selectors.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

namespace akstwin {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Splits at commas that are not in parentheses.
std::vector<std::string_view> terms_of(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '(') ++depth;
    if (i < text.size() && text[i] == ')') --depth;
    if (i < text.size() && (text[i] != ',' || depth > 0)) continue;
    out.push_back(trimmed(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  return out;
}

bool good_word(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.' || c == '/'; });
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

tl::unexpected<Error> bad_label(std::string_view term) {
  return fail("unable to parse requirement: found '" + std::string(term) + "', expected: identifier, operator and values");
}

/// "key in (a,b)" and "key notin (a,b)".
Result<SelectorTerm> parse_set(std::string_view term, std::size_t open) {
  if (term.find(')') == std::string_view::npos) return fail("unable to parse requirement: found '', expected: ',' or ')'");
  if (term.back() != ')') return bad_label(term);
  const std::string_view head = trimmed(term.substr(0, open)), list = term.substr(open + 1, term.size() - open - 2);
  const std::size_t space = head.rfind(' ');
  if (space == std::string_view::npos) return bad_label(term);
  const std::string_view op = head.substr(space + 1);
  if (op != "in" && op != "notin") return bad_label(term);
  SelectorTerm out{std::string(trimmed(head.substr(0, space))), op == "in" ? SelectorTerm::Operator::In : SelectorTerm::Operator::NotIn, {}};
  for (const std::string_view value : terms_of(list)) {
    if (!good_word(value)) return bad_label(term);
    out.values.emplace_back(value);
  }
  if (out.key.empty() || !good_word(out.key)) return bad_label(term);
  return out;
}

Result<SelectorTerm> parse_label_term(std::string_view term) {
  if (term.empty()) return bad_label(term);
  if (const std::size_t open = term.find('('); open != std::string_view::npos) return parse_set(term, open);
  SelectorTerm out;
  if (term.front() == '!' && term.find('=') == std::string_view::npos) {
    out.key = std::string(trimmed(term.substr(1)));
    out.op = SelectorTerm::Operator::Absent;
  } else if (const std::size_t compares = term.find_first_of("<>"); compares != std::string_view::npos) {
    out.key = std::string(trimmed(term.substr(0, compares)));
    out.op = term[compares] == '>' ? SelectorTerm::Operator::Greater : SelectorTerm::Operator::Less;
    out.values.emplace_back(trimmed(term.substr(compares + 1)));
    if (!whole_number(out.values.front())) return fail("unable to parse requirement: values[0][" + out.key + "]: Invalid value: \"" + out.values.front() + "\": for 'Gt', 'Lt' operators, the value must be an integer");
  } else if (const std::size_t equals = term.find('='); equals != std::string_view::npos) {
    const bool negated = equals > 0 && term[equals - 1] == '!';
    const std::size_t skip = term.substr(equals).starts_with("==") ? 2 : 1;
    out.key = std::string(trimmed(term.substr(0, negated ? equals - 1 : equals)));
    out.op = negated ? SelectorTerm::Operator::NotIn : SelectorTerm::Operator::In;
    const std::string_view value = trimmed(term.substr(equals + skip));
    if (!good_word(value)) return bad_label(term);
    out.values.emplace_back(value);
  } else {
    out.key = std::string(term);
    out.op = SelectorTerm::Operator::Exists;
  }
  if (out.key.empty() || !good_word(out.key)) return bad_label(term);
  const std::string_view part = std::string_view(out.key).substr(out.key.rfind('/') == std::string::npos ? 0 : out.key.rfind('/') + 1);
  if (part.empty() || std::isalnum(static_cast<unsigned char>(part.front())) == 0 || std::isalnum(static_cast<unsigned char>(part.back())) == 0)
    return fail("unable to parse requirement: <nil>: Invalid value: \"" + out.key + "\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')");
  return out;
}

/// Field labels beside metadata.name and metadata.namespace, as object_store.cpp fills them.
bool knows_field(const ResourceKind& kind, std::string_view field) {
  if (field == "metadata.name" || (field == "metadata.namespace" && kind.namespaced)) return true;
  struct Known { std::string_view kind, field; };
  static constexpr std::array kKnown = std::to_array<Known>(
      {{"Pod", "spec.nodeName"}, {"Pod", "status.phase"}, {"Pod", "spec.restartPolicy"}, {"Pod", "spec.schedulerName"}, {"Pod", "spec.serviceAccountName"},
       {"Pod", "spec.hostNetwork"}, {"Pod", "status.podIP"}, {"Pod", "status.nominatedNodeName"}, {"Node", "spec.unschedulable"}, {"Namespace", "status.phase"},
       {"Secret", "type"}, {"ReplicaSet", "status.replicas"}, {"Job", "status.successful"}, {"Service", "spec.clusterIP"}, {"Service", "spec.type"},
       {"Event", "involvedObject.kind"}, {"Event", "involvedObject.namespace"}, {"Event", "involvedObject.name"}, {"Event", "involvedObject.uid"},
       {"Event", "involvedObject.apiVersion"}, {"Event", "involvedObject.resourceVersion"}, {"Event", "involvedObject.fieldPath"}, {"Event", "reason"},
       {"Event", "reportingComponent"}, {"Event", "source"}, {"Event", "type"}});
  return std::ranges::any_of(kKnown, [&](const Known& known) { return known.kind == kind.kind && known.field == field; });
}

/// Kinds whose field labels have a conversion of their own say so in other words. Source: kubernetes 1.32 pkg/apis/*/v1/conversion.go.
bool has_own_fields(const ResourceKind& kind) {
  constexpr std::string_view kKinds[] = {"Pod", "Node", "Namespace", "Secret", "ReplicaSet", "ReplicationController", "Job", "Service", "Event"};
  return kind.custom || std::ranges::find(kKinds, kind.kind) != std::end(kKinds);
}

}  // namespace

bool SelectorTerm::holds(const TextPairs& pairs) const {
  const auto found = std::ranges::find(pairs, key, &std::pair<std::string, std::string>::first);
  const bool present = found != pairs.end();
  if (op == Operator::Exists) return present;
  if (op == Operator::Absent) return !present;
  if (op == Operator::Greater || op == Operator::Less) {
    const auto is = present ? whole_number(found->second) : std::nullopt, bound = whole_number(values.front());
    return is && bound && (op == Operator::Greater ? *is > *bound : *is < *bound);
  }
  const bool listed = present && std::ranges::find(values, found->second) != values.end();
  return listed == (op == Operator::In);
}

bool ObjectSelector::matches(const StoredObject& object) const {
  return std::ranges::all_of(labels, [&](const SelectorTerm& term) { return term.holds(object.labels); }) &&
         std::ranges::all_of(fields, [&](const SelectorTerm& term) { return term.holds(object.fields); });
}

Result<std::vector<SelectorTerm>> parse_label_selector(std::string_view text) {
  std::vector<SelectorTerm> out;
  if (trimmed(text).empty()) return out;
  for (const std::string_view term : terms_of(text)) {
    auto parsed = parse_label_term(term);
    if (!parsed) return tl::unexpected<Error>(parsed.error());
    out.push_back(std::move(*parsed));
  }
  return out;
}

Result<std::vector<SelectorTerm>> parse_field_selector(std::string_view text, const ResourceKind& kind) {
  std::vector<SelectorTerm> out;
  if (trimmed(text).empty()) return out;
  for (const std::string_view term : terms_of(text)) {
    if (term.empty()) continue;
    const std::size_t equals = term.find('=');
    if (equals == std::string_view::npos) return fail("invalid selector: '" + std::string(text) + "'; can't understand '" + std::string(term) + "'");
    const bool negated = equals > 0 && term[equals - 1] == '!';
    const std::size_t skip = term.substr(equals).starts_with("==") ? 2 : 1;
    std::string field(term.substr(0, negated ? equals - 1 : equals));
    if (!knows_field(kind, field))
      return fail(has_own_fields(kind) ? "field label not supported: " + field : "\"" + field + "\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
    out.push_back({std::move(field), negated ? SelectorTerm::Operator::NotIn : SelectorTerm::Operator::In, {std::string(term.substr(equals + skip))}});
  }
  return out;
}

}  // namespace akstwin
