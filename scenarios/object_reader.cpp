#include "scenarios/object_reader.hpp"

#include <algorithm>
#include <cmath>

namespace akstwin {
namespace {

// Standard normal quantiles of 0.95 and 0.99: a p99 is brought to the p95 of the same log-normal.
constexpr double kZ95 = 1.6448536269514722, kZ99 = 2.3263478740408408;

Duration p95_from_p99(Duration p50, Duration p99) {
  if (p50.us <= 0 || p99 < p50) return p99;
  const double sigma = std::log(static_cast<double>(p99.us) / static_cast<double>(p50.us)) / kZ99;
  return Duration{std::llround(static_cast<double>(p50.us) * std::exp(kZ95 * sigma))};
}

std::string print_spread(const LogNormal& value) {
  if (value.p50 == value.p95) return to_string(value.p50);
  return "{p50: " + to_string(value.p50) + ", p95: " + to_string(value.p95) + "}";
}

}  // namespace

std::string_view item_label(const YamlNode& item) {
  for (const std::string_view key : {"name", "workload", "metric", "location"})
    if (const std::string_view text = item.text_of(key); !text.empty()) return text;
  return {};
}

std::string item_path(std::string_view path, const YamlNode& item, std::size_t index) {
  const std::string_view label = item_label(item);
  return std::string(path) + "." + (label.empty() ? std::to_string(index) : std::string(label));
}

std::string Fields::field_name(std::string_view key) const {
  return "'" + std::string(key) + "'" + (path_.empty() ? "" : " in " + path_);
}

void Fields::report(Severity severity, std::string code, Position at, std::string message, std::string hint) {
  context_->diagnostics.add({severity, std::move(code), std::move(at), std::move(message), std::move(hint)});
}

const YamlNode* Fields::take(std::string_view key, bool is_required) {
  declared_.emplace_back(key);
  const YamlNode* node = map_->find(key);
  if (node == nullptr) {
    if (is_required) {
      mark_broken(key);
      error("S010", *map_, field_name(key) + " is missing", "add '" + std::string(key) + ": …' here");
    }
    return nullptr;
  }
  if (dialect_ == Dialect::Manifest) return node->is_null() ? nullptr : node;
  context_->positions[child_path(key)] = node->position();
  if (!node->is_null()) return node;
  mark_broken(key);
  const auto member = std::ranges::find(map_->members, key, &YamlMember::key);
  report(Severity::Error, "S011", position_of_key(*map_, *member), field_name(key) + " has no value", "write a value, or remove the key");
  return nullptr;
}

void Fields::wrong_kind(const YamlNode& node, std::string_view key, std::string_view wanted) {
  mark_broken(key);
  error("S011", node, field_name(key) + " is " + std::string(kind_in_words(node)) + "; it must be " + std::string(wanted),
        dialect_ == Dialect::Manifest ? "the API server would refuse it, too" : "see `akstwin explain " + child_path(key) + "`");
}

void Fields::malformed(const YamlNode& node, std::string_view key, const NotationWords& words) {
  mark_broken(key);
  if (node.text.empty()) return error("S013", node, field_name(key) + " is empty", std::string("write ") + words.wanted);
  std::string hint = std::string("write ") + words.wanted;
  const bool bare_number = parse_real(node.text).has_value() && std::string_view(words.json) == "string";
  if (bare_number) hint = std::string_view(words.type) == "money" ? "does it lack its currency?" : "does it lack a unit?";
  if (const auto network = parse_cidr_lenient(node.text)) hint = "did you mean '" + to_string(*network) + "'?";
  error("S013", node, field_name(key) + " is '" + node.text.substr(0, 60) + "', which is not " + words.wanted, hint);
}

FieldDoc* Fields::declare(std::string_view key, const NotationWords& words, std::string_view help, bool is_required, std::string default_text) {
  FieldDoc child;
  child.key = key;
  child.type = words.type;
  child.json = words.json;
  child.pattern = words.pattern;
  child.help = help;
  child.required = is_required;
  child.default_text = std::move(default_text);
  doc_->children.push_back(std::move(child));
  return &doc_->children.back();
}

Field<LogNormal> Fields::spread(std::string_view key, LogNormal& out, std::string_view help) {
  if (documenting()) {
    FieldDoc* doc = declare(key, {"random duration", "", "string object", ""}, help, false, print_spread(out));
    return {*this, doc, nullptr, key, nullptr, out, &print_spread};
  }
  const YamlNode* node = take(key, false);
  const auto done = [&] { return Field<LogNormal>(*this, nullptr, node, key, nullptr, out, &print_spread); };
  if (node == nullptr) return done();
  if (node->is_scalar()) {
    if (const auto fixed = parse_duration(node->text)) {
      out = {*fixed, *fixed};
    } else {
      malformed(*node, key, {"random duration", "a duration, or {p50: 90s, p95: 3m}", "string", ""});
    }
    return done();
  }
  if (!node->is_map()) {
    wrong_kind(*node, key, "a duration, or {p50: 90s, p95: 3m}");
    return done();
  }
  Fields child(*context_, *node, child_path(key));
  Duration p50{}, p95{}, p99{};
  child.required("p50", p50, "median");
  child.optional("p95", p95, "95th percentile");
  child.optional("p99", p99, "99th percentile, instead of p95");
  child.finish();
  if (node->find("p50") == nullptr) return done();
  const bool by_p99 = node->find("p95") == nullptr && node->find("p99") != nullptr;
  const Duration upper = by_p99 ? p95_from_p99(p50, p99) : node->find("p95") != nullptr ? p95 : p50;
  if (p50 < Duration{1} || upper < p50) {
    error("S014", *node, field_name(key) + ": the median must be above zero and not above the upper quantile", "write {p50: 90s, p95: 3m}");
  } else {
    out = {p50, upper};
  }
  return done();
}

void Fields::not_simulated(std::string_view key, std::string_view help) {
  if (documenting()) {
    FieldDoc* doc = declare(key, {"anything", "", "", ""}, help, false, "");
    doc->open = true;
    doc->simulated = false;
    return;
  }
  declared_.emplace_back(key);
  const auto member = std::ranges::find(map_->members, key, &YamlMember::key);
  if (member == map_->members.end()) return;
  warn_not_simulated(key, position_of_key(*map_, *member));
}

void Fields::without_effect(std::string_view key, std::string_view help) {
  if (documenting()) {
    declare(key, {"anything", "", "", ""}, help, false, "")->open = true;
    return;
  }
  declared_.emplace_back(key);
}

void Fields::finish() {
  if (documenting()) return;
  for (const YamlMember& member : map_->members) {
    if (std::ranges::find(declared_, member.key) != declared_.end()) continue;
    if (dialect_ == Dialect::Manifest) {
      auto& unread = context_->unread[child_path(member.key)];
      if (unread.count++ == 0) unread.first = position_of_key(*map_, member);
      continue;
    }
    mark_broken(member.key);
    const std::string near = closest(member.key, declared_);
    std::string all;
    for (const std::string& key : declared_) all += (all.empty() ? "" : ", ") + key;
    report(Severity::Error, "S012", position_of_key(*map_, member), "unknown key '" + member.key + "'" + (path_.empty() ? "" : " in " + path_),
           near.empty() ? "known keys: " + all : "did you mean '" + near + "'?");
  }
}

}  // namespace akstwin
