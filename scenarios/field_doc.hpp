/// What a field is, as declared: the source of the schema, of `explain`, of the reference page and of override checks.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace akstwin {

struct FieldDoc {
  std::string key;
  std::string type;                         ///< "duration", "list of objects", "object", "one of"
  std::string json;                         ///< JSON Schema types, separated by blanks
  std::string pattern;                      ///< regular expression of the text form, or empty
  std::string default_text;                 ///< as it would be written; empty: none
  std::string range;                        ///< "at least 0", "0 to 250"
  std::string help, source;
  std::vector<std::string> choices;
  std::vector<FieldDoc> children;           ///< fields of the object, or of the list's items
  bool required = false;
  bool list = false;                        ///< a list; of objects when it has children, otherwise of `json` values
  bool free_keys = false;                   ///< a mapping whose keys the user chooses
  bool open = false;                        ///< accepts anything (not simulated)
  bool simulated = true;

  const FieldDoc* find(std::string_view child) const {
    for (const FieldDoc& doc : children)
      if (doc.key == child) return &doc;
    return nullptr;
  }
};

}  // namespace akstwin
