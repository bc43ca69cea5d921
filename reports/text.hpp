/// How numbers read in sentences and tables: the same everywhere, independent of locale.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/base/money.hpp"
#include "sim/base/time.hpp"

namespace akstwin {

/// "41,203".
std::string grouped(std::int64_t count);
/// "12.35" with exactly `decimals` digits, thousands grouped.
std::string fixed(double number, int decimals);
/// "27" or "12.4": one decimal unless it is zero.
std::string brief(double number);
/// "86.4 %".
std::string percent(double share, int decimals = 1);
/// "$4,103": whole dollars, for sentences.
std::string whole_dollars(Money amount);
/// "$1.6667", "$0.10": every digit of a price, at least two decimals.
std::string unit_price(Money price);
/// "-$25", "+$905": with its sign.
std::string signed_dollars(double dollars);
/// For people: "183 ms", "4.2 s", "31 min 12 s", "4 h 5 min", "10 d 2 h".
std::string human(Duration time);
/// "day 10, 14:05": days count from 1, clock time UTC.
std::string day_and_clock(SimTime at, const Epoch& start);
/// "1 node", "2 nodes": the plural takes an s.
std::string counted(std::int64_t count, std::string_view noun);

/// part/whole as a fraction; 0 of nothing.
inline double fraction_of(std::int64_t part, std::int64_t whole) { return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0; }

}  // namespace akstwin
