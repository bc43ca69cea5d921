#include <algorithm>
#include <cctype>
#include <filesystem>
#include <regex>

#include "tests/tidy/rules.hpp"

namespace akstwin::tidy {
namespace {

namespace fs = std::filesystem;

/// The anchor that GitHub and most renderers give a heading.
std::string slug(std::string_view heading) {
  std::string anchor;
  for (const char c : heading) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isalnum(u) != 0 || c == '_' || c == '-' || u >= 0x80) anchor += static_cast<char>(std::tolower(u));
    if (c == ' ') anchor += '-';
  }
  return anchor;
}

bool has_heading(const SourceFile& page, const std::string& anchor) {
  for (const auto line : lines_of(page.text)) {
    const std::size_t text = line.find_first_not_of('#');
    if (text == 0 || text == std::string_view::npos || line[text] != ' ') continue;
    if (slug(line.substr(text + 1)) == anchor) return true;
  }
  return false;
}

/// Markdown without fenced blocks and code spans: links there are examples.
std::string prose(std::string_view text) {
  std::string result;
  bool fenced = false;
  for (const auto line : lines_of(text)) {
    const bool fence = line.starts_with("```");
    if (fence) fenced = !fenced;
    bool span = false;
    if (!fenced && !fence)
      for (const char c : line) {
        if (c == '`') span = !span;
        result += span ? ' ' : c;
      }
    result += '\n';
  }
  return result;
}

struct Link {
  int line = 0;
  std::string path, anchor;      ///< path from the root; empty anchor: none
};

std::vector<Link> links_of(const SourceFile& page) {
  static const std::regex kLink(R"(\]\(([^)\s]+)\))");
  std::vector<Link> links;
  const std::string text = prose(page.text);
  for (std::sregex_iterator at(text.begin(), text.end(), kLink), end; at != end; ++at) {
    const std::string target = (*at)[1];
    if (target.find("://") != std::string::npos || target.starts_with("mailto:")) continue;
    const std::size_t hash = std::min(target.find('#'), target.size());
    const std::string path = target.substr(0, hash);
    const fs::path full = path.empty() ? fs::path(page.path) : (fs::path(page.path).parent_path() / path);
    std::string normal = full.lexically_normal().generic_string();
    if (normal.ends_with('/')) normal.pop_back();
    links.push_back({line_at(text, static_cast<std::size_t>(at->position())), normal, hash < target.size() ? target.substr(hash + 1) : ""});
  }
  return links;
}

const SourceFile* find(const std::vector<SourceFile>& tree, const std::string& path) {
  const auto found = std::lower_bound(tree.begin(), tree.end(), path, [](const SourceFile& file, const std::string& p) { return file.path < p; });
  return found != tree.end() && found->path == path ? &*found : nullptr;
}

bool exists(const std::vector<SourceFile>& tree, const std::string& path) {
  return find(tree, path) != nullptr ||
         std::any_of(tree.begin(), tree.end(), [&](const SourceFile& file) { return starts_with_folder(file.path, path); });
}

void check_markdown(const SourceFile& page, const std::vector<SourceFile>& tree, Violations& violations) {
  for (const auto& link : links_of(page)) {
    if (!exists(tree, link.path)) {
      violations.push_back({page.path, link.line, "the link leads nowhere: " + link.path});
      continue;
    }
    const SourceFile* target = find(tree, link.path);
    if (!link.anchor.empty() && target != nullptr && target->path.ends_with(".md") && !has_heading(*target, link.anchor))
      violations.push_back({page.path, link.line, "no heading #" + link.anchor + " in " + link.path});
  }
}

/// "docs/adr/0005" or "docs/models/ipam.md" in a comment.
void check_mentions(const SourceFile& file, const std::vector<SourceFile>& tree, Violations& violations) {
  static const std::regex kMention(R"(\bdocs/(adr/\d{4}|[\w/-]+\.md))");
  for (std::sregex_iterator at(file.text.begin(), file.text.end(), kMention), end; at != end; ++at) {
    const std::string mention = at->str();
    const bool there = mention.ends_with(".md")
                           ? find(tree, mention) != nullptr
                           : std::any_of(tree.begin(), tree.end(), [&](const SourceFile& f) { return f.path.starts_with(mention + "-"); });
    if (!there) violations.push_back({file.path, line_at(file.text, static_cast<std::size_t>(at->position())), "there is no " + mention});
  }
}

}  // namespace

Violations check_links(const SourceFile& file, const std::vector<SourceFile>& tree) {
  Violations violations;
  if (file.path.ends_with(".md")) check_markdown(file, tree, violations);
  check_mentions(file, tree, violations);
  return violations;
}

Violations check_orphans(const std::vector<SourceFile>& tree) {
  Paths linked{"docs/README.md"};
  for (const auto& page : tree)
    if (page.path.ends_with(".md"))
      for (const auto& link : links_of(page))
        if (link.path != page.path) linked.insert(link.path);
  Violations violations;
  for (const auto& page : tree)
    if (starts_with_folder(page.path, "docs") && page.path.ends_with(".md") && !linked.contains(page.path))
      violations.push_back({page.path, 1, "no other page links to this one"});
  return violations;
}

}  // namespace akstwin::tidy
