#include "scenarios/threshold_text.hpp"

#include "scenarios/notation.hpp"
#include "sim/base/decimal.hpp"

namespace akstwin {
namespace {

using Aggregate = ThresholdSpec::Aggregate;
using Comparison = ThresholdSpec::Comparison;

struct Condition {
  std::string_view left;
  Comparison comparison;
  double bound;
};

std::optional<double> parse_bound(std::string_view text) {
  if (const auto number = parse_real(text)) return number;
  if (const auto duration = parse_duration(text)) return duration->seconds_real();
  if (const auto share = parse_percent(text)) return static_cast<double>(share->value) / 1e6;
  return std::nullopt;
}

// Splits at the last comparison outside brackets.
std::optional<Condition> parse_condition(std::string_view text) {
  std::size_t at = std::string_view::npos;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')') --depth;
    if (depth == 0 && (text[i] == '<' || text[i] == '>' || text[i] == '=')) {
      at = i;
      break;
    }
  }
  if (at == std::string_view::npos) return std::nullopt;
  constexpr std::pair<std::string_view, Comparison> kSigns[] = {{"<=", Comparison::LessEqual}, {">=", Comparison::GreaterEqual}, {"===", Comparison::Equal},
                                                                {"==", Comparison::Equal},     {"<", Comparison::Less},          {">", Comparison::Greater}};
  for (const auto& [sign, comparison] : kSigns) {
    if (!text.substr(at).starts_with(sign)) continue;
    const auto bound = parse_bound(trimmed(text.substr(at + sign.size())));
    if (!bound) return std::nullopt;
    return Condition{trimmed(text.substr(0, at)), comparison, *bound};
  }
  return std::nullopt;
}

bool set_aggregate(ThresholdSpec& threshold, std::string_view word) {
  constexpr std::pair<std::string_view, Aggregate> kWords[] = {{"value", Aggregate::Value}, {"mean", Aggregate::Mean}, {"avg", Aggregate::Mean}, {"min", Aggregate::Min},
                                                               {"max", Aggregate::Max},     {"count", Aggregate::Count}, {"rate", Aggregate::Rate}};
  for (const auto& [text, aggregate] : kWords) {
    if (word != text) continue;
    threshold.aggregate = aggregate;
    return true;
  }
  threshold.aggregate = Aggregate::Quantile;
  if (word == "med") {
    threshold.quantile = 0.5;
    return true;
  }
  if (!word.starts_with("p(") || !word.ends_with(')')) return false;
  const auto percent = parse_real(trimmed(word.substr(2, word.size() - 3)));
  if (!percent || *percent < 0 || *percent > 100) return false;
  threshold.quantile = *percent / 100;
  return true;
}

}  // namespace

std::optional<ThresholdSpec> parse_threshold(std::string_view text) {
  text = trimmed(text);
  ThresholdSpec threshold;
  threshold.expression = text;
  const auto outer = parse_condition(text);
  if (!outer) return std::nullopt;
  if (outer->left.starts_with("P(") && outer->left.ends_with(')')) {
    const auto inner = parse_condition(outer->left.substr(2, outer->left.size() - 3));
    if (!inner || inner->left != "value" || outer->bound < 0 || outer->bound > 1) return std::nullopt;
    threshold.aggregate = Aggregate::Probability;
    threshold.comparison = inner->comparison;
    threshold.bound = inner->bound;
    threshold.probability_comparison = outer->comparison;
    threshold.probability = outer->bound;
    return threshold;
  }
  threshold.comparison = outer->comparison;
  threshold.bound = outer->bound;
  return set_aggregate(threshold, outer->left) ? std::optional(threshold) : std::nullopt;
}

}  // namespace akstwin
