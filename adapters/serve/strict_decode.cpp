#include "adapters/serve/strict_decode.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "sim/base/time.hpp"

namespace akstwin {
namespace {

// Deeper than any object of Kubernetes; what is nested deeper is refused before anything walks through it.
constexpr std::size_t kDeepestObject = 64;
// apimachinery's json serializer stops telling at this many surprises.
constexpr std::size_t kSurprises = 100;

const std::string kQuantityWords = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

std::string_view short_name(const ApiType& type) { return type.name.substr(type.name.rfind('.') + 1); }

/// An object or a list that is being read.
struct Frame {
  Json value;
  ApiTypeName type;                    ///< of the value; empty text: nobody looks at it
  const ApiType* parts = nullptr;      ///< when it is a struct
  bool top = false;
  std::string path, go_path;           ///< "spec.containers[0]", "spec.containers"
  std::string_view owner;              ///< the innermost Go struct
  std::string key;                     ///< of the value that comes next
  std::set<std::string> keys = {};
  ApiTypeName next = {};               ///< its type
  bool drop = false;                   ///< it is unknown
};

class StrictReader final : public nlohmann::json_sax<Json> {
 public:
  StrictReader(const ApiType* type, bool custom, DecodedObject& out) : types_(ApiTypes::known()), type_(type), custom_(custom), out_(out) {}

  bool null() override { return leaf(nullptr, {}); }
  bool boolean(bool value) override { return leaf(value, "bool"); }
  bool number_integer(std::int64_t value) override { return leaf(value, "number"); }
  bool number_unsigned(std::uint64_t value) override { return leaf(value, "number"); }
  bool number_float(double value, const std::string&) override { return leaf(value, "number"); }
  bool string(std::string& value) override { return leaf(std::move(value), "string"); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(Json::object(), "object"); }
  bool start_array(std::size_t) override { return open(Json::array(), "array"); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(std::string& name) override {
    Frame& frame = frames_.back();
    frame.key = name;
    frame.drop = false;
    frame.next = {};
    const std::string path = frame.path.empty() ? name : frame.path + "." + name;
    if (!frame.keys.insert(name).second) surprise("duplicate field \"" + path + "\"");
    if (frame.type.text.empty() && frame.parts == nullptr) return true;
    if (frame.parts == nullptr) {
      frame.next = frame.type.item();
      return true;
    }
    if ((name == "apiVersion" || name == "kind") && frame.parts->kind) {
      frame.next = {"string"};
      return true;
    }
    if (const ApiField* field = types_.field(*frame.parts, name)) {
      frame.next = field->type;
      return true;
    }
    surprise("unknown field \"" + path + "\"");
    frame.drop = true;
    return true;
  }

  bool parse_error(std::size_t, const std::string& token, const nlohmann::detail::exception& error) override {
    const std::string_view what = error.what();
    const bool ended = what.find("unexpected end of input") != std::string_view::npos;
    out_.error = ended ? "unexpected end of JSON input" : "invalid character " + (token.empty() ? std::string("in the text") : "'" + token.substr(token.size() - 1) + "'") + (what.find("object key") != std::string_view::npos ? " looking for beginning of object key string" : " looking for beginning of value");
    return false;
  }

 private:
  void surprise(std::string text) {
    if (out_.surprises.size() < kSurprises && std::ranges::find(out_.surprises, text) == out_.surprises.end()) out_.surprises.push_back(std::move(text));
  }

  /// The type of the value that comes now; custom resources are held against their schema later.
  ApiTypeName expected() const { return frames_.empty() ? ApiTypeName{type_ == nullptr ? std::string_view() : type_->name} : frames_.back().next; }

  void mismatch(std::string_view is, ApiTypeName wanted) {
    if (custom_ || !out_.error.empty()) return;
    const std::string where = frames_.empty() ? std::string("Go value") : "Go struct field " + std::string(frames_.back().owner) + "." + go_path();
    out_.error = "json: cannot unmarshal " + std::string(is) + " into " + where + " of type " + go_name(wanted);
  }

  std::string go_path() const {
    const Frame& frame = frames_.back();
    if (frame.parts == nullptr) return frame.go_path;
    return frame.go_path.empty() ? frame.key : frame.go_path + "." + frame.key;
  }

  bool fits(const Json& value, std::string_view is, ApiTypeName type) {
    const ApiTypeName plain = type.plain();
    const std::string_view name = plain.text;
    if (name.empty() || name == "any" || value.is_null()) return true;
    if (plain.list() || plain.map() || types_.find(plain) != nullptr) return false;
    if (name == "string" || name == "bytes") return value.is_string();
    if (name == "bool") return value.is_boolean();
    if (name == "float64") return value.is_number();
    if (name == "quantity") {
      const bool sound = value.is_number() || (value.is_string() && is_quantity(value.get_ref<const std::string&>()));
      if (!sound && !custom_ && out_.error.empty()) out_.error = kQuantityWords;
      return true;
    }
    if (name == "intstr") return value.is_string() || value.is_number_integer();
    if (name == "time" || name == "microtime") {
      const bool sound = value.is_string() && (value == "" || parse_time(value.get_ref<const std::string&>()));
      if (value.is_string() && !sound && !custom_ && out_.error.empty())
        out_.error = "parsing time " + value.dump() + " as \"2006-01-02T15:04:05" + (name == "time" ? "" : ".000000") + "Z07:00\": cannot parse " + value.dump() + " as \"2006\"";
      return value.is_string();
    }
    if (!value.is_number_integer()) return false;
    const std::int64_t least = name == "int32" ? std::numeric_limits<std::int32_t>::min() : std::numeric_limits<std::int64_t>::min();
    const std::int64_t most = name == "int32" ? std::numeric_limits<std::int32_t>::max() : std::numeric_limits<std::int64_t>::max();
    const std::int64_t number = value.get<std::int64_t>();
    static_cast<void>(is);
    return number >= least && number <= most;
  }

  static bool parse_time(std::string_view text) {
    if (text.size() < 20) return false;
    return parse_utc(std::string(text.substr(0, 19)) + "Z").has_value();
  }

  void store(Json value) {
    if (frames_.empty()) {
      out_.object = std::move(value);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.value.is_array()) frame.value.push_back(std::move(value));
    else if (!frame.drop) frame.value[frame.key] = std::move(value);
  }

  bool leaf(Json value, std::string_view is) {
    enter_item();
    const ApiTypeName type = expected();
    if (!fits(value, is, type)) mismatch(value.is_number() && (type.plain().text == "int32" || type.plain().text == "int64") ? "number " + value.dump() : std::string(is), type.plain());
    store(std::move(value));
    return true;
  }

  /// Items of a list are of the list's item type.
  void enter_item() {
    if (frames_.empty() || !frames_.back().value.is_array()) return;
    Frame& frame = frames_.back();
    frame.next = frame.type.text.empty() ? ApiTypeName{} : frame.type.item();
  }

  bool open(Json empty, std::string_view is) {
    if (frames_.size() >= kDeepestObject) {
      out_.error = "exceeded max depth";
      return false;
    }
    enter_item();
    ApiTypeName type = expected().plain();
    const bool unseen = !frames_.empty() && frames_.back().drop;
    const ApiType* parts = types_.find(type);
    const bool object = empty.is_object();
    if (type.text == "any" || unseen) type = {};
    const bool fitting = type.text.empty() || (object ? type.map() || parts != nullptr : type.list());
    if (!fitting) mismatch(is, type), type = {}, parts = nullptr;
    if (!object) parts = nullptr;
    Frame frame{std::move(empty), parts == nullptr ? type : ApiTypeName{}, parts, frames_.empty(), {}, {}, {}, {}};
    if (!frames_.empty()) {
      const Frame& outer = frames_.back();
      frame.path = outer.value.is_array() ? outer.path + "[" + std::to_string(outer.value.size()) + "]" : outer.path.empty() ? outer.key : outer.path + "." + outer.key;
      frame.go_path = go_path();
      frame.owner = outer.owner;
    }
    if (parts != nullptr) frame.owner = short_name(*parts);
    frames_.push_back(std::move(frame));
    return true;
  }

  bool close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.parts != nullptr && !custom_) leave_out(frame);
    store(std::move(frame.value));
    return true;
  }

  /// What Go does not write: null, and what is empty where the type says so.
  void leave_out(Frame& frame) {
    for (auto member = frame.value.begin(); member != frame.value.end();) {
      const ApiField* field = types_.field(*frame.parts, member.key());
      bool gone = member->is_null();
      if (!gone && field != nullptr && field->omit_empty && !field->type.pointer()) {
        const bool part = types_.find(field->type) != nullptr || field->type.text == "any";
        gone = *member == "" || *member == 0 || *member == false || (member->is_structured() && member->empty() && !part);
      }
      member = gone ? frame.value.erase(member) : std::next(member);
    }
  }

  const ApiTypes& types_;
  const ApiType* type_;
  bool custom_;
  DecodedObject& out_;
  std::vector<Frame> frames_;
};

std::string_view schema_type(ApiTypeName type) {
  const ApiTypeName plain = type.plain();
  if (plain.list()) return "array";
  if (plain.map() || ApiTypes::known().find(plain) != nullptr) return "object";
  if (plain.text == "bool") return "boolean";
  if (plain.text == "int32" || plain.text == "int64") return "integer";
  if (plain.text == "float64") return "number";
  if (plain.text == "any" || plain.text == "intstr" || plain.text == "quantity") return {};
  return "string";
}

std::string_view json_type(const Json& value) {
  if (value.is_object()) return "object";
  if (value.is_array()) return "array";
  if (value.is_boolean()) return "boolean";
  if (value.is_number_integer()) return "integer";
  return value.is_number() ? "number" : value.is_string() ? "string" : "null";
}

/// Durations of Flux: numbers with units, one after the other; `pattern` tells whether hours are among them.
bool is_duration(std::string_view text, bool hours) {
  if (text.empty()) return false;
  while (!text.empty()) {
    const auto digits = [&] {
      std::size_t count = 0;
      while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
      text.remove_prefix(count);
      return count > 0;
    };
    if (!digits()) return false;
    if (text.starts_with('.')) {
      text.remove_prefix(1);
      if (!digits()) return false;
    }
    const std::size_t unit = text.starts_with("ms") ? 2 : text.starts_with('s') || text.starts_with('m') || (hours && text.starts_with('h')) ? 1 : 0;
    if (unit == 0) return false;
    text.remove_prefix(unit);
  }
  return true;
}

void look(const ApiTypes& types, const ApiField* field, ApiTypeName type, const Json& value, const std::string& path, std::vector<SchemaProblem>& wrong, std::vector<SchemaProblem>& odd) {
  const std::string_view wanted = schema_type(type), is = json_type(value);
  if (!wanted.empty() && wanted != is && !(wanted == "number" && is == "integer")) {
    wrong.push_back({path, "Invalid value: \"" + std::string(is) + "\": " + path + " in body must be of type " + std::string(wanted) + ": \"" + std::string(is) + "\"", "FieldValueTypeInvalid"});
    return;
  }
  if (const ApiType* parts = types.find(type); parts != nullptr && value.is_object()) {
    for (const ApiField& part : parts->fields) {
      const std::string at = path.empty() ? std::string(part.name) : path + "." + std::string(part.name);
      if (value.contains(part.name)) look(types, &part, part.type, value[std::string(part.name)], at, wrong, odd);
      else if (part.required) odd.push_back({at, "Required value", "FieldValueRequired"});
    }
  } else if (type.list()) {
    for (std::size_t i = 0; i < value.size(); ++i) look(types, field, type.item(), value[i], path + "[" + std::to_string(i) + "]", wrong, odd);
  } else if (field != nullptr && value.is_string()) {
    const std::string text = value.get<std::string>();
    const std::string allowed = "|" + std::string(field->values) + "|";
    if (!field->values.empty() && allowed.find("|" + text + "|") == std::string::npos) {
      std::string list;
      for (std::string_view rest = field->values; !rest.empty();) {
        const std::size_t bar = rest.find('|');
        list += (list.empty() ? "\"" : ", \"") + std::string(rest.substr(0, bar)) + "\"";
        rest = bar == std::string_view::npos ? std::string_view() : rest.substr(bar + 1);
      }
      odd.push_back({path, "Unsupported value: " + value.dump() + ": supported values: " + list, "FieldValueNotSupported"});
    }
    if (!field->pattern.empty() && !is_duration(text, field->pattern.find("|h)") != std::string_view::npos))
      odd.push_back({path, "Invalid value: " + value.dump() + ": " + path + " in body should match '" + std::string(field->pattern) + "'", "FieldValueInvalid"});
  }
}

}  // namespace

bool is_quantity(std::string_view text) {
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
  std::size_t digits = 0, points = 0, at = 0;
  for (; at < text.size() && ((text[at] >= '0' && text[at] <= '9') || text[at] == '.'); ++at) (text[at] == '.' ? points : digits) += 1;
  if (digits == 0 || points > 1) return false;
  const std::string_view suffix = text.substr(at);
  for (const std::string_view known : {"", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"})
    if (suffix == known) return true;
  if (suffix.front() != 'e' && suffix.front() != 'E') return false;
  std::string_view exponent = suffix.substr(1);
  if (!exponent.empty() && (exponent.front() == '+' || exponent.front() == '-')) exponent.remove_prefix(1);
  return !exponent.empty() && std::ranges::all_of(exponent, [](char c) { return c >= '0' && c <= '9'; });
}

DecodedObject decode_object(std::string_view text, const ApiType* type, bool custom) {
  DecodedObject out;
  StrictReader reader(type, custom, out);
  if (!Json::sax_parse(text, &reader)) {
    out.object = nullptr;
    if (out.error.empty()) out.error = "unexpected end of JSON input";
  }
  return out;
}

std::vector<SchemaProblem> schema_problems(const ApiType& type, const Json& object) {
  std::vector<SchemaProblem> wrong, odd;
  for (const ApiField& field : type.fields)
    if (field.name != "metadata" && object.contains(field.name)) look(ApiTypes::known(), &field, field.type, object[std::string(field.name)], std::string(field.name), wrong, odd);
  wrong.insert(wrong.end(), odd.begin(), odd.end());
  return wrong;
}

std::string joined(const std::vector<std::string>& surprises) {
  std::string out;
  for (const std::string& text : surprises) out += (out.empty() ? "" : ", ") + text;
  return out;
}

}  // namespace akstwin
