/// How each kind of value is written in a scenario: parsing, printing, and the words for messages, schema and reference.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "models/spec/platform_spec.hpp"
#include "models/spec/workload_spec.hpp"
#include "sim/base/cidr.hpp"
#include "sim/base/money.hpp"
#include "sim/base/name.hpp"
#include "sim/base/quantity.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

/// The words of a notation. `json` is a JSON Schema type list: "string", "integer", "number", "boolean".
struct NotationWords {
  const char* type;                         ///< "duration"
  const char* wanted;                       ///< "a duration such as 90s or 2h30m"
  const char* json;                         ///< "string"
  const char* pattern;                      ///< regular expression of the text form, or empty
};

/// Notation of a value type. Each specialisation has words, parse and print; a tag type may stand for a second notation of the
/// same C++ type (RequestRate for an int64 of thousandths).
template <class Tag>
struct Notation;

struct Text {};                  ///< std::string that may hold anything
struct LabelText {};             ///< Name that may be empty
struct RequestRate {};           ///< int64 in thousandths of a request a second: "900rps", "0.5rps"
struct CpuTime {};               ///< int64 microseconds of one core: "3.2m·s", "3.2ms"
struct Thousandths {};           ///< int64 in thousandths: "1.4"
struct MinorVersion {};          ///< int: "1.31" → 31
struct UtcOffset {};             ///< int minutes: "-05:00"
struct Threshold01 {};           ///< int64 parts per million written as 0.5

#define AKSTWIN_NOTATION(Tag, Type)                                  \
  template <>                                                        \
  struct Notation<Tag> {                                             \
    using Value = Type;                                              \
    static NotationWords words();                                    \
    static std::optional<Type> parse(std::string_view text);         \
    static std::string print(const Type& value);                     \
  }

AKSTWIN_NOTATION(Text, std::string);
AKSTWIN_NOTATION(LabelText, Name);
AKSTWIN_NOTATION(RequestRate, std::int64_t);
AKSTWIN_NOTATION(CpuTime, std::int64_t);
AKSTWIN_NOTATION(Thousandths, std::int64_t);
AKSTWIN_NOTATION(MinorVersion, int);
AKSTWIN_NOTATION(UtcOffset, int);
AKSTWIN_NOTATION(Threshold01, std::int64_t);
AKSTWIN_NOTATION(std::string, std::string);
AKSTWIN_NOTATION(Name, Name);
AKSTWIN_NOTATION(bool, bool);
AKSTWIN_NOTATION(int, int);
AKSTWIN_NOTATION(std::int64_t, std::int64_t);
AKSTWIN_NOTATION(std::uint64_t, std::uint64_t);
AKSTWIN_NOTATION(std::uint32_t, std::uint32_t);
AKSTWIN_NOTATION(double, double);
AKSTWIN_NOTATION(Duration, Duration);
AKSTWIN_NOTATION(SimTime, SimTime);
AKSTWIN_NOTATION(Epoch, Epoch);
AKSTWIN_NOTATION(Bytes, Bytes);
AKSTWIN_NOTATION(Millicores, Millicores);
AKSTWIN_NOTATION(PartsPerMillion, PartsPerMillion);
AKSTWIN_NOTATION(Money, Money);
AKSTWIN_NOTATION(Cidr, Cidr);
AKSTWIN_NOTATION(IntOrPercent, IntOrPercent);
AKSTWIN_NOTATION(std::vector<Expander>, std::vector<Expander>);

#undef AKSTWIN_NOTATION

/// A whole decimal number with sign; nothing for anything else.
std::optional<std::int64_t> parse_whole(std::string_view text);
/// A finite decimal number with sign, point and exponent; nothing for anything else.
std::optional<double> parse_real(std::string_view text);

}  // namespace akstwin
