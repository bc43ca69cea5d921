#include "scenarios/schema.hpp"

#include <algorithm>
#include <vector>

#include "scenarios/draft.hpp"

namespace akstwin {
namespace {

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out + "\"";
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    words.emplace_back(text.substr(0, blank));
    text = blank == std::string_view::npos ? std::string_view() : text.substr(blank + 1);
  }
  return words;
}

/// Writes one schema object after another, two blanks a level.
class SchemaWriter {
 public:
  std::string take() { return std::move(out_); }

  void object_schema(const FieldDoc& doc, int depth) {
    line(depth, "\"type\": \"object\",");
    std::string required;
    for (const FieldDoc& child : doc.children)
      if (child.required) required += (required.empty() ? "" : ", ") + json_text(child.key);
    if (!required.empty()) line(depth, "\"required\": [" + required + "],");
    line(depth, "\"additionalProperties\": false,");
    line(depth, "\"properties\": {");
    for (std::size_t i = 0; i < doc.children.size(); ++i) property(doc.children[i], depth + 1, i + 1 == doc.children.size());
    line(depth, "}");
  }

 private:
  void line(int depth, const std::string& text) { out_ += std::string(static_cast<std::size_t>(depth) * 2, ' ') + text + "\n"; }

  void property(const FieldDoc& doc, int depth, bool last) {
    line(depth, json_text(doc.key) + ": {");
    std::string description = doc.help;
    if (!doc.range.empty()) description += " Range: " + doc.range + ".";
    if (!doc.default_text.empty()) description += " Default: " + doc.default_text + ".";
    if (!doc.simulated) description += " Accepted, not simulated in this version.";
    const bool more = !doc.open;
    line(depth + 1, "\"description\": " + json_text(description) + (more ? "," : ""));
    if (more) value_schema(doc, depth + 1);
    line(depth, last ? "}" : "},");
  }

  void value_schema(const FieldDoc& doc, int depth) {
    if (doc.list && !doc.children.empty()) {
      line(depth, "\"type\": \"array\",");
      line(depth, "\"items\": {");
      object_schema(doc, depth + 1);
      line(depth, "}");
    } else if (doc.list) {
      line(depth, "\"anyOf\": [{\"type\": \"array\", \"items\": {" + scalar(doc) + "}}, {" + scalar(doc) + "}]");
    } else if (!doc.children.empty()) {
      if (doc.key == "trace") return line(depth, "\"type\": [\"string\", \"object\"]");
      object_schema(doc, depth);
    } else {
      line(depth, scalar(doc));
    }
  }

  // Numbers may be written where text with a pattern is wanted ("0.6"), and text where a number is ("3").
  static std::string scalar(const FieldDoc& doc) {
    if (!doc.choices.empty()) {
      std::string all;
      for (const std::string& choice : doc.choices)
        if (!choice.empty()) all += (all.empty() ? "" : ", ") + json_text(choice);
      return "\"enum\": [" + all + "]";
    }
    std::string types;
    const std::vector<std::string> words = words_of(doc.json);
    for (const std::string& word : words) types += (types.empty() ? "" : ", ") + json_text(word);
    std::string text = "\"type\": " + (words.size() == 1 ? types : "[" + types + "]");
    if (!doc.pattern.empty()) text += ", \"pattern\": " + json_text(doc.pattern);
    return text;
  }

  std::string out_;
};

std::string type_in_words(const FieldDoc& doc) {
  if (doc.choices.empty()) return doc.type;
  std::string all;
  for (const std::string& choice : doc.choices)
    if (!choice.empty()) all += (all.empty() ? "" : ", ") + choice;
  return doc.choices.size() == 1 ? all : "one of " + all;
}

std::string escaped_cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

std::string meaning_cell(const FieldDoc& doc) {
  std::string text = doc.help;
  if (!doc.range.empty()) text += " Range: " + doc.range + ".";
  if (!doc.source.empty()) text += " *Source: " + doc.source + ".*";
  if (!doc.simulated) text += " **Accepted, not simulated (S090).**";
  return escaped_cell(text);
}

void reference_section(const FieldDoc& doc, const std::string& path, std::string& out) {
  out += "\n## " + (path.empty() ? "The document" : "`" + path + (doc.list ? "[]" : "") + "`") + "\n\n";
  if (!doc.help.empty()) out += doc.help + "\n\n";
  out += "| Key | Type | Default | Meaning |\n|---|---|---|---|\n";
  for (const FieldDoc& child : doc.children) {
    const std::string fallback = child.required ? "**required**" : child.default_text.empty() ? "" : "`" + escaped_cell(child.default_text) + "`";
    out += "| `" + child.key + "` | " + escaped_cell(type_in_words(child)) + " | " + fallback + " | " + meaning_cell(child) + " |\n";
  }
  for (const FieldDoc& child : doc.children)
    if (!child.children.empty()) reference_section(child, path.empty() ? child.key : path + "." + child.key, out);
}

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : path) {
    if (c == '.' || c == '[') {
      if (!part.empty()) parts.push_back(std::move(part));
      part.clear();
    } else if (c != ']') {
      part.push_back(c);
    }
  }
  if (!part.empty()) parts.push_back(std::move(part));
  return parts;
}

std::string explained(const FieldDoc& doc, const std::string& path) {
  std::string out = path + "\n  " + (doc.help.empty() ? "The scenario document." : doc.help) + "\n";
  if (!doc.type.empty()) out += "  type     " + type_in_words(doc) + (doc.required ? ", required" : "") + "\n";
  if (!doc.default_text.empty()) out += "  default  " + doc.default_text + "\n";
  if (!doc.range.empty()) out += "  range    " + doc.range + "\n";
  if (!doc.source.empty()) out += "  source   " + doc.source + "\n";
  if (!doc.simulated) out += "  note     accepted, not simulated in this version\n";
  if (doc.children.empty()) return out;
  std::size_t width = 0;
  for (const FieldDoc& child : doc.children) width = std::max(width, child.key.size());
  out += "  fields\n";
  for (const FieldDoc& child : doc.children) out += "    " + child.key + std::string(width - child.key.size() + 2, ' ') + (child.required ? "(required) " : "") + child.help + "\n";
  return out;
}

}  // namespace

FieldDoc scenario_fields() {
  FieldDoc root;
  document_fields<ScenarioDraft>(root);
  for (FieldDoc& child : root.children) child.required = true;
  return root;
}

std::string scenario_schema() {
  SchemaWriter writer;
  writer.object_schema(scenario_fields(), 1);
  return "{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n  \"title\": \"akstwin scenario\",\n" + writer.take() + "}\n";
}

Explanation explain(std::string_view path) {
  const FieldDoc root = scenario_fields();
  std::vector<std::string> parts = split_path(path);
  if (!parts.empty() && root.find(parts.front()) == nullptr) parts.insert(parts.begin(), "spec");
  const FieldDoc* doc = &root;
  std::string walked;
  for (const std::string& part : parts) {
    const FieldDoc* child = doc->find(part);
    if (child == nullptr && (doc->free_keys || doc->open)) break;
    if (child == nullptr && doc->list && walked.find(' ') == std::string::npos && &part != &parts.back()) continue;   // an item's name
    if (child == nullptr) {
      std::vector<std::string> keys;
      for (const FieldDoc& known : doc->children) keys.push_back(known.key);
      const std::string near = closest(part, keys);
      std::string all;
      for (const std::string& key : keys) all += (all.empty() ? "" : ", ") + key;
      return {false, "there is no '" + part + "' in " + (walked.empty() ? "a scenario" : walked) + "; " + (near.empty() ? "it has: " + all : "did you mean '" + near + "'?")};
    }
    doc = child;
    walked += (walked.empty() ? "" : ".") + part;
  }
  return {true, explained(*doc, walked.empty() ? "scenario" : walked)};
}

std::string scenario_reference() {
  std::string out =
      "# The scenario file\n\n"
      "Generated from the declarations that parse it (`scenarios/read_*.cpp`); `akstwin explain PATH` prints one entry, `akstwin schema` the JSON Schema.\n"
      "Up: [documentation](../README.md). Messages: [diagnostics](diagnostics.md).\n\n"
      "Durations are `90s`, `2h30m`, `30d`; times since the start `36h` or `10d 14:00`; CPU and memory as Kubernetes writes them (`250m`, `512Mi`); "
      "rates `900rps`; CPU time `3.2m·s` (millicore-seconds) or `3.2ms`; money with its currency (`900 USD`, `$0.192`); shares `60%` or `0.6`. "
      "Unknown keys are errors. Paths are relative to the file and may not leave its folder unless `--allow-outside` is given. "
      "A random duration is `{p50: 60s, p95: 3m}` (or p99), or one duration that never varies.\n\n"
      "Paths for `--set`, `variants` and `sweep`: list items go by name (`clusters.aks-prod.agentPoolProfiles.user.minCount`), by index, or `*` for all; "
      "`x0.5` multiplies what is written (`services.*.traffic.peak=x0.5`).\n";
  reference_section(scenario_fields(), "", out);
  return out;
}

}  // namespace akstwin
