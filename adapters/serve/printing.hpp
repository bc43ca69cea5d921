/// What the printers of kinds share: reading an object's fields as kubectl's tables show them.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace akstwin::printing {

using Json = nlohmann::json;

/// A column; types are text unless the name begins with '#' (integer), '?' (boolean) or '@' (date); wide ones begin with '+'.
using Columns = std::vector<std::string_view>;

struct Printer {
  std::string_view kind;
  Columns columns;
  std::vector<Json> (*cells)(const Json& object);
};

/// The value at the end of a path, or null.
const Json& at(const Json& object, std::initializer_list<const char*> path);
/// Text as it is, nothing as `otherwise`, anything else as JSON.
std::string text(const Json& value, std::string_view otherwise = "");
std::int64_t number(const Json& value, std::int64_t otherwise = 0);
/// An age is written as a mark, the time in seconds since 1970, and the mark again: with_ages() counts it when it is asked for.
Json age_of(const Json& timestamp);
Json age(const Json& object);
Json name(const Json& object);
/// "a=b,c=d", or <none>.
std::string pairs(const Json& labels);
/// A label selector in kubectl's notation, or <none>.
std::string selector(const Json& object);
std::string of_containers(const Json& pod_spec, const char* field);
Json or_none(const Json& value);
/// A field of the condition of this type, or null.
Json condition(const Json& object, std::string_view type, const char* field);

/// Kinds of network, storage, access and extensions; the others are in printers.cpp.
std::span<const Printer> platform_printers();

}  // namespace akstwin::printing
