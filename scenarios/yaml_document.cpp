#include "scenarios/yaml_document.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <unordered_map>

#include "scenarios/text_check.hpp"

namespace akstwin {
namespace {

/// Leaves the parser after a problem that has been reported.
struct StopParsing {};

/// Builds the tree from the parser's events with a stack of its own; the limits end yaml-cpp's recursion early.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(Name file, const YamlLimits& limits, Diagnostics& diagnostics)
      : file_(file), limits_(limits), diagnostics_(diagnostics) {}

  std::vector<YamlNode> take() { return std::move(documents_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_.empty() || limits_.several_documents) return;
    report("S008", mark.line + 1, mark.column + 1, "a scenario is one document, but a second one starts here",
           "put it into a file of its own; '---' separates documents, and a line indented less than its neighbours also ends one");
  }
  void OnDocumentEnd() override {
    if (root_ && !root_->is_null()) documents_.push_back(std::move(*root_));
    root_.reset();
    anchored_.clear();
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { leaf(mark, anchor, node(mark, YamlNode::Kind::Null)); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (!limits_.anchors) refuse_anchor(mark);
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) report("S006", mark.line + 1, mark.column + 1, "the alias refers to the value that contains it", "write the value out");
    YamlNode copy = found->second.first;
    count(found->second.second, mark);
    copy.line = mark.line + 1;   // The position of the use, not of the anchor.
    copy.column = mark.column + 1;
    add(std::move(copy), mark);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    check_tag(mark, tag);
    YamlNode scalar = node(mark, YamlNode::Kind::Scalar);
    scalar.quoted = tag != "?";
    scalar.text = value;
    scalar.length = width(scalar);
    leaf(mark, anchor, std::move(scalar));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::List);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::Map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode value;
    YAML::anchor_t anchor = 0;
    std::size_t nodes_before = 0;
    bool has_key = false;
    std::string key;
    int key_line = 0, key_column = 0;
  };

  [[noreturn]] void report(std::string code, int line, int column, std::string message, std::string hint, int length = 1) {
    diagnostics_.add({Severity::Error, std::move(code), {file_.str(), line, column, length}, std::move(message), std::move(hint)});
    throw StopParsing{};
  }
  [[noreturn]] void refuse_anchor(const YAML::Mark& mark) {
    report("S006", mark.line + 1, mark.column + 1, "anchors and aliases (& and *) are not allowed in a scenario",
           "write the value out; `like:` copies a cluster");
  }
  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:str") return;
    report("S006", mark.line + 1, mark.column + 1, "the tag '" + tag + "' is not understood", "leave the tag out");
  }
  void count(std::size_t more, const YAML::Mark& mark) {
    nodes_ += more;
    if (nodes_ <= limits_.nodes) return;
    report("S002", mark.line + 1, mark.column + 1, "the file holds more than " + std::to_string(limits_.nodes) + " values, aliases expanded",
           "split the file");
  }
  YamlNode node(const YAML::Mark& mark, YamlNode::Kind kind) {
    count(1, mark);
    YamlNode made;
    made.kind = kind;
    made.file = file_;
    made.line = mark.line + 1;
    made.column = mark.column + 1;
    return made;
  }
  // The caret underlines a scalar up to the end of its first line; quotes belong to it.
  int width(const YamlNode& scalar) const {
    const std::size_t shown = std::min(scalar.text.find('\n'), scalar.text.size()) + (scalar.quoted ? 2 : 0);
    return static_cast<int>(std::clamp<std::size_t>(shown, 1, 60));
  }
  void leaf(const YAML::Mark& mark, YAML::anchor_t anchor, YamlNode value) {
    remember(mark, anchor, value, 1);
    add(std::move(value), mark);
  }
  void remember(const YAML::Mark& mark, YAML::anchor_t anchor, const YamlNode& value, std::size_t size) {
    if (anchor == 0) return;
    if (!limits_.anchors) refuse_anchor(mark);
    anchored_[anchor] = {value, size};
  }
  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind) {
    check_tag(mark, tag);
    if (anchor != 0 && !limits_.anchors) refuse_anchor(mark);
    if (static_cast<int>(open_.size()) >= limits_.depth)
      report("S007", mark.line + 1, mark.column + 1, "values are nested more than " + std::to_string(limits_.depth) + " deep", "no known document needs that");
    if (!open_.empty() && expects_key(open_.back())) key_must_be_text(mark);
    const std::size_t before = nodes_;
    Open opened;
    opened.value = node(mark, kind);
    opened.anchor = anchor;
    opened.nodes_before = before;
    open_.push_back(std::move(opened));
  }
  static bool expects_key(const Open& open) { return open.value.is_map() && !open.has_key; }
  [[noreturn]] void key_must_be_text(const YAML::Mark& mark) {
    report("S009", mark.line + 1, mark.column + 1, "a key must be plain text", "is a bracket before this place not closed? A value that begins with { or [ needs quotes");
  }
  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    YAML::Mark mark;
    mark.line = done.value.line - 1;
    mark.column = done.value.column - 1;
    remember(mark, done.anchor, done.value, nodes_ - done.nodes_before);
    add(std::move(done.value), mark);
  }
  void add(YamlNode value, const YAML::Mark& mark) {
    if (open_.empty()) {
      root_ = std::move(value);
      return;
    }
    Open& parent = open_.back();
    if (parent.value.is_list()) {
      parent.value.items.push_back(std::move(value));
    } else if (expects_key(parent)) {
      take_key(parent, value, mark);
    } else {
      parent.value.members.push_back({std::move(parent.key), parent.key_line, parent.key_column, std::move(value)});
      parent.has_key = false;
    }
  }
  void take_key(Open& parent, const YamlNode& key, const YAML::Mark& mark) {
    if (!key.is_scalar()) key_must_be_text(mark);
    if (key.text == "<<" && !key.quoted) report("S006", key.line, key.column, "merge keys ('<<') are not supported", "write the keys out", 2);
    if (const auto first = std::ranges::find(parent.value.members, key.text, &YamlMember::key); first != parent.value.members.end())
      report("S005", key.line, key.column, "the key '" + key.text + "' is written twice in one mapping",
             "the first one is on line " + std::to_string(first->line) + "; remove one", key.length);
    parent.key = key.text;
    parent.key_line = key.line;
    parent.key_column = key.column;
    parent.has_key = true;
  }

  Name file_;
  YamlLimits limits_;
  Diagnostics& diagnostics_;
  std::vector<YamlNode> documents_;
  std::optional<YamlNode> root_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, std::pair<YamlNode, std::size_t>> anchored_;   // looked up only, never iterated
  std::size_t nodes_ = 0;
};

/// yaml-cpp's terse messages, in words that name the remedy where one is known.
std::string syntax_hint(std::string_view text, int line) {
  for (int n = std::max(1, line - 1); n <= line; ++n) {
    const std::string_view shown = line_at(text, n);
    if (shown.substr(0, shown.find_first_not_of(" \t")).find('\t') != std::string_view::npos)
      return "line " + std::to_string(n) + " is indented with a tab; YAML wants spaces";
  }
  return "check the indentation, the quotes and the brackets just before this place; a value with ': ' or ' #' needs quotes";
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const YamlMember& member : members)
    if (member.key == key) return &member.value;
  return nullptr;
}

YamlNode* YamlNode::find(std::string_view key) { return const_cast<YamlNode*>(static_cast<const YamlNode&>(*this).find(key)); }

std::string_view YamlNode::text_of(std::string_view key) const {
  const YamlNode* value = find(key);
  return value != nullptr && value->is_scalar() ? std::string_view(value->text) : std::string_view();
}

Position YamlNode::position() const { return {file.str(), line, column, length}; }

Position position_of_key(const YamlNode& map, const YamlMember& member) {
  return {map.file.str(), member.line, member.column, static_cast<int>(std::clamp<std::size_t>(member.key.size(), 1, 60))};
}

std::string_view kind_in_words(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::Null: return "nothing";
    case YamlNode::Kind::Scalar: return "text";
    case YamlNode::Kind::List: return "a list";
    case YamlNode::Kind::Map: return "a mapping";
  }
  return "nothing";
}

std::vector<YamlNode> parse_yaml(const std::string& file, std::string_view text, const YamlLimits& limits, Diagnostics& diagnostics) {
  if (const auto problem = check_text(file, text, limits.bytes, !limits.several_documents)) {
    diagnostics.add(*problem);
    return {};
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  TreeBuilder builder(Name(file), limits, diagnostics);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const StopParsing&) {
    // Reported where it was found.
  } catch (const YAML::Exception& problem) {
    const int line = std::max(0, problem.mark.line) + 1;
    diagnostics.add({Severity::Error, "S004", {file, line, std::max(0, problem.mark.column) + 1, 1}, "this is not YAML: " + problem.msg, syntax_hint(text, line)});
  } catch (const std::exception& problem) {
    diagnostics.add({Severity::Error, "S004", {file, 0, 0, 1}, std::string("this is not YAML: ") + problem.what(), "check the file"});
  }
  return builder.take();
}

}  // namespace akstwin
