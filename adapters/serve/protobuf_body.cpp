#include "adapters/serve/protobuf_body.hpp"

#include <bit>
#include <cstdint>
#include <cstdio>
#include <optional>

#include "adapters/http/base64.hpp"
#include "adapters/serve/api_types.hpp"
#include "sim/base/time.hpp"

namespace akstwin {
namespace {

constexpr std::string_view kPrefix{"k8s\0", 4};
constexpr int kDeepestMessage = 64;

/// A field on the wire: a number for varints and fixed widths, bytes for everything with a length.
struct WireField {
  std::uint32_t number = 0;
  bool has_bytes = false;
  std::uint64_t value = 0;
  std::string_view bytes;
};

class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}
  bool done() const { return rest_.empty(); }

  /// The next field; nothing: the bytes are malformed.
  std::optional<WireField> next() {
    const auto tag = varint();
    if (!tag || *tag >> 3 == 0 || *tag >> 32 != 0) return std::nullopt;
    WireField out;
    out.number = static_cast<std::uint32_t>(*tag >> 3);
    switch (*tag & 7U) {
      case 0: {
        const auto value = varint();
        if (!value) return std::nullopt;
        out.value = *value;
        return out;
      }
      case 1: return fixed(out, 8);
      case 5: return fixed(out, 4);
      case 2: {
        const auto length = varint();
        if (!length || *length > rest_.size()) return std::nullopt;
        out.has_bytes = true;
        out.bytes = rest_.substr(0, static_cast<std::size_t>(*length));
        rest_.remove_prefix(static_cast<std::size_t>(*length));
        return out;
      }
      default: return std::nullopt;
    }
  }

 private:
  std::optional<WireField> fixed(WireField out, std::size_t width) {
    if (rest_.size() < width) return std::nullopt;
    for (std::size_t i = 0; i < width; ++i) out.value |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
    rest_.remove_prefix(width);
    return out;
  }
  std::optional<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    return std::nullopt;
  }
  std::string_view rest_;
};

/// A message of at most a few numbered fields, for the special types; false: malformed.
template <class Take>
bool each_field(std::string_view bytes, Take take) {
  for (WireReader reader(bytes); !reader.done();) {
    const auto field = reader.next();
    if (!field) return false;
    take(*field);
  }
  return true;
}

class ProtobufReader {
 public:
  /// False: malformed. `out` gets the message's fields.
  bool message(std::string_view bytes, const ApiType& type, Json& out, int depth = 0) {
    if (depth > kDeepestMessage) return false;
    for (WireReader reader(bytes); !reader.done();) {
      const auto wire = reader.next();
      if (!wire) return false;
      const ApiField* field = nullptr;
      for (const ApiField& candidate : type.fields)
        if (candidate.number == wire->number) field = &candidate;
      if (field != nullptr && !read_field(*wire, *field, out, depth)) return false;
    }
    return true;
  }

 private:
  bool read_field(const WireField& wire, const ApiField& field, Json& out, int depth) {
    const std::string name(field.name);
    if (field.in_place) {
      const ApiType* part = types_.find(field.type);
      return part == nullptr || !wire.has_bytes || message(wire.bytes, *part, out, depth + 1);
    }
    if (field.type.list()) {
      Json item;
      if (!read_value(wire, field.type.item(), item, depth)) return false;
      if (!out.contains(name)) out[name] = Json::array();
      out[name].push_back(std::move(item));
      return true;
    }
    if (field.type.map()) return read_entry(wire, field.type.item(), out[name], depth);
    Json value;
    if (!read_value(wire, field.type.plain(), value, depth)) return false;
    // Go writes the zero value of what is no pointer, and leaves it out of JSON.
    const bool zero = value.is_null() || value == "" || value == 0 || value == false;
    if (zero && (value.is_null() || (field.omit_empty && !field.type.pointer()))) return true;
    out[name] = std::move(value);
    return true;
  }

  bool read_entry(const WireField& wire, ApiTypeName type, Json& out, int depth) {
    if (out.is_null()) out = Json::object();
    std::string key;
    Json value = type.text == "string" ? Json("") : type.list() ? Json::array() : Json();
    bool sound = wire.has_bytes;
    sound = sound && each_field(wire.bytes, [&](const WireField& field) {
      if (field.number == 1) key = std::string(field.bytes);
      else if (field.number == 2) sound = sound && read_map_value(field, type, value, depth);
    });
    if (sound) out[key] = std::move(value);
    return sound;
  }

  /// Lists as values of a map are messages of their own: items = 1.
  bool read_map_value(const WireField& wire, ApiTypeName type, Json& value, int depth) {
    if (!type.list()) return read_value(wire, type, value, depth);
    bool sound = wire.has_bytes;
    return sound && each_field(wire.bytes, [&](const WireField& field) {
      Json item;
      sound = sound && read_value(field, type.item(), item, depth);
      value.push_back(std::move(item));
    }) && sound;
  }

  bool read_value(const WireField& wire, ApiTypeName type, Json& out, int depth) {
    const std::string_view name = type.plain().text;
    if (name == "bool") return out = wire.value != 0, !wire.has_bytes;
    if (name == "int32") return out = static_cast<std::int32_t>(wire.value), !wire.has_bytes;
    if (name == "int64") return out = static_cast<std::int64_t>(wire.value), !wire.has_bytes;
    if (name == "float64") return out = std::bit_cast<double>(wire.value), !wire.has_bytes;
    if (!wire.has_bytes) return false;
    if (name == "string") return out = std::string(wire.bytes), true;
    if (name == "bytes") return out = encode_base64(wire.bytes), true;
    if (name == "quantity") return each_field(wire.bytes, [&](const WireField& field) { if (field.number == 1) out = std::string(field.bytes); });
    if (name == "intstr") return read_int_or_string(wire.bytes, out);
    if (name == "time" || name == "microtime") return read_time(wire.bytes, name == "microtime", out);
    if (name == "any") {
      std::string_view raw;
      if (!each_field(wire.bytes, [&](const WireField& field) { if (field.number == 1) raw = field.bytes; })) return false;
      out = raw.empty() ? Json() : Json::parse(raw, nullptr, false);
      return !out.is_discarded();
    }
    const ApiType* part = types_.find(type);
    out = Json::object();
    return part == nullptr || message(wire.bytes, *part, out, depth + 1);
  }

  /// { type = 1 (0: number, 1: text), intVal = 2, strVal = 3 }
  static bool read_int_or_string(std::string_view bytes, Json& out) {
    std::uint64_t type = 0;
    std::int32_t number = 0;
    std::string text;
    const bool sound = each_field(bytes, [&](const WireField& field) {
      if (field.number == 1) type = field.value;
      if (field.number == 2) number = static_cast<std::int32_t>(field.value);
      if (field.number == 3) text = std::string(field.bytes);
    });
    if (type == 0) out = number;
    else out = text;
    return sound;
  }

  /// { seconds = 1, nanos = 2 }; an empty message is the zero time.
  static bool read_time(std::string_view bytes, bool micro, Json& out) {
    if (bytes.empty()) return out = nullptr, true;
    std::int64_t seconds = 0;
    std::int32_t nanoseconds = 0;
    const bool sound = each_field(bytes, [&](const WireField& field) {
      if (field.number == 1) seconds = static_cast<std::int64_t>(field.value);
      if (field.number == 2) nanoseconds = static_cast<std::int32_t>(field.value);
    });
    constexpr std::int64_t kLast = 253'402'300'799;   // the end of the year 9999
    if (!sound || seconds < 0 || seconds > kLast || nanoseconds < 0 || nanoseconds > 999'999'999) return false;
    std::string text = Epoch{seconds}.iso(SimTime{});
    if (micro) {
      char fraction[16];
      std::snprintf(fraction, sizeof fraction, ".%06dZ", nanoseconds / 1'000);
      text.replace(text.size() - 1, 1, fraction);
    }
    out = text;
    return true;
  }

  const ApiTypes& types_ = ApiTypes::known();
};

}  // namespace

bool has_protobuf_prefix(std::string_view body) { return body.starts_with(kPrefix); }

Result<Json> read_protobuf(std::string_view body) {
  if (!has_protobuf_prefix(body)) return fail("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  // message Unknown { TypeMeta typeMeta = 1; bytes raw = 2; } message TypeMeta { string apiVersion = 1; string kind = 2; }
  std::string_view meta, raw;
  std::string version, kind;
  bool sound = each_field(body.substr(kPrefix.size()), [&](const WireField& field) {
    if (field.number == 1) meta = field.bytes;
    if (field.number == 2) raw = field.bytes;
  });
  sound = sound && each_field(meta, [&](const WireField& field) {
    if (field.number == 1) version = std::string(field.bytes);
    if (field.number == 2) kind = std::string(field.bytes);
  });
  if (!sound) return fail("proto: illegal tag or wire type");
  const ApiType* type = ApiTypes::known().of(version, kind);
  if (type == nullptr) return fail("no kind \"" + kind + "\" is registered for version \"" + version + "\"");
  Json out{{"apiVersion", version}, {"kind", kind}};
  if (!ProtobufReader().message(raw, *type, out)) return fail("proto: " + kind + ": illegal tag or wire type");
  return out;
}

}  // namespace akstwin
