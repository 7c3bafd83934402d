// Date-times of CertLogic: milliseconds since 1970-01-01T00:00:00Z, with the arithmetic of ECMAScript's Date.
//
// Only the nineteen written forms of the specification are read, and only dates that exist: where ECMAScript would
// carry 31 February over into March or give an invalid date that compares false with everything, this is an error.
// Source: CertLogic 1.3.3, "Offset date-time"; ECMA-262, "Date Objects".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rules/certlogic/expression.h"

namespace mingma::rules::certlogic {

// Milliseconds since 1970-01-01T00:00:00Z; at most 100,000,000 days away from it, as in ECMAScript.
struct DateTime {
  std::int64_t milliseconds = 0;
  auto operator<=>(const DateTime&) const = default;
};

// "YYYY-MM-DD" or date-time; no offset means Z; 24:00:00 is the end of the day; further decimals are cut off.
std::optional<DateTime> parse_date_time(std::string_view text);
// "YYYY", "YYYY-MM": the last day of that year or month; "YYYY-MM-DD": that day. At 00:00 Z.
std::optional<DateTime> parse_date_of_birth(std::string_view text);
// What plusTime accepts: a partial date or any form of parse_date_time.
std::optional<DateTime> parse_partial_or_date_time(std::string_view text);

// Months and years overflow: 31 January plus one month is 3 March. Empty when the result is out of range.
std::optional<DateTime> add_time(DateTime start, std::int64_t amount, TimeUnit unit);

std::string to_string(DateTime value);  // "2021-06-01T00:00:00.000Z"; years beyond four digits as "+012021-..."

}  // namespace mingma::rules::certlogic
